# Servers that are broken or hostile, all in one run, each with an account of its own: every one of
# them ends within its limit, costs only its own account and is named in the log with what
# happened, no password leaves in clear, and the account on a sound mailbox is answered.
. test/flow/functions.sh
. test/flow/mail_servers.sh

make_ca
make_certificate server DNS:localhost,IP:127.0.0.1
make_certificate other DNS:elsewhere.example
openssl x509 -req -in "$T/tls/server.csr" -CA "$T/tls/ca.pem" -CAkey "$T/tls/ca.key" -CAcreateserial \
    -days -1 -extfile "$T/tls/server.ext" -out "$T/tls/expired.pem" 2>/dev/null || rm -f "$T/tls/expired.pem"
cp "$T/tls/server.key" "$T/tls/expired.key"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$T/tls/self.key" -out "$T/tls/self.pem" 2>/dev/null
echo top-secret-word >"$T/secret"
chmod 600 "$T/secret"
make_maildir "$T/in"
begin_accounts
replies="{kind: maildir, path: $T/out/%u}"
names=''
ports=''

bad() { # NAME KIND TLS SCRIPT [OPTIONS OF THE FAKE...]
    name=$1 box_kind=$2 tls=$3 script=$4
    shift 4
    begin_fake_mail "$box_kind" "$script" "$@"
    ports="$ports $FAKE_MAIL_PORT"
    add_account "$name" "$name@example.test" "{kind: $box_kind, host: localhost, port: $FAKE_MAIL_PORT,
      tls: $tls, user: x, password_file: $T/secret, ca_file: $T/tls/ca.pem}" "$replies"
    case $name in
    # Nothing that must end the session: what cannot be used is passed over.
    imap-badcharset | imap-no-capability | imap-deep | pop3-nul | pop3-holes) ;;
    *) names="$names $name" ;;
    esac
}
cert() { echo "--cert $T/tls/$1.pem --key $T/tls/$1.key"; }

add_account sound web@agent.example "{kind: maildir, path: $T/in}" "$replies"
for script in silent hang-2 cut-1 cut-3 flood long-line nul refuse badcharset no-capability \
    huge-literal literal-64 cut-literal deep; do
    bad "imap-$script" imap none "$script"
done
for script in silent hang-2 cut-2 flood long-line nul refuse holes no-uidl dot-less; do
    bad "pop3-$script" pop3 none "$script"
done
# shellcheck disable=SC2046
{
    bad imap-tls-none imap starttls no-starttls $(cert server)
    bad pop3-tls-none pop3 starttls no-starttls $(cert server)
    bad imap-preauth imap starttls preauth $(cert server)
    bad imap-inject imap starttls inject $(cert server)
    bad pop3-inject pop3 starttls inject $(cert server)
    bad imap-wrong-name imap implicit good --tls $(cert other)
    bad imap-self imap implicit good --tls $(cert self)
    bad pop3-self pop3 implicit good --tls $(cert self)
    bad imap-old-tls imap implicit old-tls --tls $(cert server)
    bad imap-not-tls imap implicit good
    if [ -e "$T/tls/expired.pem" ]; then bad imap-expired imap implicit good --tls $(cert expired); fi
}
echo help | deliver ann
for port in $ports; do wait_for_port "$port"; done

began=$(date +%s)
RUN_LIMIT=115
run_once
took=$(($(date +%s) - began))
echo "figure: $(echo "$ports" | wc -w) hostile servers in one run: $took s"
[ $code != 0 ] || fail "nothing of all this went wrong?"
expect_replies ann 1
case " $names " in *" imap-expired "*) ;; *) echo "note: no certificate of yesterday could be made" ;; esac
for name in $names; do
    grep -q "account $name:\|account $name " "$T/stderr" || { cat "$T/stderr"; fail "$name is not named"; }
done
! grep -l top-secret-word "$T"/fake-*-no-starttls-*.log "$T"/fake-*-preauth-*.log "$T"/fake-*-inject-*.log \
    "$T"/fake-imap-old-tls-*.log "$T"/fake-imap-good-*.log "$T/stderr" || fail "the password was sent"
grep -q top-secret-word "$T"/fake-imap-refuse-*.log || fail "the log of a fake would not show a password"
! grep -qiE 'sanitizer|signal 11|core' "$T/stderr" || { cat "$T/stderr"; fail "a crash"; }
[ "$(find "$T/out" -type f | wc -l)" = 1 ] || fail "somebody was answered who did not ask"

# The sound account is not the worse for it, and the run after this one ends as well.
echo help | deliver bob
RUN_LIMIT=60
run_once -a sound
[ $code = 0 ] || { cat "$T/stderr"; fail "the sound account fails"; }
expect_replies bob 1
