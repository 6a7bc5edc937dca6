# in-doubt shows and settles all replies that are in doubt, however many; of an account that is not
# configured any more it says what to do.
. test/flow/functions.sh

start_nginx
echo '<p>page is here' >"$T/www/index.html"
write_accounts </dev/null
echo "get $WEB/" | deliver ann
expect_code 0 agent --once
python3 - "$T/state/ledger.db" <<'PY'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as ledger:
    for n in range(2, 453):
        account, since = ("gone", 5) if n == 452 else ("web", 1000 + n // 100)
        part = ledger.execute(
            "INSERT INTO part (job, n, account, message_id, sender, recipient, state, in_doubt_since,"
            " tries) VALUES (1, ?, ?, ?, 'web@agent.example', 'ann@people.example', 'in_doubt', ?, 1)",
            (n, account, f"<{n}@agent.example>", since)).lastrowid
        ledger.execute("INSERT INTO part_bytes VALUES (?, x'41')", (part,))
ledger.close()
PY
expect_code 0 agent in-doubt --json
python3 - "$T/stdout" <<'PY'
import json, sys
doubts = json.load(open(sys.argv[1]))
numbers = [doubt["part"] for doubt in doubts]
assert len(numbers) == len(set(numbers)) == 451, len(numbers)
assert [doubt["configured"] for doubt in doubts].count(False) == 1
PY
expect_code 0 agent in-doubt
[ "$(grep -c 'in doubt since' "$T/stdout")" = 451 ] || fail "not all are listed"
expect_in "$T/stdout" 'put it back there, or give up what it has waiting with: www4mail forget gone'
expect_code 0 agent in-doubt -a web
[ "$(grep -c 'in doubt since' "$T/stdout")" = 450 ] || fail "not the one account"
expect_code 0 agent in-doubt resend 451
expect_in "$T/stdout" 'reply 451 is sent once more by the next run'
expect_code 64 agent in-doubt resend 451
expect_code 0 agent in-doubt resend 452
expect_in "$T/stdout" 'account gone is not in accounts.yaml'
expect_code 0 agent in-doubt accept 300
expect_code 0 agent in-doubt give-up 2
expect_code 0 agent in-doubt --json
[ "$(grep -c '"part"' "$T/stdout")" = 447 ] || fail "not 447 are left"
