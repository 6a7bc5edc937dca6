# Figures of the renderer alone; not part of any check.

.PHONY: bench-render

BENCHES = parse_bench stage_bench

# The rooms up to the tree, whose stages are timed one by one.
stage_bench_SRC = $(filter-out render/page/page.c,$(page_SRC))

define bench_rules
$(B)/bench/$(1): $(B)/obj/test/bench/$(1).o $$(call object,$$($(1)_SRC)) $(B)/house.a agent/services.syms
	@mkdir -p $$(@D)
	$(SAY) '  LINK  $$@'
	$(Q)$(CC) $(LDFLAGS) -pie -Wl,--dynamic-list=agent/services.syms -o $$@ $$(filter %.o,$$^) \
	    -Wl,--whole-archive $(B)/house.a -Wl,--no-whole-archive $(HOUSE_LIB)
endef
$(foreach b,$(BENCHES),$(eval $(call bench_rules,$(b))))

bench-render: all $(BENCHES:%=$(B)/bench/%) ## render against w3m, lynx and others on 60 pages of CORPUS (a folder), and large ones; which stage takes how long (RIVALS=none: without the others)
	@B=$(B) CORPUS='$(if $(filter file undefined,$(origin CORPUS)),,$(CORPUS))' python3 -B test/bench/render_bench.py $(RIVALS)
