# SIGTERM while servers keep the agent waiting: it ends at once where nothing can be lost, a reply
# that was not handed over yet stands as it stood, and the answer to one that was is waited for.
. test/flow/functions.sh
. test/flow/mail_servers.sh

echo secret >"$T/secret"
chmod 600 "$T/secret"

# Runs with a mailbox and a carrier, and ends it once the fake says that WORD was heard.
told_while() { # SCRIPT OF THE CARRIER, WORD
    rm -rf "$T/state" "$T/in"
    make_maildir "$T/in"
    begin_accounts
    start_fake_mail imap silent
    silent_log=$FAKE_MAIL_LOG
    add_account silent silent@agent.example "{kind: imap, host: 127.0.0.1, port: $FAKE_MAIL_PORT,
      tls: none, user: x, password_file: $T/secret}" "{kind: maildir, path: $T/out/%u}"
    start_fake_mail smtp "$1"
    add_account web web@agent.example "{kind: maildir, path: $T/in}" "{kind: smtp, host: 127.0.0.1,
      port: $FAKE_MAIL_PORT, tls: none, user: x, password_file: $T/secret}"
    echo help | deliver ann
    "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --daemon >"$T/stdout" 2>"$T/stderr" &
    pid=$!
    pids="$pids $pid"
    wait_for_word "$FAKE_MAIL_LOG" "$2"
    wait_for_word "$silent_log" '-- connection'
    sleep 0.5 # the fake may hear a thing before the agent knows that it said it
    told=$(date +%s%N)
    kill -TERM $pid
    for _ in $(seq 140); do
        kill -0 $pid 2>/dev/null || break
        sleep 0.1
    done
    took=$((($(date +%s%N) - told) / 1000000))
    ! kill -0 $pid 2>/dev/null || { kill -9 $pid; fail "$1: it does not end"; }
    code=0
    wait $pid || code=$?
    [ $code = 0 ] || { cat "$T/stderr"; fail "$1: exit $code"; }
}
wait_for_word() { # FILE WORD; the test's own look at the port is a connection too
    for _ in $(seq 200); do
        [ "$(grep -c -- "$2" "$1" || :)" -gt "$([ "$2" = '-- connection' ] && echo 1 || echo 0)" ] && return
        sleep 0.05
    done
    cat "$1" "$T/stderr"
    fail "the fake never heard $2"
}
of_web() { # KEY
    agent status --json | python3 -c 'import json, sys; print(next(a for a in json.load(sys.stdin) if a["account"] == "web")[sys.argv[1]])' "$1"
}
expect_of_web() { # KEY
    [ "$(of_web "$1")" = 1 ] || { agent status; fail "the reply is not $1"; }
}

told_while silent '-- connection'
expect_of_web ready
told_while hang-4 '^RCPT'
expect_of_web ready
echo "figure: told to end while servers are silent: $took ms"
told_while late-250 '-- the dot'
expect_of_web accepted
