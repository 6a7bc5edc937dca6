#!/bin/sh
# What a ledger of 10 rows and one of ROWS rows (10^6) cost: each call, a run that finds nothing to
# do, `status`, opening after an unclean stop, with 20,000 jobs that wait; and an IMAP poll of 10,000
# mails that are all known (in the first column, to a ledger of 10,000).
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
. test/flow/functions.sh

ROWS=${ROWS:-1000000}
BENCH=$B/soak/bench_ledger
cat >"$T/timed.py" <<'PY'
import statistics, subprocess, sys, time
name, times = sys.argv[1], []
for _ in range(5):
    began = time.monotonic()
    code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
    times.append(time.monotonic() - began)
    if code:
        sys.exit(f"{name}: exit {code}")
print(name, round(statistics.median(times) * 1e6))
PY
timed() { # NAME COMMAND...
    python3 "$T/timed.py" "$@"
}

export PYTHONDONTWRITEBYTECODE=1
poll_known() {
    python3 test/soak/poll_known.py "$T" "$AGENT" "$MODULES" 10000
}

fill() { # ROWS
    rm -rf "$T/state"
    "$BENCH" "$T/state" open >/dev/null
    python3 test/soak/fill_ledger.py "$T/state" "$1"
}

measure() { # ROWS > figures
    write_accounts </dev/null
    fill "$1"
    echo "megabytes $(($(stat -c %s "$T/state/ledger.db") >> 20))"
    timed once-idle "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
    timed status "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" status
    [ "$1" -lt 10000 ] || poll_known
    rm -f "$T/state/ledger.db-wal"
    echo "left over" >"$T/state/ledger.db-wal"
    "$BENCH" "$T/state" open | sed 's/open-first/open-unclean/'
    python3 test/soak/fill_ledger.py "$T/state" 0 20000
    "$BENCH" "$T/state"
}

fill 10000
poll_known >"$T/small"
measure 10 >>"$T/small"
measure "$ROWS" >"$T/large"
echo "microseconds with 10 rows, with $ROWS, ratio"
awk 'NR == FNR { small[$1] = $2; next } { print $1, small[$1], $2 }' "$T/small" "$T/large" |
    awk '{ printf "%-14s %9d %9d %8.2f\n", $1, $2, $3, $3 / ($2 ? $2 : 1) }'
