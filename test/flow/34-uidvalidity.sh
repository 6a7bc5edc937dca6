# Mails that were answered come back under a new UIDVALIDITY, as after a server was moved: nobody
# gets a second answer.  $MAILS says how many; test/long asks for 500.
. test/flow/functions.sh
. test/flow/mail_servers.sh

MAILS=${MAILS:-60}
start_dovecot
begin_accounts
# The mails keep no mark on the server that would tell.
add_account web agent@example.test "$(imaps_mailbox '{}')" "{kind: maildir, path: $T/out/%u}"
for n in $(seq "$MAILS"); do
    echo help | put_mail agent ann@people.example "number $n"
done
RUN_LIMIT=110
for _ in 1 2 3 4 5 6; do
    run_once
    [ $code = 0 ] || [ $code = 75 ] || { cat "$T/stderr"; fail "exit $code"; }
    [ "$(replies ann)" != "$MAILS" ] || break
done
expect_replies ann "$MAILS"

box=$T/mail/agent/Maildir
validity() { sed -n '1s/.* V\([0-9]*\).*/\1/p' "$box/dovecot-uidlist"; }
before=$(validity)
stop_dovecot
rm -f "$box"/dovecot* # what Dovecot knows of the folder: flags' names, UIDs, UIDVALIDITY
for file in "$box"/cur/*; do
    name=${file##*/}
    mv "$file" "$box/new/moved-${name%%:*}"
done
sleep 1 # UIDVALIDITY is a time
start_dovecot
[ "$(as_user agent count)" = "$MAILS" ] || fail "the mails are not all there"
[ "$(validity)" != "$before" ] || fail "UIDVALIDITY is what it was"
expect_run 0
expect_replies ann "$MAILS"
echo help | put_mail agent bob@people.example
expect_run 0
expect_replies bob 1
expect_replies ann "$MAILS"
