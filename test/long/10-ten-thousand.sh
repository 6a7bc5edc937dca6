# A Maildir with 10,000 mails waiting: 9,990 of strangers, 10 requests.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
echo '<title>Ready</title><p>page is here' >"$T/www/index.html"
python3 - "$T/in/new" <<'PY'
import pathlib, sys
for n in range(9990):
    pathlib.Path(sys.argv[1], f"16000{n:05d}.stranger").write_text(
        f"From: s{n}@strangers.example\nTo: web@agent.example\nSubject: hello {n}\n\nget http://127.0.0.1/\n")
PY
for n in 1 2 3 4 5 6 7 8 9 10; do echo "get $WEB/" | deliver "ann$n"; done
began=$(date +%s%N)
expect_code 0 agent --once
echo "figure: 10,000 mails waiting, 10 of them requests: $((($(date +%s%N) - began) / 1000000)) ms"
for n in 1 2 3 4 5 6 7 8 9 10; do expect_replies "ann$n" 1; done
[ "$(find "$T/out" -type f | wc -l)" = 10 ] || fail "a stranger was answered"
began=$(date +%s%N)
expect_code 0 agent --once
echo "figure: the same mailbox, all known: $((($(date +%s%N) - began) / 1000000)) ms"
