# A Maildir that other programs write to, an mbox spool, standard input, a rehearsal, one process.
. test/flow/functions.sh

start_nginx
write_accounts <<CONF
  - name: spool
    address: spool@agent.example
    mailbox: {kind: mbox, path: $T/spool}
    submission: {kind: maildir, path: $T/out/%u}
    senders: {allow: ['*@people.example']}
    urls: {allow_addresses: [127.0.0.0/8], ports: [$WEB_PORT]}
CONF
echo '<title>Ready</title><p>page is here' >"$T/www/index.html"

# Somebody's half-written mail, what does not belong there, and a mail already seen by a person.
echo "GET $WEB/" >"$T/in/tmp/1700000001.half"
mkfifo "$T/in/new/1700000002.fifo"
ln -s /etc/passwd "$T/in/new/1700000003.link"
mkdir "$T/in/new/1700000004.folder"
: >"$T/in/new/1700000005.empty"
printf 'From: seen@people.example\nTo: web@agent.example\n\nget %s/\n' "$WEB" >"$T/in/cur/1700000006.seen:2,S"
echo "get $WEB/" | deliver ann
cat >"$T/spool" <<MBOX
From dora@people.example Sat Nov 21 12:00:00 2026
From: Dora <dora@people.example>
To: spool@agent.example
Message-ID: <spool-1@people.example>

get $WEB/

From emil@people.example Sat Nov 21 12:00:00 2026
From: Emil <emil@people.example>
To: spool@agent.example

>From now on I ask for
get $WEB/
MBOX

# A rehearsal claims nothing and changes nothing.
expect_code 0 agent --once --dry-run "$T/rehearsal"
[ "$(ls "$T/rehearsal" | wc -l)" = 3 ] || { ls "$T/rehearsal"; fail "three rehearsed replies expected"; }
python3 test/flow/read_reply.py "$T"/rehearsal/*.eml >"$T/rehearsed"
expect_in "$T/rehearsed" 'page is here'
expect_replies ann 0
[ -e "$T/in/new/$(ls "$T/in/new" | grep test)" ] || fail "the rehearsal settled a mail"

expect_code 0 agent --once
expect_replies ann 1
expect_replies dora 1
expect_replies emil 1
expect_replies seen 0
[ -e "$T/in/tmp/1700000001.half" ] || fail "somebody's half-written mail is gone"
[ -L "$T/in/new/1700000003.link" ] || fail "the link is gone"

# New mail in the spool, behind what was answered.
cat >>"$T/spool" <<MBOX

From ann@people.example Sat Nov 21 13:00:00 2026
From: ann@people.example
To: spool@agent.example
Subject: get $WEB/

MBOX
expect_code 0 agent --once -1
expect_replies ann 2
expect_replies dora 1

# Standard input: the reply comes out, the ledger stays as it was.
echo "get $WEB/" >"$T/bare"
code=0
agent --stdin -a web <"$T/bare" >"$T/reply.eml" 2>"$T/stderr" || code=$?
[ $code = 0 ] || { cat "$T/stderr" >&2; fail "--stdin: exit $code"; }
python3 test/flow/read_reply.py "$T/reply.eml" >"$T/reply.txt"
expect_in "$T/reply.txt" 'page is here'
agent jobs >"$T/jobs"
before=$(wc -l <"$T/jobs")

# --submit only keeps the mail; a later run answers it.
printf 'From: fred@people.example\nTo: web@agent.example\n\nget %s/\n' "$WEB" >"$T/mail"
agent --stdin --submit -a web <"$T/mail" || fail "--stdin --submit: exit $?"
[ "$(agent jobs | wc -l)" = $((before + 1)) ] || fail "--submit did not keep the mail"
expect_replies fred 0
expect_code 0 agent --once
expect_replies fred 1

# With two accounts, standard input belongs to nobody in particular.
expect_code 64 agent --stdin
