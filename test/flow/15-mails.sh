# Request mails as programs write them, and mails that no robot may answer.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
for n in one two three four five six; do
    echo "<title>Page $n</title><p>This is page $n." >"$T/www/$n.html"
done

# The mails name the server as @WEB@; in quoted-printable and base64 parts it is put in by hand.
place() { # FILE
    sed "s|@WEB@|$WEB|g" "$1" >"$T/in/tmp/$(basename "$1")"
    mv "$T/in/tmp/$(basename "$1")" "$T/in/new/1700000000.$(basename "$1" .eml)"
}
for mail in test/mails/ask-*.eml test/mails/robot-*.eml; do place "$mail"; done
python3 - "$T/in/new" "$WEB" <<'PY'
import email.message, pathlib, sys
folder, web = pathlib.Path(sys.argv[1]), sys.argv[2]

def deliver(name, message):
    message["From"] = f"{name}@people.example"
    message["To"] = "web@agent.example"
    (folder / f"1700000009.{name}").write_bytes(message.as_bytes())

plain = email.message.EmailMessage()
plain["Subject"] = "Grüße"
plain.set_content(f"Liebe Maschine,\nGET {web}/four.html\n", cte="base64")
deliver("encoded", plain)
both = email.message.EmailMessage()
both.set_content(f"get {web}/five.html\n")
both.add_alternative(f"<p>get <a href='{web}/five.html'>{web}/five.html</a></p>", subtype="html")
deliver("both", both)
html = email.message.EmailMessage()
html.set_content(f"<div>text <a href='{web}/six.html'>{web}/six.html</a></div>", subtype="html")
deliver("phone", html)
nested = email.message.EmailMessage()
nested.set_content(f"text {web}/three.html\n")
nested.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="x.png")
deliver("nested", nested)
PY

expect_code 0 agent --once
page_of() { # NAME WORD
    expect_replies "$1" 1
    read_replies "$1" >"$T/answer"
    expect_in "$T/answer" "This is page $2."
}
page_of mutt one
page_of iphone two
page_of outlook three
page_of encoded four
page_of both five
page_of phone six
page_of nested three
expect_replies bottom 1
read_replies bottom >"$T/answer"
expect_in "$T/answer" 'This is page two.'
expect_not_in "$T/answer" 'This is page one.'

# Metacharacters of a shell, a pattern or a format stay what they are.
expect_replies meta 1
read_replies meta >"$T/answer"
expect_in "$T/nginx/access.log" 'GET /one.html?a=$(id)%60id%60;%7C&*?%5Ba-z%5D%7B1,2%7D%25n'
[ ! -e "$T/pwned" ] || fail "a word of a mail was run"

for mail in test/mails/robot-*.eml; do
    name=$(sed -n 's/^From: *//Ip' "$mail" | head -n 1 | sed 's/.*<\(.*\)>.*/\1/; s/@.*//')
    [ "$(replies "$name")" = 0 ] || fail "$mail was answered"
done
[ "$(find "$T/out" -name 'stranger' | wc -l)" = 0 ] || fail "a stranger was answered"
agent jobs >"$T/jobs"
for rule in L2 L3 L4 L5 L6 L15; do expect_in "$T/jobs" "$rule"; done

# Nothing readable: the short help, once a day.
echo | deliver quiet
echo | deliver quiet
expect_code 0 agent --once
expect_replies quiet 1
