# Every target of test/fuzz over its seeds, once: what was found by fuzzing stays found.
set -eu
log=$(mktemp)
trap 'rm -f "$log"' EXIT
inputs=0
for source in test/fuzz/fuzz_*.c; do
    name=${source#test/fuzz/fuzz_}
    name=${name%.c}
    if ! said=$("$B/fuzz/$name" "test/fuzz/seeds/$name" 2>"$log"); then
        echo "$name: breaks on the last of these inputs:"
        tail -n 40 "$log"
        exit 1
    fi
    inputs=$((inputs + ${said%% *}))
done
echo "figure: $inputs inputs"
