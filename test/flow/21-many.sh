# More jobs than one worker does in its life, with one worker; more requests in a mail than are
# answered at once; a mail with a large and binary attachment.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
sed -i '1a workers: {min: 1, max: 1}' "$T/accounts.yaml"
for n in 1 2 3 4 5 6 7; do echo "<title>Page $n</title><p>This is page number $n." >"$T/www/$n.html"; done

for n in $(seq 1 230); do echo help | deliver "asker$n"; done
timeout 120 "$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --once || fail "the run ended with $?"
[ "$(find "$T/out" -path '*/new/*' -type f | wc -l)" = 230 ] || fail "not everybody was answered"

for n in 1 2 3 4 5 6 7; do echo "get $WEB/$n.html"; done | deliver ann
echo "get $WEB/1.html" | deliver bob # a mail of its own, in the same run
expect_code 0 agent --once
expect_replies ann 5
read_replies ann >"$T/answer"
expect_in "$T/answer" '2 more requests'
expect_not_in "$T/answer" 'page number 6'

python3 - "$T/in/new" "$WEB" <<'PY'
import email.message, os, pathlib, sys
folder, web = pathlib.Path(sys.argv[1]), sys.argv[2]
photo = email.message.EmailMessage()
photo["From"], photo["To"] = "photo@people.example", "web@agent.example"
photo.set_content(f"get {web}/2.html\n")
photo.add_attachment(os.urandom(300000), maintype="image", subtype="jpeg", filename="me.jpg")
(folder / "1800000001.photo").write_bytes(photo.as_bytes())
(folder / "1800000002.nul").write_bytes(
    b"From: nul@people.example\nTo: web@agent.example\n\n"
    + f"get {web}/3.html\n".encode() + b"\0\0\0 and something binary\n")
PY
expect_code 0 agent --once
expect_replies photo 1
expect_replies nul 1
