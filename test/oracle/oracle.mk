# The text oracle: the trees of pages against those of gumbo, a parser of the standard's own rules.
# `make check` runs it over our own pages and a soup of tags, `make check-oracle CORPUS=dir` over all
# pages of a folder.

oracle_SRC = test/oracle/oracle.c test/oracle/gumbo_tree.c test/oracle/gumbo_foreign.c \
             test/oracle/words.c test/oracle/compare.c test/oracle/hiding.c

$(B)/oracle: $(call object,$(oracle_SRC) $(page_SRC)) $(B)/house.a
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(call object,$(oracle_SRC) $(page_SRC)) $(B)/house.a $(page_LIB) \
	    -lgumbo $(HOUSE_LIB)

units: $(B)/oracle

dependencies-oracle:
	@dist/dependencies.sh oracle $(B)

CORPUS = test/pages

check-oracle: dependencies-oracle ## the text and shape of pages against gumbo's (CORPUS=folder)
	@$(MAKE) --no-print-directory -s $(B)/oracle
	@python3 test/oracle/oracle.py $(B)/oracle $(CORPUS)

.PHONY: check-oracle dependencies-oracle

-include $(patsubst %.c,$(B)/obj/%.d,$(oracle_SRC))
