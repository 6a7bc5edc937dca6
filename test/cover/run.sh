#!/bin/sh
# Runs kinds of tests in the coverage build, then prints lines and branches room by room.  Floors
# hold for unit and flow tests together; counters of earlier runs are removed first.
set -u
cd "$(dirname "$0")/../.."
command -v gcovr >/dev/null || { echo "gcovr is not installed" >&2; exit 1; }
find "$B" -name '*.gcda' -delete

test/run.sh "$@"
passed=$?
# Tests under another user's name may not write here; what gcov says of that is no fault of theirs.
gcovr --root . --object-directory "$B" -j 2 --json "$B/coverage.json" \
    --filter agent/ --filter fetchers/ --filter render/ "$B" 2>"$B/gcovr.log" ||
    { tail -n 5 "$B/gcovr.log" >&2; exit 1; }
case "$*" in
*flow*) python3 test/cover/report.py "$B/coverage.json" --floors ;;
*) python3 test/cover/report.py "$B/coverage.json" ;;
esac && [ $passed = 0 ]
