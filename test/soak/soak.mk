# Long runs, and what a ledger of years costs.

.PHONY: soak bench-ledger

$(B)/soak/bench_ledger: $(B)/obj/test/soak/bench_ledger.o $(B)/house.a
	@mkdir -p $(@D)
	$(SAY) '  LINK  $@'
	$(Q)$(CC) $(LDFLAGS) -o $@ $(B)/obj/test/soak/bench_ledger.o $(B)/house.a $(HOUSE_LIB)

bench-ledger: all $(B)/soak/bench_ledger ## what each call of the ledger costs with ROWS (10^6) rows in it
	@B=$(B) test/soak/bench_ledger.sh

soak: all ## REQUESTS (20000) through a daemon while everything fails now and then
	@B=$(B) test/soak/soak.sh
