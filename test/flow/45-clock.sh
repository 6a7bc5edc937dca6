# A laptop that slept for eight hours, and clocks that were set forward and back: nothing is blamed
# for it, nothing waits for a time that only a wrong clock has named, nothing is answered twice.
. test/flow/functions.sh

[ -z "${SANITIZED:-}" ] || { echo "a sanitizer wants to be loaded first"; exit 77; }
${CC:-gcc} -D_GNU_SOURCE -shared -fPIC -O1 -o "$T/clock.so" test/flow/clock.c -ldl
start_nginx
write_accounts </dev/null
sed -i "s|kind: maildir, path: $T/in}|kind: maildir, path: $T/in, poll_every: 1h}|" "$T/accounts.yaml"
echo '<title>Page</title><p>here it is' >"$T/www/index.html"

set_clocks() { # WALL SLEPT: seconds
    python3 -c 'import struct, sys
with open(sys.argv[1], "r+b" if sys.argv[4] else "wb") as f: f.write(struct.pack("=qq", int(sys.argv[2]), int(sys.argv[3])))' \
        "$T/clocks" "$1" "$2" "$([ ! -e "$T/clocks" ] || echo 1)"
}

shifted() {
    CLOCK_FILE="$T/clocks" LD_PRELOAD="$T/clock.so" "$@"
}

wait_for_replies() { # NAME COUNT
    for _ in $(seq 150); do [ "$(replies "$1")" = "$2" ] && return; sleep 0.1; done
    cat "$T/daemon.log" >&2
    expect_replies "$1" "$2"
}

set_clocks 0 0
echo "get $WEB/" | deliver ann
CLOCK_FILE="$T/clocks" LD_PRELOAD="$T/clock.so" "$AGENT" -c "$T/accounts.yaml" \
    --modules "$MODULES" --daemon 2>"$T/daemon.log" </dev/null &
daemon=$!
pids="$pids $daemon"
wait_for_replies ann 1
sleep 0.5

# Its next poll is an hour away, and the machine sleeps for eight.
echo "get $WEB/" | deliver bob
sleep 1.5
expect_replies bob 0
set_clocks 0 28800
wait_for_replies bob 1
expect_not_in "$T/daemon.log" 'hangs'
expect_not_in "$T/daemon.log" 'clock was set'

# Set forward by a month and back again: told, and nothing else happens.
set_clocks 2592000 28800
for _ in $(seq 50); do grep -q 'set forward' "$T/daemon.log" && break; sleep 0.1; done
expect_in "$T/daemon.log" 'the clock was set forward by 259'
set_clocks -86400 28800
for _ in $(seq 50); do grep -q 'set back' "$T/daemon.log" && break; sleep 0.1; done
expect_in "$T/daemon.log" 'the clock was set back by'
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
[ $code = 0 ] || { cat "$T/daemon.log" >&2; fail "the daemon ended with $code"; }
expect_replies ann 1
expect_replies bob 1

# What was done is not old because somebody set the clock: nothing is forgotten for it.
set_clocks 0 0
: >"$T/daemon.log"
echo "get $WEB/" | deliver eve
CLOCK_FILE="$T/clocks" LD_PRELOAD="$T/clock.so" "$AGENT" -c "$T/accounts.yaml" \
    --modules "$MODULES" --daemon 2>"$T/daemon.log" </dev/null &
daemon=$!
pids="$pids $daemon"
wait_for_replies eve 1
for _ in $(seq 50); do [ "$(agent jobs | grep -c settled)" = 3 ] && break; sleep 0.1; done
set_clocks 17280000 0
for _ in $(seq 50); do grep -q 'set forward' "$T/daemon.log" && break; sleep 0.1; done
kill -TERM "$daemon"
wait "$daemon" || fail "the daemon ended with $?"
[ "$(agent jobs | grep -c settled)" = 3 ] || { agent jobs >&2; fail "what was done is forgotten"; }

# A reply that is put off while the clock is four years ahead goes out as soon as it is right again.
set_clocks 126230400 0
mv "$T/out" "$T/away"
: >"$T/out"
echo "get $WEB/" | deliver cleo
expect_code 75 shifted "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
rm "$T/out"
mv "$T/away" "$T/out"
set_clocks 0 0
expect_code 0 shifted "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
expect_replies cleo 1

# A machine that starts in 1970, as one without a battery does, and learns the time later.
set_clocks "-$(date +%s)" 0
echo "get $WEB/" | deliver dora
expect_code 0 shifted "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
expect_replies dora 1
set_clocks 0 0
expect_code 0 shifted "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
for name in ann bob cleo dora; do expect_replies $name 1; done
