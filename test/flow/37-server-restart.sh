# The IMAP server goes away between two polls of the daemon and comes back: no request is lost, none
# is answered twice, and the agent needs no help.
. test/flow/functions.sh
. test/flow/mail_servers.sh

start_nginx
start_dovecot
echo '<title>Page</title><p>here it is' >"$T/www/index.html"
begin_accounts
add_account web agent@example.test "$(imaps_mailbox '{}')" "{kind: maildir, path: $T/out/%u}"

echo "get $WEB/" | put_mail agent ann@people.example
expect_run 0
expect_replies ann 1

stop_dovecot
run_once
[ $code != 0 ] || fail "a server that is down went unnoticed"
expect_replies ann 1
echo "get $WEB/" | put_mail agent bob@people.example
start_dovecot
expect_run 0
expect_replies ann 1
expect_replies bob 1

# A daemon with mail waiting while the server is away.
sed -i 's/kind: imap,/kind: imap, poll_every: 10s,/' "$T/accounts.yaml"
"$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --daemon 2>"$T/daemon.log" </dev/null &
pids="$pids $!"
daemon=$!
echo "get $WEB/" | put_mail agent cleo@people.example
for _ in $(seq 100); do [ "$(replies cleo)" = 1 ] && break; sleep 0.1; done
expect_replies cleo 1
stop_dovecot
echo "get $WEB/" | put_mail agent dora@people.example
sleep 11
start_dovecot
for _ in $(seq 400); do [ "$(replies dora)" = 1 ] && break; sleep 0.1; done
kill -TERM "$daemon"
code=0
wait "$daemon" || code=$?
[ $code = 0 ] || [ $code = 75 ] || { cat "$T/daemon.log"; fail "the daemon ended with $code"; }
expect_replies dora 1
expect_replies cleo 1
expect_run 0
expect_replies dora 1
