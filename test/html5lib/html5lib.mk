# The tests of html5lib, from a folder of theirs that is not part of the project:
# CORPUS has tokenizer/*.test and encoding/*.dat.

html5lib_OBJECTS = $(call object,test/html5lib/tokens.c $(page_SRC))

$(B)/test/html5lib-tokens: $(html5lib_OBJECTS) $(B)/house.a
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(html5lib_OBJECTS) $(B)/house.a $(page_LIB) $(HOUSE_LIB)

check-html5lib: $(B)/test/html5lib-tokens ## tokenizer and charsets against html5lib's tests (CORPUS=folder)
	@python3 test/html5lib/check.py $< "$(CORPUS)" $(if $(VERBOSE),-v)

.PHONY: check-html5lib
