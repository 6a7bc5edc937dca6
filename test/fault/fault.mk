# What fails: allocations (test/unit/test_torture_*.c) and system calls (test/fault/torture.py).

# The linker sends every allocation of our own objects to the wrappers of test/unit/torture.c.
TORTURED     = malloc calloc realloc reallocarray free strdup strndup asprintf __asprintf_chk \
               vasprintf __vasprintf_chk realpath fopen fdopen opendir mmap memfd_create \
               arena_alloc arena_adopt arena_copy arena_copy_span u8_tolower
TORTURE_WRAP = $(addprefix -Wl$(comma)--wrap=,$(TORTURED))

test_torture_article_SRC = test/unit/torture.c $(article_SRC)
test_torture_article_LIB = $(TORTURE_WRAP)
test_torture_config_SRC = test/unit/torture.c
test_torture_config_LIB = $(TORTURE_WRAP)
test_torture_ledger_SRC = test/unit/torture.c test/unit/ledger_acts.c test/unit/ledger_state.c
test_torture_ledger_LIB = $(TORTURE_WRAP)
test_torture_request_SRC = test/unit/torture.c $(mime_SRC)
test_torture_request_LIB = $(TORTURE_WRAP) $(mime_LIB)
test_torture_senders_SRC = test/unit/torture.c $(senders_SRC)
test_torture_senders_LIB = $(TORTURE_WRAP)
test_torture_page_SRC    = test/unit/torture.c $(page_SRC)
test_torture_page_LIB    = $(TORTURE_WRAP) $(page_LIB)
test_torture_text_SRC    = test/unit/torture.c $(text_SRC)
test_torture_text_LIB    = $(TORTURE_WRAP)
test_torture_html_SRC    = test/unit/torture.c $(html_SRC)
test_torture_html_LIB    = $(TORTURE_WRAP)
test_torture_compose_SRC = test/unit/torture.c
test_torture_compose_LIB = $(TORTURE_WRAP)

FAULT = $(B)/fault/syscalls.so

fault-tools: $(FAULT)

$(B)/fault/syscalls.so: test/fault/syscalls.c
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O2 -g $(WARNINGS) -fPIC -fvisibility=hidden -shared -o $@ $< -ldl

torture: all units fault-tools ## every allocation and system call of the agent failing in its turn
	@for test in $(filter $(B)/test/test_torture_%,$(UNITS)); do TORTURE_ALL=1 $$test || exit 1; done
	@B=$(B) sh test/long/41-faults.sh

.PHONY: fault-tools torture
