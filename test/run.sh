#!/bin/sh
# Runs kinds of tests (unit, house, flow, long), each test in a process of its own, as many at a time
# as there are processors (JOBS), and counts.
set -u
cd "$(dirname "$0")/.."
B=${B:-build}
SERVERS=${SERVERS:-$B/servers}
JOBS=${JOBS:-$(nproc 2>/dev/null || echo 1)}
RESULTS=$(mktemp -d)
export B SERVERS RESULTS
trap 'rm -rf "$RESULTS"' EXIT
trap 'exit 1' INT TERM

# One line a test: its name and how it is run.
tests_of() { # KIND
    case $1 in
    unit) for test in "$B"/test/test_*; do [ -x "$test" ] && [ ! -d "$test" ] && echo "${test##*/} $test"; done ;;
    *) for test in test/"$1"/[0-9]*.sh; do [ -e "$test" ] && echo "$1/${test##*/} sh $test"; done ;;
    esac
}

# Long tests want the machine for themselves.
for kind in "$@"; do
    jobs=$JOBS
    [ "$kind" != long ] || jobs=1
    tests_of "$kind" | xargs -r -P "$jobs" -L 1 sh test/run_one.sh
done

count() { # RESULT
    find "$RESULTS" -name "$1.*" | wc -l | tr -d ' '
}
passed=$(count passed) failed=$(count failed) skipped=$(count skipped)
[ "$failed" = 0 ] || echo "failed:$(cat "$RESULTS"/failed.* | sort | sed 's/^/ /' | tr -d '\n')"
if [ "$skipped" = 0 ]; then
    echo "$passed passed, $failed failed"
else
    echo "$passed passed, $failed failed, $skipped skipped"
fi
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
