# Two runs at once on one state directory, of every kind: one works, the other goes away and says so
# or claims what is new, and no request is answered twice.
. test/flow/functions.sh

start_nginx
start_fake
write_accounts </dev/null
echo '<title>Page</title><p>here it is' >"$T/www/index.html"

wait_for_replies() { # NAME COUNT
    for _ in $(seq 150); do [ "$(replies "$1")" = "$2" ] && return; sleep 0.1; done
    expect_replies "$1" "$2"
}

# --once while --once waits for a slow page: quiet, 0 at once, and what came meanwhile is not lost.
echo "get $FAKE/hold" | deliver slow
agent --once 2>"$T/first" &
first=$!
pids="$pids $first"
for _ in $(seq 100); do agent jobs | grep -q taken && break; sleep 0.05; done
echo "get $WEB/" | deliver ann
expect_code 0 agent --once
[ ! -s "$T/stderr" ] || { cat "$T/stderr" >&2; fail "a second --once is not quiet"; }
expect_code 0 agent --once -1
expect_code 0 agent --once -v
expect_in "$T/stderr" 'another run is at work'
echo "get $WEB/" >"$T/body"
{ printf 'From: stdin@people.example\nTo: web@agent.example\n\n'; cat "$T/body"; } >"$T/mail"
expect_code 0 agent --stdin --submit <"$T/mail" # claims, whoever else is at work
: >"$T/release"
wait "$first" || fail "the first run ended with $?: $(cat "$T/first")"
expect_code 0 agent --once
for name in slow ann stdin; do expect_replies $name 1; done

# Twenty at the same moment.
for n in $(seq 10); do echo "get $WEB/" | deliver "many$n"; done
runs=
for n in $(seq 20); do
    agent --once 2>>"$T/many" &
    runs="$runs $!"
done
for run in $runs; do wait "$run" || fail "one of twenty runs ended with $?: $(cat "$T/many")"; done
expect_code 0 agent --once
for n in $(seq 10); do expect_replies "many$n" 1; done

# Two daemons: the second ends with 75 (its service manager tries again later), the first goes on.
sed -i "s|kind: maildir, path: $T/in}|kind: maildir, path: $T/in, poll_every: 10s}|" "$T/accounts.yaml"
echo "get $WEB/" | deliver bert
"$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --daemon 2>"$T/daemon.log" </dev/null &
daemon=$!
pids="$pids $daemon"
wait_for_replies bert 1
expect_code 75 agent --daemon
expect_in "$T/stderr" 'another run is at work'
echo "get $WEB/" | deliver bob
wait_for_replies bob 1

# The first is killed: the next run takes over at once.
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null || :
echo "get $WEB/" | deliver cleo
for _ in $(seq 50); do
    expect_code 0 agent --once
    [ "$(replies cleo)" = 0 ] || break
    sleep 0.1 # its children go as soon as they see that it is gone
done
expect_replies cleo 1
expect_replies bob 1
