# What a real submission server says no to: the recipient, the sender, the size, for now and for
# ever.  The ledger knows which; what was refused for now is taken at a later try, once.
. test/flow/functions.sh
. test/flow/mail_servers.sh

need_root
start_nginx
POSTFIX_SIZE=60000
POSTFIX_SENDERS='refused@example.test=REJECT later@example.test=DEFER'
start_dovecot
start_postfix
echo '<title>Small</title><p>small page' >"$T/www/small.html"
{
    echo '<title>Large</title><p>'
    head -c 100000 /dev/urandom | base64
} >"$T/www/large.html"

make_maildir "$T/in"
configure() { # ADDRESS
    begin_accounts
    add_account web "$1" "{kind: maildir, path: $T/in}" "$(postfix_submission)"
    printf '    replies: {format: text}\n' >>"$T/accounts.yaml"
}
ask() { # NAME TARGET
    deliver "$1" "get $WEB/$2" </dev/null
    last=$(ls "$T/in/new" | tail -n 1)
    sed -i -e 's/people\.example/example.test/g' -e "s/^To: .*/To: $address/" "$T/in/new/$last"
}
address=agent@example.test
configure $address

# The recipient, for now: kept, tried later, taken once.
echo 'alice@example.test 450 4.2.1 the mailbox is busy' >"$P/etc/recipients"
ask alice small.html
expect_run 75
expect_standing ready 1
expect_standing never 0
expect_mails alice 0
run_once # not yet its time: the server is not asked again
expect_standing ready 1
: >"$P/etc/recipients"
make_due
expect_run 0
expect_standing ready 0
expect_standing accepted 1
as_user alice wait 1
expect_run 0
expect_mails alice 1

# The recipient, for ever.
echo 'bob@example.test 550 5.1.1 nobody of that name' >"$P/etc/recipients"
ask bob small.html
expect_run 0
expect_standing never 1
: >"$P/etc/recipients"
make_due
expect_run 0
expect_mails bob 0

# The size, for ever: the server announced it; others are served in the same run.
ask bob large.html
ask alice small.html
expect_run 0
expect_standing never 2
expect_standing accepted 2
as_user alice wait 2
expect_mails bob 0

# The sender, for ever and for now.
address=refused@example.test
configure $address
ask bob small.html
expect_run 0
expect_standing never 3
address=later@example.test
configure $address
ask bob small.html
expect_run 75
expect_standing ready 1
expect_mails bob 0

# The server is down, then it is not: TLS from the first byte this time.
address=agent@example.test
begin_accounts
add_account web agent@example.test "{kind: maildir, path: $T/in}" "{kind: smtp, host: 127.0.0.1,
      port: $(free_port), user: agent@example.test, password_file: $T/agent.secret, ca_file: $T/tls/ca.pem}"
ask alice small.html
run_once
[ $code != 0 ] || fail "a server that is down went unnoticed"
begin_accounts
add_account web agent@example.test "{kind: maildir, path: $T/in}" "{kind: smtp, host: 127.0.0.1,
      port: $SUBMISSIONS_PORT, user: agent@example.test, password_file: $T/agent.secret, ca_file: $T/tls/ca.pem}"
make_due
run_once
as_user alice wait 3
expect_mails alice 3
expect_mails bob 0
