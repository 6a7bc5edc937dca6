# The same over POP3: TLS from the first byte, then STLS; mails stay or are removed as configured,
# and what stays is answered once.
. test/flow/functions.sh
. test/flow/mail_servers.sh

need_root
start_nginx
start_dovecot
start_postfix
echo '<title>Harbour</title><p>The ferry leaves at <b>nine</b>.' >"$T/www/index.html"

configure() { # MAILBOX
    begin_accounts
    add_account web agent@example.test "$1" "$(postfix_submission)"
}

configure "$(pop3s_mailbox '{delete: no}')"
expect_run 0
echo "get $WEB/" | put_mail agent alice@example.test first
expect_run 0
as_user alice wait 1
expect_mails agent 1
expect_run 0
expect_mails alice 1

stls="{kind: pop3, host: 127.0.0.1, port: $POP_PORT, tls: starttls, user: agent@example.test,
      password_command: [cat, $T/agent.secret], ca_file: $T/tls/ca.pem, done: {delete: yes}}"
configure "$stls"
echo "get $WEB/" | put_mail agent bob@example.test second
expect_run 0
as_user bob wait 1
as_user bob read "$T/bob"
python3 test/flow/read_reply.py "$T/bob/1.eml" >"$T/reply"
expect_in "$T/reply" 'The ferry leaves at *nine*.'
expect_run 0
expect_mails alice 1
expect_mails bob 1
expect_mails agent 1 # what was answered when nothing was to be removed
as_user agent delete INBOX

# A certificate that nobody vouches for ends it before the password; the mail waits.
echo "get $WEB/" | put_mail agent bob@example.test third
configure "$(pop3s_mailbox '{delete: yes}' | sed 's/ca_file: [^,]*, //')"
run_once
[ $code != 0 ] || fail "an unknown certificate was taken"
grep -qi certificate "$T/stderr" || { cat "$T/stderr"; fail "the certificate is not named"; }
expect_mails agent 1
configure "$(pop3s_mailbox '{delete: yes}')"
expect_run 0
as_user bob wait 2
expect_mails agent 0
