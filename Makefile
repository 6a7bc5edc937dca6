# www4mail: the web by mail.  `make help` lists what there is to make.

PREFIX  = /usr/local
DESTDIR =
BINDIR  = $(PREFIX)/bin
MANDIR  = $(PREFIX)/share/man
DOCDIR  = $(PREFIX)/share/doc/www4mail
MODDIR  = $(PREFIX)/lib/www4mail/modules
VERSION = 4.0.0

B = build

# `make V=1` shows the commands.
Q   = $(if $(V),,@)
SAY = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

CC       = gcc
OPTIMIZE = -O2 -g
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes \
           -Wincompatible-pointer-types -Wcast-qual -Wformat=2
HARDEN   = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
SANITIZE =
CFLAGS   = -std=c11 $(OPTIMIZE) $(WARNINGS) $(if $(SANITIZE),,$(HARDEN)) $(SANITIZE) \
           -fPIC -fvisibility=hidden -fno-common
CPPFLAGS = -D_GNU_SOURCE -I. $(if $(wildcard $(B)/etpan/usr/include),-I$(B)/etpan/usr/include) \
           -DVERSION='"$(VERSION)"' -DMODULES_DIR='"$(MODDIR)"' \
           $(if $(SANITIZE),-DWWW4MAIL_SANITIZED)
LDFLAGS  = $(SANITIZE) -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed

# ---- modules: NAME_SRC are its sources, NAME_LIB the libraries that only it maps ----

MODULES = maildir mbox stdin imap pop3 maildir_sender smtp loops senders urls files mime http page \
          feed json markdown csv plaintext text html original article

maildir_SRC        = fetchers/mailbox/maildir.c fetchers/mailbox/maildir_folder.c \
                     fetchers/mailbox/local.c
mbox_SRC           = fetchers/mailbox/mbox.c fetchers/mailbox/mbox_index.c \
                     fetchers/mailbox/mbox_lock.c fetchers/mailbox/mbox_lines.c \
                     fetchers/mailbox/local.c
stdin_SRC          = fetchers/mailbox/stdin.c fetchers/mailbox/local.c
imap_SRC           = fetchers/mailbox/imap.c fetchers/mailbox/imap_open.c \
                     fetchers/mailbox/imap_sign_in.c fetchers/mailbox/imap_command.c \
                     fetchers/mailbox/imap_lines.c fetchers/mailbox/imap_names.c \
                     fetchers/mailbox/imap_folder.c fetchers/mailbox/imap_fetch.c \
                     fetchers/mailbox/imap_settle.c fetchers/mailbox/imap_quota.c \
                     fetchers/mailbox/imap_examine.c fetchers/mailbox/imap_sent.c \
                     fetchers/mailbox/imap_sent_folder.c fetchers/mailbox/etpan_stream.c \
                     fetchers/mailbox/local.c
imap_LIB           = -l:libetpan.so.20
pop3_SRC           = fetchers/mailbox/pop3.c fetchers/mailbox/pop3_session.c \
                     fetchers/mailbox/pop3_connect.c fetchers/mailbox/pop3_sign_in.c \
                     fetchers/mailbox/pop3_entries.c fetchers/mailbox/pop3_lines.c \
                     fetchers/mailbox/pop3_examine.c fetchers/mailbox/local.c
maildir_sender_SRC = agent/reply/maildir_sender.c
smtp_SRC           = agent/reply/smtp.c agent/reply/smtp_settings.c agent/reply/smtp_session.c \
                     agent/reply/smtp_trace.c agent/reply/smtp_outcome.c \
                     agent/reply/smtp_examine.c
smtp_LIB           = -lcurl
loops_SRC          = agent/policy/loops.c
senders_SRC        = agent/policy/senders.c
urls_SRC           = agent/policy/urls.c
files_SRC          = agent/policy/files.c
mime_SRC           = agent/request/mime.c agent/request/mime_headers.c agent/request/mime_parts.c \
                     agent/request/mime_nesting.c agent/request/mime_names.c \
                     agent/request/mime_text.c agent/request/uuencode.c agent/request/flowed.c
mime_LIB           = -l:libetpan.so.20
http_SRC           = fetchers/web/http.c fetchers/web/http_answer.c fetchers/web/http_fault.c \
                     fetchers/web/http_fields.c fetchers/web/http_unpack.c
http_LIB           = -lcurl -lz
page_SRC           = $(foreach d,page decode tokenizer construct style passes,$(wildcard render/$(d)/*.c))
# Builders of what is no HTML make the same trees.
builder_SRC        = $(filter-out render/page/page.c render/page/page_parts.c render/decode/sniff.c \
                       render/decode/magic_types.c,$(page_SRC)) render/types/building_html.c
feed_SRC           = $(wildcard render/types/feed*.c) $(builder_SRC)
feed_LIB           = -lexpat
json_SRC           = $(wildcard render/types/json*.c) render/types/feed_date.c \
                     render/types/feed_write.c $(builder_SRC)
markdown_SRC       = render/types/markdown.c $(builder_SRC)
markdown_LIB       = -lmd4c-html -lmd4c
csv_SRC            = $(wildcard render/types/csv*.c) $(builder_SRC)
plaintext_SRC      = render/types/plaintext.c $(builder_SRC)
text_SRC           = $(wildcard render/text/*.c)
text_LIB           = -lunistring
html_SRC           = $(wildcard render/html/*.c)
article_SRC        = $(wildcard render/article/*.c) render/types/json_values.c $(builder_SRC)
original_SRC       = render/original.c

# Sources a module shares with the agent or with another module are linked into both from here.
HOUSE_DIRS = agent/base agent/config agent/ledger agent/modules agent/request agent/policy \
             agent/quota agent/reply agent/parse agent/process agent/commands agent render
HOUSE_LIB  = -lyaml -lsqlite3 -lgnutls -lnettle -lunistring -lidn2 -lseccomp

MODULE_SRC = $(foreach m,$(MODULES),$($(m)_SRC))
HOUSE_SRC  = $(filter-out $(MODULE_SRC) agent/main.c,$(wildcard $(addsuffix /*.c,$(HOUSE_DIRS))))
ALL_SRC    = agent/main.c $(HOUSE_SRC) $(MODULE_SRC)
HEADERS    = $(wildcard agent/*.h agent/*/*.h fetchers/*/*.h render/*.h render/*/*.h)
object     = $(patsubst %.c,$(B)/obj/%.o,$(1))

BLOCKS  = $(foreach m,$(MODULES),$(dir $(firstword $($(m)_SRC)))$(m).module)
OBJECTS = $(MODULES:%=$(B)/modules/%.so)
UNITS   = $(patsubst test/unit/%.c,$(B)/test/%,$(wildcard test/unit/test_*.c))

all: $(B)/www4mail $(OBJECTS) $(MODULES:%=$(B)/modules/%.module) ## build the agent and its modules

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

# ---- building ----

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) '  CC    $<'
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# A module resolves base code from this archive, statically and hidden; services from the agent.
$(B)/house.a: $(call object,$(HOUSE_SRC))
	@rm -f $@
	$(Q)ar rcs $@ $^

$(B)/www4mail: $(call object,agent/main.c) $(B)/house.a agent/services.syms
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -pie -Wl,--dynamic-list=agent/services.syms -o $@ $(call object,agent/main.c) \
	    -Wl,--whole-archive $(B)/house.a -Wl,--no-whole-archive $(HOUSE_LIB)

# Services and connections must come from the agent, never from a copy inside the module.
$(B)/module.a: $(filter-out %/services.o $(B)/obj/agent/base/stream%.o,$(call object,$(HOUSE_SRC)))
	@rm -f $@
	$(Q)ar rcs $@ $^

define module_rules
$(B)/modules/$(1).so: $$(call object,$$($(1)_SRC)) $(B)/module.a agent/module.map
	@mkdir -p $$(@D)
	$(SAY) '  LINK  $$@'
	$(Q)$(CC) $(LDFLAGS) -shared $(if $(SANITIZE),,-nostartfiles) -Wl,--version-script=agent/module.map \
	    -Wl,--gc-sections -o $$@.new $$(call object,$$($(1)_SRC)) $(B)/module.a $$($(1)_LIB) \
	    -lnettle -lunistring -lidn2 -lc
	@chmod 755 $$@.new && mv $$@.new $$@

$(B)/modules/$(1).module: $$(dir $$(firstword $$($(1)_SRC)))$(1).module
	@mkdir -p $$(@D)
	@cp $$< $$@.new && chmod 644 $$@.new && mv $$@.new $$@
endef
$(foreach m,$(MODULES),$(eval $(call module_rules,$(m))))

# ---- checking ----

comma = ,

# What kinds of tests are linked with, and their own targets, stand beside them.
include $(wildcard test/*/*.mk)

.SECONDARY:

define unit_rules
$(B)/test/$(1): $(B)/obj/test/unit/$(1).o $$(call object,$$($(1)_SRC)) $(B)/house.a
	@mkdir -p $$(@D)
	$(SAY) '  LINK  $$@'
	$(Q)$(CC) $(LDFLAGS) -o $$@ $(B)/obj/test/unit/$(1).o $$(call object,$$($(1)_SRC)) \
	    $(B)/house.a $$($(1)_LIB) $(HOUSE_LIB) -lcmocka
endef
$(foreach t,$(notdir $(UNITS)),$(eval $(call unit_rules,$(t))))

.PHONY: all help check check-unit check-flow check-house check-asan lint format bench bench-mail \
        demo demo-servers install uninstall clean dependencies-build dependencies-demo \
        dependencies-servers dependencies-check

dependencies-build:
	@dist/dependencies.sh build $(B)

dependencies-demo:
	@dist/dependencies.sh demo $(B)

dependencies-servers:
	@dist/dependencies.sh servers $(B)

dependencies-check:
	@dist/dependencies.sh check $(B)

check: dependencies-check ## get what the tests need and run them all
	@$(MAKE) --no-print-directory -s all units
	@B=$(B) CC=$(CC) test/run.sh unit house flow

units: $(UNITS)

check-unit: units ## the unit tests alone
	@B=$(B) CC=$(CC) test/run.sh unit

check-flow: all ## the whole agent against real servers, alone
	@B=$(B) test/run.sh flow

check-house: all ## the house rules, alone
	@B=$(B) CC=$(CC) test/run.sh house

check-asan: dependencies-check ## unit and flow tests under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory -s B=$(B)/asan SANITIZE="$(ASAN)" OPTIMIZE="-O1 -g" all units
	@B=$(B)/asan CC=$(CC) SERVERS=$(B)/servers SANITIZED=1 test/run.sh unit flow

ASAN = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

check-long: check check-asan ## everything, with the slow parts
	@B=$(B) test/run.sh long

lint: ## clang-tidy, cppcheck, clang-format, mandoc
	@test/lint.sh $(B)

format: ## apply .clang-format
	clang-format -i $(ALL_SRC) $(filter-out render/tree.h,$(HEADERS)) $(wildcard test/*/*.[ch])

bench: all ## render against w3m and lynx, start-up, memory
	@B=$(B) test/bench.sh

demo: dependencies-demo ## build, and answer a request mail with a page (URL=https://... for a real one)
	@[ -x $(B)/www4mail ] || echo "building (half a minute) ..."
	@$(MAKE) --no-print-directory -s all
	@B=$(B) test/demo.sh $(URL)

demo-servers: dependencies-servers ## the same with a private Dovecot and Postfix: IMAP in, SMTP out
	@[ -x $(B)/www4mail ] || echo "building (half a minute) ..."
	@$(MAKE) --no-print-directory -s all
	@B=$(B) test/demo_servers.sh

bench-mail: dependencies-servers ## polls and submissions a second against them
	@$(MAKE) --no-print-directory -s all
	@B=$(B) test/bench_mail.sh

install: all ## into $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MODDIR) $(DESTDIR)$(DOCDIR) \
	    $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man5 \
	    $(DESTDIR)$(MANDIR)/man7
	install -m 755 $(B)/www4mail $(DESTDIR)$(BINDIR)/
	for m in $(MODULES); do \
	    install -m 644 $(B)/modules/$$m.so $(DESTDIR)$(MODDIR)/$$m.so.new && \
	    mv $(DESTDIR)$(MODDIR)/$$m.so.new $(DESTDIR)$(MODDIR)/$$m.so && \
	    install -m 644 $(B)/modules/$$m.module $(DESTDIR)$(MODDIR)/ || exit 1; done
	install -m 644 accounts.yaml.example README.md LICENSE $(DESTDIR)$(DOCDIR)/
	for s in 1 3 5 7; do install -m 644 man/*.$$s $(DESTDIR)$(MANDIR)/man$$s/ || exit 1; done

uninstall: ## what install put there
	rm -f $(DESTDIR)$(BINDIR)/www4mail
	for m in $(MODULES); do rm -f $(DESTDIR)$(MODDIR)/$$m.so $(DESTDIR)$(MODDIR)/$$m.module; done
	rm -rf $(DESTDIR)$(DOCDIR)
	-rmdir $(DESTDIR)$(MODDIR) $(DESTDIR)$(PREFIX)/lib/www4mail 2>/dev/null
	for page in man/*.[1357]; do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done

clean: ## remove everything that was built
	rm -rf $(B)

-include $(patsubst %.o,%.d,$(call object,$(ALL_SRC))) $(wildcard $(B)/obj/test/*/*.d)
