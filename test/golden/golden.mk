# Golden files: what a page of every construct looks like in each format.  test/flow/50-golden.sh
# compares; rewrite them only after reading the differences line by line.
.PHONY: golden golden-diff

golden: all ## rewrite the golden files (read `make golden-diff` first)
	@B=$(B) sh test/golden/render.sh test/golden

golden-diff: all ## what differs from the golden files
	@B=$(B) sh test/flow/50-golden.sh && echo "no difference"
