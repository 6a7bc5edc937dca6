# A mail of 200 MB waits on the server, over IMAP and over POP3: it is refused in words, once, and
# the agent does not grow.
. test/flow/functions.sh
. test/flow/mail_servers.sh

start_dovecot
watched() {
    timeout 100 python3 test/flow/watch_memory.py "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once \
        2>"$T/peak" || { cat "$T/peak" >&2; fail "the agent failed"; }
    sed -n 's/^peak \([0-9]*\) KiB$/\1/p' "$T/peak"
}

check() { # KIND ASKER
    {
        echo help
        head -c 200000000 /dev/zero | tr '\0' 'y' | fold -w 76
    } | put_mail agent "$2@people.example" 'a very large mail'
    peak=$(watched)
    echo "figure: peak private memory, a mail of 200 MB over $1: $peak KiB"
    expect_replies "$2" 1
    read_replies "$2" >"$T/answer"
    grep -qi 'larger than' "$T/answer" || { cat "$T/answer"; fail "no sentence about the size"; }
    expect_run 0
    expect_replies "$2" 1
    [ "${SANITIZED:-}" ] || [ "$peak" -lt 24576 ] || fail "more than 24 MB of private memory: $peak KiB"
}

replies="{kind: maildir, path: $T/out/%u}"
begin_accounts
add_account web agent@example.test "$(imaps_mailbox '{delete: yes}')" "$replies"
check IMAP ann
begin_accounts
add_account web agent@example.test "$(pop3s_mailbox '{delete: yes}')" "$replies"
check POP3 bob
