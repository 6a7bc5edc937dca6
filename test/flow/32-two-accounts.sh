# Four accounts in one run: one server is down, one accepts and never speaks; the one on IMAP and
# the one on a Maildir are answered all the same, before the others have run out of time.
. test/flow/functions.sh
. test/flow/mail_servers.sh

start_nginx
start_dovecot
start_fake_mail imap tarpit
echo '<title>Page</title><p>here it is' >"$T/www/index.html"
make_maildir "$T/in"

begin_accounts
replies="{kind: maildir, path: $T/out/%u}"
add_account down down@example.test "{kind: imap, host: 127.0.0.1, port: $(free_port), user: x,
      password_file: $T/agent.secret}" "$replies"
add_account slow slow@example.test "{kind: imap, host: 127.0.0.1, port: $FAKE_MAIL_PORT, tls: none,
      user: x, password_file: $T/agent.secret}" "$replies"
add_account far agent@example.test "$(imaps_mailbox '{}')" "$replies"
add_account near web@agent.example "{kind: maildir, path: $T/in}" "$replies"

echo "get $WEB/" | put_mail agent ann@people.example
echo "get $WEB/" | deliver bob

setsid "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once >"$T/stdout" 2>"$T/stderr" </dev/null &
run=$!
groups="$groups $run"
for _ in $(seq 100); do
    [ "$(replies ann)" = 1 ] && [ "$(replies bob)" = 1 ] && break
    sleep 0.1
done
expect_replies ann 1
expect_replies bob 1
kill -0 "$run" 2>/dev/null || { cat "$T/stderr"; fail "the slow server did not hold its account up: no test"; }
kill -KILL -"$run"
wait "$run" 2>/dev/null || :
flock -w 10 "$T/state/lock" true || fail "the killed run still holds its lock"

# Without the slow one: the exit code tells that one was down.
sed -i '/- name: slow/,/- name: far/{/- name: far/!d}' "$T/accounts.yaml"
run_once
[ $code != 0 ] || fail "the exit code does not tell that a server is down"
expect_in "$T/stderr" 'account down'
expect_replies ann 1
expect_replies bob 1
