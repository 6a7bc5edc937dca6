# Servers that give one byte a second, for ever: a session's own limit ends them.
. test/flow/functions.sh
. test/flow/mail_servers.sh

make_maildir "$T/in"
echo secret >"$T/secret"
chmod 600 "$T/secret"
begin_accounts
for kind in imap pop3; do
    start_fake_mail $kind tarpit
    add_account "$kind" "$kind@example.test" "{kind: $kind, host: 127.0.0.1, port: $FAKE_MAIL_PORT,
      tls: none, user: x, password_file: $T/secret}" "{kind: maildir, path: $T/out/%u}"
done
RUN_LIMIT=200
began=$(date +%s)
run_once
echo "figure: two tarpits: $(($(date +%s) - began)) s"
[ $code != 0 ] || fail "nobody noticed"
expect_in "$T/stderr" 'account imap'
expect_in "$T/stderr" 'account pop3'
