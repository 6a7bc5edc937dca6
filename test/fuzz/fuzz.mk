# Fuzzing.  A target is one file test/fuzz/fuzz_NAME.c, with seeds in test/fuzz/seeds/NAME/ and, where
# it helps, test/fuzz/dictionaries/NAME.  One that tests modules' own code has one line here:
# fuzz_NAME_MODULES are modules it is linked with (each one's head is called NAME_module there),
# fuzz_NAME_SRC other sources, fuzz_NAME_LIB libraries.

fuzz_headers_MODULES   = mime
fuzz_mail_MODULES      = mime
fuzz_names_MODULES     = mime
fuzz_loops_MODULES     = mime loops
fuzz_flow_MODULES      = mime
fuzz_compose_MODULES   = mime loops
fuzz_compose_SRC       = test/fuzz/compose_checks.c
fuzz_page_MODULES      = page text html original
fuzz_article_MODULES   = page article text html original
fuzz_page_plain_MODULES = page text html original
fuzz_types_MODULES     = page feed json markdown csv plaintext text html original
fuzz_clean_MODULES     = page
fuzz_decode_MODULES    = page
fuzz_answers_MODULES   = loops
fuzz_questions_MODULES = mime page article text html original
fuzz_pop3_MODULES      = pop3
fuzz_imap_MODULES      = imap
fuzz_mbox_MODULES      = mbox
fuzz_smtp_MODULES      = smtp
fuzz_http_MODULES      = http
fuzz_page_SRC          = test/fuzz/page_checks.c test/fuzz/html_checks.c
fuzz_article_SRC       = $(fuzz_page_SRC)
fuzz_page_plain_SRC    = $(fuzz_page_SRC)
fuzz_types_SRC         = $(fuzz_page_SRC)
fuzz_questions_SRC     = $(fuzz_page_SRC)
fuzz_style_SRC         = render/construct/tags.c $(wildcard render/style/*.c)
fuzz_pop3_SRC          = test/fuzz/memory_stream.c
fuzz_imap_SRC          = test/fuzz/memory_stream.c

# ---- programs: by themselves they replay files; with FUZZER set they are libFuzzer's ----

FUZZ_TARGETS  = $(patsubst test/fuzz/fuzz_%.c,%,$(wildcard test/fuzz/fuzz_*.c))
FUZZ_PROGRAMS = $(FUZZ_TARGETS:%=$(B)/fuzz/%)
FUZZ_COMMON   = test/fuzz/fuzz.c $(if $(FUZZER),,test/fuzz/replay.c)

# Several modules in one program: each one's head gets a name of its own.
define fuzz_module_rules
$(B)/fuzz/modules/$(1).o: $$(call object,$$(filter %/$(1).c,$$($(1)_SRC)))
	@mkdir -p $$(@D)
	$(Q)objcopy --redefine-sym www4mail_module=$(1)_module \
	    --redefine-sym __odr_asan.www4mail_module=__odr_asan.$(1)_module \
	    --redefine-sym __odr_asan_gen_www4mail_module=__odr_asan_gen_$(1)_module $$< $$@
endef
$(foreach m,$(MODULES),$(eval $(call fuzz_module_rules,$(m))))

fuzz_objects = $(sort $(call object,$(FUZZ_COMMON) test/fuzz/fuzz_$(1).c $(fuzz_$(1)_SRC) \
                   $(foreach m,$(fuzz_$(1)_MODULES),$(filter-out %/$(m).c,$($(m)_SRC))))) \
               $(fuzz_$(1)_MODULES:%=$(B)/fuzz/modules/%.o)

define fuzz_rules
$(B)/fuzz/$(1): $$(call fuzz_objects,$(1)) $(B)/house.a
	@mkdir -p $$(@D)
	$(SAY) '  LINK  $$@'
	$(Q)$(CC) $(LDFLAGS) $(FUZZER) -o $$@ $$(call fuzz_objects,$(1)) $(B)/house.a \
	    $$(sort $$(foreach m,$$(fuzz_$(1)_MODULES),$$($$(m)_LIB))) $$(fuzz_$(1)_LIB) $(HOUSE_LIB)
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzz_rules,$(t))))

fuzz-programs: $(FUZZ_PROGRAMS)

# `make check` replays the seeds.
units: $(FUZZ_PROGRAMS)

-include $(patsubst %,$(B)/obj/test/fuzz/%.d,$(FUZZ_TARGETS:%=fuzz_%) fuzz replay memory_stream \
           page_checks html_checks compose_checks)

# ---- running: work is kept in $(FUZZ_WORK), to be gone on with ----

SECONDS       = 60
FUZZ_CC       = clang
FUZZ_WORK     = $(B)/fuzzing
FUZZ_SANITIZE = -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
                -fno-omit-frame-pointer
FUZZ_MAKE     = $(MAKE) --no-print-directory -s B=$(B)/libfuzzer CC=$(FUZZ_CC) \
                SANITIZE="$(FUZZ_SANITIZE)" WARNINGS=-Wall OPTIMIZE="-O1 -g" FUZZER=-fsanitize=fuzzer

dependencies-fuzz:
	@dist/dependencies.sh fuzz $(B)

fuzz: dependencies-fuzz ## every target under libFuzzer, SECONDS=n of CPU time each (fuzz-NAME: one)
	+@$(FUZZ_MAKE) fuzz-programs
	@python3 test/fuzz/run.py $(B)/libfuzzer/fuzz $(FUZZ_WORK) $(SECONDS) $(FUZZ_TARGETS)

fuzz-%: dependencies-fuzz
	+@$(FUZZ_MAKE) $(B)/libfuzzer/fuzz/$*
	@python3 test/fuzz/run.py $(B)/libfuzzer/fuzz $(FUZZ_WORK) $(SECONDS) $*

.PHONY: fuzz fuzz-programs dependencies-fuzz
