# Passwords: asked for at every sign-in, never kept; a refused sign-in is not repeated at once; what
# doctor and status tell.  With a mailbox and a sender of a third party that want a password.
. test/flow/functions.sh

RIGHT=Correct-Horse-9 WRONG=Wrong-Horse-9
rm -rf "$T/modules"
mkdir "$T/modules"
chmod 755 "$T/modules"
cp "$B"/modules/* "$T/modules/"
MODULES=$T/modules
build_module() { # NAME, its block from standard input
    cat >"$T/modules/$1.module"
    # shellcheck disable=SC2046
    ${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden \
        $([ "${SANITIZED:-}" != 1 ] || echo -fsanitize=address,undefined) \
        -o "$T/modules/$1.so" "test/modules/$1.c" || fail "$1 does not build"
}
build_module keyed_mailbox <<BLOCK
name: keyed_mailbox
file: keyed_mailbox.so
stage: lireadmail
when: [mailbox.kind in [keyed]]
settings: {user: "", wants: $RIGHT, log: $T/asked}
BLOCK
build_module keyed_sender <<BLOCK
name: keyed_sender
file: keyed_sender.so
stage: submit
when: [submission.kind in [keyed]]
settings: {user: "", wants: $RIGHT, log: $T/submitted}
BLOCK

start_nginx
echo '<p>page is here' >"$T/www/index.html"
keyed_account() { # how the password of the mailbox is named
    write_accounts <<CONF
  - name: keyed
    address: keyed@agent.example
    mailbox: {kind: keyed, user: agent, $1}
    submission: {kind: maildir, path: $T/out/%u}
    senders: {allow: ['*@people.example']}
CONF
}
secret() { # TEXT
    printf 'echo x >>%s\necho %s\n' "$T/runs" "$1" >"$T/secret"
}
lines() { # FILE: its lines
    [ -e "$1" ] || { echo 0; return; }
    wc -l <"$1" | tr -d ' '
}
expect_times() { # FILE COUNT
    [ "$(lines "$1")" = "$2" ] || { cat "$1" >&2; fail "$1 has $(lines "$1") lines, not $2"; }
}

# Refused: 77, the other account is served, the password is in no message.
keyed_account "password_command: [sh, $T/secret]"
secret $WRONG
echo "get $WEB/" | deliver ann
expect_code 77 agent --once
expect_in "$T/stderr" 'account keyed: lireadmail: keyed_mailbox: the password of agent was refused'
expect_not_in "$T/stderr" $WRONG
expect_replies ann 1
expect_times "$T/asked" 1

# Not again before its time, in whichever run; said with -v.
expect_code 77 agent --once
expect_times "$T/asked" 1
expect_times "$T/runs" 1
[ ! -s "$T/stderr" ] || { cat "$T/stderr"; fail "a sign-in that waits is not quiet"; }
expect_code 77 agent --once -v
expect_in "$T/stderr" 'account keyed: mailbox: the last sign-in was refused; not tried again before'
expect_code 77 agent --once -1
expect_times "$T/asked" 1
expect_code 0 agent status
expect_in "$T/stdout" 'mailbox: the sign-in was refused; not tried again before'
expect_code 0 agent status --json
python3 - "$T/stdout" <<'PY'
import json, sys
web, keyed = json.load(open(sys.argv[1]))
assert "mailbox_held_until" not in web and keyed["mailbox_held_until"] > 1700000000, keyed
PY

# doctor asks at once, says what to change, and ends the waiting when all is well.
expect_code 77 agent doctor keyed
expect_in "$T/stdout" 'CHANGE  keyed_mailbox: the password of agent was refused; change it'
expect_times "$T/asked" 2
secret $RIGHT
expect_code 77 agent --once
expect_times "$T/asked" 2
expect_code 0 agent doctor keyed
expect_in "$T/stdout" 'ok      signed in'
expect_in "$T/stdout" 'ok      keyed: submission of kind maildir'
expect_not_in "$T/stdout" CHANGE
expect_times "$T/asked" 3
expect_code 0 agent --once
expect_times "$T/asked" 4

# Asked anew in every run, and its figures are remembered.
runs=$(lines "$T/runs")
expect_code 0 agent --once
expect_code 0 agent --once -1
expect_times "$T/runs" $((runs + 2))
expect_code 0 agent status
expect_in "$T/stdout" 'mailbox: 4.7 GiB used of 16.0 GiB'
expect_code 0 agent status --json
python3 - "$T/stdout" <<'PY'
import json, sys
keyed = json.load(open(sys.argv[1]))[1]
assert (keyed["mailbox_used"], keyed["mailbox_limit"]) == (5000000000, 17179869184), keyed
PY

# Online checks of everything, and of an account without a server.
expect_code 0 agent check-config --online
expect_in "$T/stdout" 'ok, 2 accounts'
expect_in "$T/stdout" 'ok      signed in'
expect_in "$T/stdout" "ok      Maildir $T/in, 0 mails wait"
expect_code 0 agent doctor web
expect_not_in "$T/stdout" keyed
expect_code 78 agent doctor nobody
expect_code 64 agent --once --online
mv "$T/in" "$T/elsewhere"
expect_code 78 agent doctor web
expect_in "$T/stdout" 'CHANGE '
mv "$T/elsewhere" "$T/in"

# A command that fails: what it said is told, nothing is held, the next run asks again.
printf 'echo gpg: no secret key >&2\nexit 2\n' >"$T/secret"
echo "get $WEB/" | deliver bob
expect_code 77 agent --once
expect_in "$T/stderr" 'keyed: mailbox: password_command (sh): exit status 2: gpg: no secret key'
expect_replies bob 1
asked=$(lines "$T/asked")
secret $RIGHT
expect_code 0 agent --once
expect_times "$T/asked" $((asked + 1))

# Files and credentials.
printf '%s\n' $RIGHT >"$T/password"
chmod 644 "$T/password"
keyed_account "password_file: $T/password"
expect_code 77 agent --once
expect_in "$T/stderr" "password_file: $T/password can be read by others; chmod 600 it"
chmod 600 "$T/password"
expect_code 0 agent --once
mkdir "$T/credentials"
cp "$T/password" "$T/credentials/keyed"
keyed_account "credential: keyed"
expect_code 77 agent --once
expect_in "$T/stderr" 'LoadCredential=keyed:PATH'
export CREDENTIALS_DIRECTORY="$T/credentials"
expect_code 0 agent --once
unset CREDENTIALS_DIRECTORY

# What is named and what is needed are held against each other before anything is asked.
keyed_account "wants: x"
expect_code 78 agent check-config
expect_in "$T/stderr" "accounts.yaml:14:21: mailbox: 'agent' signs in with a password"
keyed_account "password_command: sh $T/secret"
expect_code 78 agent check-config
expect_in "$T/stderr" 'without a shell, so it is a list'

# A refused submission: one try, then none; the reply is kept and goes out when it is mended.
write_accounts </dev/null
sed -i "s|submission: .*|submission: {kind: keyed, user: agent, password_command: [sh, $T/secret]}|" \
    "$T/accounts.yaml"
secret $WRONG
echo "get $WEB/" | deliver cleo
echo "get $WEB/" | deliver dora
expect_code 77 agent --once -v
expect_in "$T/stderr" 'account web: submission: the sign-in was refused; not tried again before'
expect_times "$T/submitted" 1
expect_code 77 agent --once
expect_times "$T/submitted" 1
secret $RIGHT
python3 - "$T/state/ledger.db" <<'PY'
import sqlite3, sys
ledger = sqlite3.connect(sys.argv[1])
ledger.execute("DELETE FROM memory WHERE kind = 'breaker'")
ledger.execute("UPDATE part SET not_before = 0")
ledger.commit()
PY
expect_code 0 agent --once
expect_in "$T/submitted" 'right cleo@people.example'
expect_in "$T/submitted" 'right dora@people.example'
expect_times "$T/submitted" 3

# Neither password was kept anywhere.
for word in $RIGHT $WRONG; do
    ! grep -rlF -- $word "$T/state" || fail "the ledger holds $word"
done
agent --once -v -v >"$T/stdout" 2>"$T/stderr" || :
expect_not_in "$T/stderr" $RIGHT
