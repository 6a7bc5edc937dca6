# Line and branch coverage of the whole, and the unit tests under valgrind.

.PHONY: coverage coverage-units coverage-build coverage-run check-valgrind

COVER = $(B)/coverage
# Processes that end by _exit, or are in a sandbox, keep their counters with this.
COVER_HOOK = $(COVER)/hook.o -Wl,--wrap=_exit,--wrap=sandbox_enter
# The sanitizers' way of building leaves out what would keep a parse child from writing counters.
# Tests that call make again (install) inherit all of it; warnings are the plain build's affair.
COVER_MAKE = $(MAKE) --no-print-directory -s B=$(COVER) SANITIZE=--coverage OPTIMIZE="-O0 -g" \
             WARNINGS= HOUSE_LIB="$(COVER_HOOK) $(HOUSE_LIB)"
COVER_RUN  = SERVERS=$(abspath $(B))/servers $(COVER_MAKE) coverage-run

coverage: coverage-build ## lines and branches that the unit and flow tests reach
	+@$(COVER_RUN) KINDS="unit flow"

coverage-units: coverage-build ## the same from the unit tests alone: sooner, and no floor
	+@$(COVER_RUN) KINDS=unit

coverage-build: dependencies-check $(COVER)/hook.o
	@dist/dependencies.sh coverage $(B)
	+@$(COVER_MAKE) all units

coverage-run:
	@B=$(B) CC=$(CC) SANITIZED=coverage test/cover/run.sh $(KINDS)

$(COVER)/hook.o: test/cover/hook.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=c11 -O1 -g $(WARNINGS) -DCOUNTERS='"$(abspath $(COVER))"' -c -o $@ $<

check-valgrind: dependencies-check ## the unit tests under valgrind: memory errors and leaks
	@dist/dependencies.sh valgrind $(B)
	+@$(MAKE) --no-print-directory -s units
	@B=$(B) test/cover/valgrind.sh

# The linker sends these calls of our own objects to the wrappers of test/unit/trouble.c.
TROUBLED     = calloc strdup arena_alloc arena_copy_span mkdir fstat fstatat fstatfs fsync flock linkat \
               lseek pread pwrite __pread_chk read write getrandom memfd_create kill close open openat \
               fopen clock_left_ms getifaddrs freeifaddrs \
               $(addprefix sqlite3_,exec prepare_v2 prepare_v3 step bind_int64 bind_null \
                   bind_zeroblob64 bind_blob64 bind_text64 blob_open blob_write blob_read \
                   column_text column_int64 mprintf open_v2 db_readonly system_errno)
TROUBLE_WRAP = $(addprefix -Wl$(comma)--wrap=,$(TROUBLED))

test_ledger_trouble_SRC = test/unit/trouble.c test/unit/ledger_acts.c test/unit/ledger_state.c
test_ledger_trouble_LIB = $(TROUBLE_WRAP)
test_ledger_open_SRC = test/unit/trouble.c
test_ledger_open_LIB = $(TROUBLE_WRAP)
test_ledger_system_SRC = test/unit/trouble.c
test_ledger_system_LIB = $(TROUBLE_WRAP)
test_ledger_edges_SRC = test/unit/trouble.c test/unit/ledger_acts.c test/unit/ledger_state.c
test_ledger_edges_LIB = $(TROUBLE_WRAP)
test_address_SRC = test/unit/trouble.c
test_address_LIB = $(TROUBLE_WRAP)
