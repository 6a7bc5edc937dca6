#!/bin/sh
# REQUESTS mails (20000) through a daemon on loopback, one in a hundred of everything failing and a
# process killed every few seconds: each is answered once or refused, nothing grows.  RATE is how
# often a thing fails, KILL the seconds between two kills; SEED varies all of it.
cd "$(dirname "$0")/../.." || exit 1
B=${B:-build}
. test/flow/functions.sh
mkdir -m 700 "$T/state"
export PYTHONDONTWRITEBYTECODE=1
if ! python3 test/soak/soak.py "$T" "$AGENT" "$MODULES" "${REQUESTS:-20000}" --seed "${SEED:-1}" \
    --rate "${RATE:-0.01}" --kill "${KILL:-7}" --daemon "${SECONDS_AT_MOST:-1200}"; then
    [ -z "${KEEP:-}" ] || cp -r "$T" "$KEEP"
    tail -n 12 "$T/log"
    fail "see above; KEEP=FOLDER keeps the ledger and the log"
fi
