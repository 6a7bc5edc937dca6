#!/bin/sh
# Runs kinds of tests (unit, house, flow, long), each test in a process of its own, and counts.
# Every test has a folder of its own that is removed with what it left there.
set -u
cd "$(dirname "$0")/.."
B=${B:-build}
SERVERS=${SERVERS:-$B/servers}
export B SERVERS
passed=0 failed=0 skipped=0 failures=

run_one() { # NAME COMMAND...
    name=$1
    shift
    folder=$(mktemp -d)
    chmod 755 "$folder" # servers that give up root must get through
    began=$(date +%s)
    TMPDIR=$folder "$@" >"$folder/output" 2>&1 </dev/null
    code=$?
    took=$(($(date +%s) - began))
    if [ $code = 0 ]; then
        passed=$((passed + 1))
        echo "ok       $name  (${took} s)"
        sed -n 's/^figure: /         /p' "$folder/output"
    elif [ $code = 77 ]; then
        skipped=$((skipped + 1))
        echo "skipped  $name: $(tail -n 1 "$folder/output")"
    else
        failed=$((failed + 1))
        failures="$failures $name"
        echo "FAILED   $name  (exit $code)"
        tail -n 60 "$folder/output" | sed 's/^/    /'
    fi
    rm -rf "$folder"
}

for kind in "$@"; do
    case $kind in
    unit) for test in "$B"/test/test_*; do [ -x "$test" ] && [ ! -d "$test" ] && run_one "${test##*/}" "$test"; done ;;
    *) for test in test/"$kind"/[0-9]*.sh; do [ -e "$test" ] && run_one "$kind/${test##*/}" sh "$test"; done ;;
    esac
done

[ -z "$failures" ] || echo "failed:$failures"
if [ $skipped = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ $failed = 0 ] && [ $passed -gt 0 ]
