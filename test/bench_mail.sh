#!/bin/sh
# Figures of hosted mailboxes: one --once run over 100 idle IMAP accounts with TLS (time, memory),
# and how fast replies are submitted to a Postfix on this machine.  MAILBOXES and MAILS say how many.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
. test/flow/functions.sh
. test/flow/mail_servers.sh

MAILBOXES=${MAILBOXES:-100} MAILS=${MAILS:-200}
users=$(seq -f 'box%g' "$MAILBOXES")
MAIL_USERS="$MAIL_USERS $(echo "$users" | tr '\n' ' ')"
start_dovecot
begin_accounts
for user in $users; do
    add_account "$user" "$user@example.test" "{kind: imap, host: localhost, port: $IMAPS_PORT,
      user: $user@example.test, password_file: $T/$user.secret, ca_file: $T/tls/ca.pem}" \
        "{kind: maildir, path: $T/out/%u}"
done

cat >"$T/run.py" <<'PY'
import os, resource, subprocess, sys, time
began = time.monotonic()
process = subprocess.run(sys.argv[2:], timeout=300)
took = time.monotonic() - began
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]}: {took:.2f} s, processor {usage.ru_utime + usage.ru_stime:.2f} s")
open(os.environ["TOOK"], "w").write(str(took))
sys.exit(process.returncode)
PY
TOOK=$T/took
export TOOK
timed() { # WHAT
    python3 "$T/run.py" "$1" "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once
}
rate() { awk -v n="$1" '{ printf "%.0f", n / $1 }' "$T/took"; }

timed "the first run over $MAILBOXES mailboxes (Dovecot makes them)"
for _ in 1 2 3; do
    timed "$MAILBOXES idle mailboxes"
    echo "    $(rate "$MAILBOXES") polls a second"
done
python3 test/flow/watch_memory.py "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once 2>"$T/peak"
echo "peak private memory of all processes together: $(sed -n 's/^peak \(.*\)/\1/p' "$T/peak")"

[ "$(id -u)" = 0 ] || { echo "submission: not measured, Postfix needs root"; exit 0; }
POSTFIX_MAX_USE=1000
start_postfix
make_maildir "$T/in"
for n in $(seq "$MAILS"); do
    echo help | deliver ann "number $n"
done
sed -i 's/people\.example/example.test/; s/^From: .*/From: alice@example.test/' "$T"/in/new/*
begin_accounts
add_account web web@agent.example "{kind: maildir, path: $T/in}" \
    "$(postfix_submission)"
timed "$MAILS requests for help, answered through Postfix with STARTTLS"
echo "    $(rate "$MAILS") mails a second, answered and submitted"
as_user alice count | sed 's/$/ of them have arrived/'
