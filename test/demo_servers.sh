#!/bin/sh
# The main job on real servers, before your eyes: a private Dovecot and Postfix on loopback, a
# request that is read over IMAP with TLS, a page, www4mail --once, the reply that was submitted
# with STARTTLS, read back over IMAP.  Nothing is installed and no mail leaves this machine.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
# shellcheck source=test/flow/functions.sh
. test/flow/functions.sh
# shellcheck source=test/flow/mail_servers.sh
. test/flow/mail_servers.sh

WEB_PORT=$(free_port)
python3 -m http.server -b 127.0.0.1 -d test/pages "$WEB_PORT" >/dev/null 2>&1 </dev/null &
pids="$pids $!"
start_dovecot
if [ "$(id -u)" = 0 ]; then
    start_postfix
    submission=$(postfix_submission)
else
    echo "== Postfix needs root: the reply goes into the asker's Maildir instead"
    submission="{kind: maildir, path: $T/mail/%u/Maildir}"
fi
begin_accounts
add_account demo agent@example.test "$(imaps_mailbox '{move: Answered}')" "$submission"
wait_for_port "$WEB_PORT"

echo "get http://127.0.0.1:$WEB_PORT/harbour.html" | put_mail agent alice@example.test harbour
echo "== The account"
sed -n '/- name/,/password_file/p' "$T/accounts.yaml"
echo
echo "== The request, in the agent's mailbox on IMAP (TLS, port $IMAPS_PORT)"
cat "$T"/mail/agent/Maildir/new/*
echo
echo "== www4mail doctor"
agent doctor || :
echo
echo "== www4mail --once -v"
agent --once -v
echo
echo "== The agent's mailbox: INBOX $(as_user agent count), Answered $(as_user agent count Answered)"
echo
echo "== The reply, as alice reads it over IMAP"
as_user alice wait 1
as_user alice read "$T/alice"
python3 test/flow/read_reply.py "$T/alice/1.eml"
