# An account that is removed or renamed while it has work outstanding: what waits is told with what
# to do about it, taken over under the new name, or given up on request; nothing is answered twice.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
echo '<title>Page</title><p>here it is' >"$T/www/index.html"
rename() { # OLD NEW
    sed -i "s/name: $1\$/name: $2/" "$T/accounts.yaml"
}

# Answered, and its reply cannot go out: one reply waits.
echo "get $WEB/" | deliver ann
expect_code 0 agent --once
mv "$T/out" "$T/away"
: >"$T/out"
echo "get $WEB/" | deliver bob
expect_code 75 agent --once
rm "$T/out"
mv "$T/away" "$T/out"

# Gone, and another account is there: told once a run, and the run has no reason to be repeated.
cp "$T/accounts.yaml" "$T/with_web.yaml"
make_maildir "$T/in_other"
sed -i "s|path: $T/in}|path: $T/in_other}|" "$T/accounts.yaml"
rename web other
expect_code 0 agent --once
expect_in "$T/stderr" 'account web is not configured any more'
expect_in "$T/stderr" '1 of its replies wait'
expect_in "$T/stderr" 'formerly: web'
expect_in "$T/stderr" 'www4mail forget web'
expect_code 0 agent status
expect_in "$T/stdout" 'web'
expect_in "$T/stdout" 'not configured any more'
expect_code 0 agent status --json
python3 -c 'import json, sys; names = [a["account"] for a in json.load(open(sys.argv[1]))]; assert names == ["other", "web"], names' "$T/stdout"
expect_replies bob 0
# The other accounts go on meanwhile.
echo "get $WEB/" | deliver cleo
mv "$T/in/new/"*M3* "$T/in_other/new/"
expect_code 0 agent --once
expect_replies cleo 1

# Two names in use are not one account.
cp "$T/with_web.yaml" "$T/accounts.yaml"
rename web other
sed -i 's/name: other$/name: other\n    formerly: [other]/' "$T/accounts.yaml"
expect_code 78 agent --once
expect_in "$T/stderr" 'formerly'
# Renamed: the new name takes over, and bob's reply goes out at its time, once.
sed -i 's/formerly: \[other\]/formerly: [web]/' "$T/accounts.yaml"
sleep_until_due() {
    python3 - "$T/state" <<'PY'
import glob, sqlite3, sys
ledger = sqlite3.connect(glob.glob(sys.argv[1] + "/ledger*.db")[0])
with ledger:
    ledger.execute("UPDATE part SET not_before = 0 WHERE state = 'ready'")
    ledger.execute("UPDATE job SET not_before = 0 WHERE state = 'claimed'")
ledger.close()
PY
}
sleep_until_due
expect_code 0 agent --once
for name in ann bob cleo; do expect_replies $name 1; done
expect_code 0 agent status
expect_not_in "$T/stdout" 'not configured'
# What the old name had answered is known to the new one.
find "$T/in/cur" -type f | head -n 1 | while read -r file; do mv "$file" "$T/in/new/$(basename "${file%%:*}")"; done
expect_code 0 agent --once
for name in ann bob cleo; do expect_replies $name 1; done

# Given up on request, when it is gone and only then.
mv "$T/out" "$T/away"
: >"$T/out"
echo "get $WEB/" | deliver dora
expect_code 75 agent --once
rm "$T/out"
mv "$T/away" "$T/out"
expect_code 64 agent forget
expect_code 64 agent forget other
expect_in "$T/stderr" 'is configured'
sed -i '/formerly/d' "$T/accounts.yaml"
rename other third
sed -i "s|path: $T/in}|path: $T/in_other}|" "$T/accounts.yaml"
# What waits for a configured account is not hidden by what waits for one that is gone.
mv "$T/out" "$T/away"
: >"$T/out"
echo "get $WEB/" | deliver eve
mv "$T/in/new/"*"M$(cat "$T/mail_number")."* "$T/in_other/new/"
expect_code 75 agent --once
expect_code 75 agent --once -a third
rm "$T/out"
mv "$T/away" "$T/out"
sleep_until_due
expect_code 0 agent --once -a third
expect_replies eve 1
expect_code 0 agent forget other
expect_in "$T/stdout" '1 mails of account other'
expect_code 0 agent --once
[ ! -s "$T/stderr" ] || { cat "$T/stderr" >&2; fail "what was given up is still told"; }
expect_replies dora 0
