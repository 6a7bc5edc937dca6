# CPU time and memory of pages made to do harm; KILLERS is a folder of more of them.

bench-killers: all ## cost of pages made to crash, stall or bloat a renderer (KILLERS=folder of more)
	@python3 test/killers/bench.py $(B)/www4mail $(B)/modules $(KILLERS)

.PHONY: bench-killers
