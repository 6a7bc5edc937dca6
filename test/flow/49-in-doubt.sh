# A submission server that takes a whole mail and breaks off, and a Dovecot whose Sent folder has the
# mail or has it not.  What is there is never sent again; what is not goes out once more, the same
# bytes; a mailbox that is down is asked later; on hold nothing happens before the operator's word.
. test/flow/functions.sh
. test/flow/mail_servers.sh

DOVECOT_MORE='namespace inbox {
  mailbox Outbox/Gone {
    auto = create
    special_use = \Sent
  }
}'
start_dovecot
SENT=$T/mail/agent/Maildir/.Outbox.Gone

# A fresh house, one request, and a carrier that breaks off after the end of data.
doubt() { # FURTHER SETTINGS OF SUBMISSION
    rm -rf "$T/state" "$T/mail/agent/Maildir"
    start_fake_mail smtp drop-after-dot
    begin_accounts
    add_account web agent@example.test "$(imaps_mailbox '{flag: $Done}')" "{kind: smtp,
      host: localhost, port: $FAKE_MAIL_PORT, tls: none, user: x, password_file: $T/agent.secret $1}"
    echo help | put_mail agent alice@example.test
    expect_run 75
    expect_standing in_doubt 1
    [ "$(dots)" = 1 ] || fail "sent $(dots) times at the first run"
}
dots() { grep -c '^-- the dot' "$FAKE_MAIL_LOG" || :; }
expect_dots() { # COUNT
    [ "$(dots)" = "$1" ] || { cat "$T/stderr"; fail "sent $(dots) times, not $1"; }
}

# The mails as they were handed over, one after the other in $T/mail.N.
mails() {
    python3 - "$FAKE_MAIL_LOG" "$T/sent" <<'PY'
import sys
mails, inside = [], False
for line in open(sys.argv[1], encoding="latin-1").read().split("\n"):
    if inside and line == ".":
        inside = False
    elif inside:
        mails[-1].append(line[1:] if line.startswith("..") else line)
    elif line == "DATA":
        mails.append([])
        inside = True
for number, mail in enumerate(mails, 1):
    with open(f"{sys.argv[2]}.{number}", "w", encoding="latin-1", newline="") as out:
        out.write("".join(line + "\r\n" for line in mail))
PY
}

# What the provider files among the sent mails: standard input.
file_sent() {
    for part in '' tmp new cur; do
        install -d -o "$MAIL_UID" -g "$MAIL_GID" "$SENT/$part"
    done
    cat >"$T/filing"
    chown "$MAIL_UID:$MAIL_GID" "$T/filing"
    filed=$(($(cat "$T/filed" 2>/dev/null || echo 0) + 1))
    echo "$filed" >"$T/filed" # at the end of a pipe this is a process of its own
    mv "$T/filing" "$SENT/new/1700000001.F$filed.test"
}

# As if the doubt had begun SECONDS ago.
age() { # SECONDS
    python3 - "$T/state/ledger.db" "$1" <<'PY'
import sqlite3, sys, time
with sqlite3.connect(sys.argv[1]) as ledger:
    ledger.execute("UPDATE part SET not_before = 0, in_doubt_since = ? WHERE state = 'in_doubt'",
                   (int(time.time()) - int(sys.argv[2]),))
PY
}
expect_identical() {
    mails
    cmp "$T/sent.1" "$T/sent.2" || fail "the repeat is another mail"
}

# It is there: accepted, and nobody asks the carrier again.
doubt ''
expect_in "$T/stderr" 'in doubt'
expect_in "$T/stderr" 'looked for among the sent mails'
expect_standing in_doubt_next look
agent status >"$T/status"
expect_in "$T/status" 'in doubt: 1 reply since'
expect_run 75 # not yet its time
expect_dots 1
mails
file_sent <"$T/sent.1"
age 700
expect_run 0
expect_dots 1
expect_standing accepted 1
expect_standing settled 1
expect_standing in_doubt_next none
[ "$(ls "$SENT/new" "$SENT/cur" | grep -c test)" = 1 ] || fail "the sent mails were touched"
expect_run 0
expect_dots 1

# The provider gave it another Message-ID.
doubt ''
mails
sed 's/^Message-ID: .*/Message-ID: <1@provider.example>\r/' "$T/sent.1" | file_sent
age 700
expect_run 0
expect_dots 1
expect_standing accepted 1

# Others that speak of it are not it: once more, the same bytes, then found.
doubt ''
mails
id=$(sed -n 's/^Message-ID: \(<[^>]*>\).*/\1/p' "$T/sent.1")
printf 'Message-ID: <2@example.test>\r\nReferences: %s\r\nX-Www4mail-Part: no\r\n\r\n%s\r\n' \
    "$id" "$id" | file_sent
printf 'Message-ID: <x%s>\r\n\r\n\r\n' "$id" | file_sent
age 700
expect_run 75
expect_dots 2
expect_identical
expect_standing in_doubt 1
expect_run 75
expect_dots 2
mails
file_sent <"$T/sent.2"
age 700
expect_run 0
expect_dots 2
expect_standing accepted 1

# Not there after the repeat either: given up, and said; never a third time.
doubt ''
age 700
expect_run 75
age 700
run_once
expect_in "$T/stderr" 'sent twice'
expect_standing never 1
expect_dots 2
expect_identical
expect_run 0
expect_dots 2

# A mailbox that is down says nothing about the mail: it is asked later, for a day and five times.
doubt ''
stop_dovecot
age 700
run_once
[ $code != 0 ] || fail 'a look-up that failed, and exit 0'
expect_dots 1
expect_standing in_doubt 1
agent in-doubt --json >"$T/doubts"
expect_in "$T/doubts" '"looks": 1'
run_once # put off: not asked again at once
agent in-doubt --json >"$T/doubts"
expect_in "$T/doubts" '"looks": 1'
for look in 2 3 4; do
    age 90000
    run_once
    expect_dots 1
    agent in-doubt --json >"$T/doubts"
    expect_in "$T/doubts" "\"looks\": $look"
done
age 90000
run_once
expect_dots 2
expect_identical
start_dovecot

# resend: without looking.
doubt ', on_in_doubt: resend'
expect_standing in_doubt_next resend
mails
file_sent <"$T/sent.1"
age 700
run_once
expect_dots 2
expect_identical
expect_standing never 1

# A folder by its name; one that is not there cannot say.
doubt ', sent_folder: Copies'
SENT=$T/mail/agent/Maildir/.Copies
mails
file_sent <"$T/sent.1"
age 700
expect_run 0
expect_dots 1
doubt ', sent_folder: Nowhere'
age 700
expect_run 75
expect_dots 2

# hold: until the operator says.
part() { agent in-doubt --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["part"])'; }
doubt ', on_in_doubt: hold'
expect_standing in_doubt_next hold
expect_standing in_doubt_next_at none
age 90000
expect_run 75
expect_dots 1
agent in-doubt >"$T/doubts"
expect_in "$T/doubts" 'waits for you'
number=$(part)
expect_code 64 agent in-doubt resend
expect_code 64 agent in-doubt resend 4711
expect_code 64 agent in-doubt forget "$number"
expect_code 0 agent in-doubt resend "$number"
expect_code 64 agent in-doubt accept "$number" # it is no longer in doubt
expect_run 75
expect_dots 2
expect_identical
expect_standing in_doubt 1
expect_code 0 agent in-doubt accept "$number"
expect_run 0
expect_dots 2
expect_standing accepted 1
expect_standing settled 1
doubt ', on_in_doubt: hold'
expect_code 0 agent in-doubt give-up "$(part)"
expect_run 0
expect_dots 1
expect_standing never 1
expect_standing settled 1
