#!/bin/sh
# Every unit test under valgrind's memcheck, children as well: a wrong access or lost memory fails
# it.  What libraries keep for good and still reach is no loss, nor what they point into the middle
# of.  A child of a test that a signal ends is not asked.
# Suppressed is only what the dynamic linker does.
set -u
cd "$(dirname "$0")/../.."
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }
failed= count=0
# It starts password commands and waits for them by pidfd, which valgrind 3.19 does not know.
left_out=test_secret

for test in "$B"/test/test_*; do
    name=${test##*/}
    [ -x "$test" ] && [ ! -d "$test" ] || continue
    case " ${TESTS:-$name} " in *" $name "*) ;; *) continue ;; esac
    [ "$name" != "$left_out" ] || { echo "left out $name"; continue; }
    folder=$(mktemp -d)
    chmod 755 "$folder" # tests that give up root must get through
    UNDER_VALGRIND=1 TMPDIR=$folder valgrind --quiet --error-exitcode=9 --leak-check=full --num-callers=20 \
        --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect \
        --suppressions=test/cover/libraries.supp --trace-children=no --child-silent-after-fork=no --fair-sched=yes \
        "$test" >"$folder/output" 2>&1 </dev/null
    code=$?
    count=$((count + 1))
    if [ $code = 0 ]; then
        echo "ok       $name"
    else
        failed="$failed $name"
        echo "FAILED   $name  (exit $code)"
        grep -E '^==|FAILED|ERROR|LINE' "$folder/output" | head -n "${LINES_TOLD:-40}" | sed 's/^/    /'
    fi
    rm -rf "$folder"
done

[ -z "$failed" ] || echo "failed:$failed"
echo "$count tests under valgrind"
[ -z "$failed" ] && [ $count -gt 0 ]
