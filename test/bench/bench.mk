# Figures of the renderer alone; not part of any check.

.PHONY: bench-render

$(B)/bench/parse_bench: $(B)/obj/test/bench/parse_bench.o $(B)/house.a agent/services.syms
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -pie -Wl,--dynamic-list=agent/services.syms -o $@ $< \
	    -Wl,--whole-archive $(B)/house.a -Wl,--no-whole-archive $(HOUSE_LIB)

bench-render: all $(B)/bench/parse_bench ## render against w3m, lynx and others on 60 pages of CORPUS (a folder), and large ones
	@B=$(B) CORPUS='$(if $(filter file undefined,$(origin CORPUS)),,$(CORPUS))' python3 -B test/bench/render_bench.py $(RIVALS)
