#!/bin/sh
# Figures: the render filter against w3m and lynx (start-up included), from exec to the first job
# in `process`, and private memory.  Ratios are medians of pairs run side by side.
set -eu
cd "$(dirname "$0")/.."
B=${B:-build} exec python3 test/bench.py "$@"
