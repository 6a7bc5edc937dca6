# Submission servers that are broken or hostile.  What was refused is not sent again, what is in
# doubt goes once more with the same Message-ID and then never, and no password leaves in clear.
. test/flow/functions.sh
. test/flow/mail_servers.sh

make_certificate server DNS:localhost,IP:127.0.0.1
make_certificate other DNS:elsewhere.example
echo top-secret-word >"$T/secret"
chmod 600 "$T/secret"
make_maildir "$T/in"

# A fresh house with one request, submitted to a fake; more settings of submission in $SETTINGS.
try() { # SCRIPT TLS [OPTIONS OF THE FAKE...]
    script=$1 tls=$2
    shift 2
    rm -rf "$T/state" "$T"/in/*/*
    start_fake_mail smtp "$script" "$@"
    begin_accounts
    add_account web web@agent.example "{kind: maildir, path: $T/in}" "{kind: smtp, host: localhost,
      port: $FAKE_MAIL_PORT, tls: $tls, user: x, password_file: $T/secret, ca_file: $T/tls/ca.pem,
      response_time: 3, in_doubt_wait: 0 ${SETTINGS:-}}"
    echo help | deliver ann
    run_once
}
accepted() { grep -c '^-- accepted' "$FAKE_MAIL_LOG" || :; }
dots() { grep -c '^-- the dot' "$FAKE_MAIL_LOG" || :; }
message_ids() { grep -i '^message-id:' "$FAKE_MAIL_LOG" | sort -u | wc -l | tr -d ' '; }

try good none
[ $code = 0 ] && [ "$(accepted)" = 1 ] || { cat "$T/stderr"; fail "good: exit $code"; }
run_once
[ "$(accepted)" = 1 ] || fail "good: sent twice"

for script in refuse-now silent hang-1 hang-4 cut-1 cut-4 flood long-line; do
    try $script none
    [ $code != 0 ] || { cat "$T/stderr"; fail "$script: exit 0"; }
    expect_standing ready 1
    [ "$(accepted)" = 0 ] || fail "$script: accepted?"
done

# Past its end a reply may have arrived: once more, the same one, then never again.
for script in drop-after-dot garbage-after-dot late-250; do
    try $script none
    [ $code != 0 ] || fail "$script: exit 0"
    expect_standing in_doubt 1
    sleep 1
    run_once
    run_once
    [ "$(dots)" -le 2 ] || fail "$script: sent $(dots) times"
    [ "$(message_ids)" = 1 ] || fail "$script: $(message_ids) Message-IDs"
    expect_standing never 1
done

try refuse-ever none
expect_standing never 1
make_due
run_once
[ "$(grep -c '^RCPT' "$FAKE_MAIL_LOG")" = 1 ] || fail "refused for ever, and asked again"

try refuse none
[ $code = 77 ] || { cat "$T/stderr"; fail "a refused sign-in: exit $code"; }
run_once
[ "$(grep -c '^AUTH' "$FAKE_MAIL_LOG")" -le 2 ] || fail "a refused sign-in is tried over and over"

# TLS: no password before a certificate that holds.
never_told() { # WHAT
    [ $code != 0 ] || fail "$1: exit 0"
    ! grep -q '^AUTH\|top-secret' "$FAKE_MAIL_LOG" || fail "$1: the password was sent"
    expect_standing accepted 0
}
server="--cert $T/tls/server.pem --key $T/tls/server.key"
other="--cert $T/tls/other.pem --key $T/tls/other.key"
# shellcheck disable=SC2086
{
    try no-starttls starttls $server; never_told no-starttls
    try inject starttls $server; never_told inject
    try old-tls starttls $server; never_told old-tls
    try good starttls $other; never_told 'wrong name'
    try good implicit --tls $other; never_told 'wrong name, implicit'
    try good implicit; never_told 'no TLS'
    try good starttls $server
}
[ $code = 0 ] && [ "$(accepted)" = 1 ] || { cat "$T/stderr"; fail "good with STARTTLS: exit $code"; }
