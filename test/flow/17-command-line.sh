# The command line: exit codes, one run at a time, what is told, the render filter.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
expect_code 0 agent check-config
expect_in "$T/stdout" 'ok, 1 account'
expect_code 64 "$AGENT"
expect_code 64 "$AGENT" --no-such-option
expect_code 64 "$AGENT" no-such-command
expect_code 64 "$AGENT" --once --daemon
expect_code 0 "$AGENT" --help
expect_code 0 "$AGENT" --version

# Every mistake in accounts.yaml names file, line and column, and what to write instead.
mistake() { # LINE:COLUMN TEXT-IN-MESSAGE, the file from standard input
    cat >"$T/bad.yaml"
    expect_code 78 "$AGENT" -c "$T/bad.yaml" --modules "$MODULES" check-config
    expect_in "$T/stderr" "bad.yaml:$1"
    grep -qiE -- "$2" "$T/stderr" || { cat "$T/stderr"; fail "no '$2'"; }
}
good="address: web@agent.example, submission: {kind: maildir, path: out}, senders: {allow: ['*@x.example']}"
mistake 2:61 'kind' <<YAML
accounts:
  - {name: web, address: web@agent.example, mailbox: {kind: maildirr, path: in}, submission: {kind: maildir, path: out}, senders: {allow: ['*@x.example']}}
YAML
mistake 2: 'password_command' <<YAML
accounts:
  - {name: web, mailbox: {kind: maildir, path: in, password: secret}, $good}
YAML
expect_not_in "$T/stderr" secret
mistake 2: 'path' <<YAML
accounts:
  - {name: web, mailbox: {kind: maildir, pathh: in}, $good}
YAML
mistake 2: 'allow' <<YAML
accounts:
  - {name: web, address: web@agent.example, mailbox: {kind: maildir, path: in}, submission: {kind: maildir, path: out}}
YAML
mistake 1: 'accounts' <<YAML
acounts: []
YAML
mistake 3: 'found|expected|YAML|indent' <<YAML
accounts:
  - name: web
   address: x
YAML
expect_code 78 "$AGENT" -c "$T/no-such-file.yaml" --modules "$MODULES" check-config
expect_code 78 agent --modules "$T/no-such-folder" check-config

expect_code 0 agent stages
for stage in load_modules_list lireadmail userauth parsemail process browser filter submit settle endrun; do
    expect_in "$T/stdout" "$stage"
done
expect_code 0 agent stages --json
python3 -m json.tool <"$T/stdout" >/dev/null || fail "stages --json is no JSON"
expect_code 0 agent modules
for module in maildir http text html loops senders; do expect_in "$T/stdout" "$module"; done
expect_code 0 agent modules --json
python3 -m json.tool <"$T/stdout" >/dev/null || fail "modules --json is no JSON"

# A second run while the first is at work ends at once and quietly.
start_fake
write_accounts <<CONF
    limits: {page_time: 3s}
CONF
echo "get $FAKE/hang" | deliver ann
agent --once >"$T/first" 2>&1 &
first=$!
python3 - "$T/in/new" <<'PY'
import os, sys, time
for _ in range(200):
    time.sleep(0.02)
    if os.path.exists(os.path.join(os.path.dirname(os.path.dirname(sys.argv[1])), "state", "lock")):
        break
time.sleep(0.2)
PY
expect_code 0 agent --once
[ ! -s "$T/stderr" ] || { cat "$T/stderr"; fail "the second run was not quiet"; }
expect_replies ann 0
wait $first || fail "the first run failed: $(cat "$T/first")"
expect_replies ann 1
expect_code 0 agent status --json
python3 -m json.tool <"$T/stdout" >/dev/null || fail "status --json is no JSON"
expect_code 0 agent jobs --json
python3 -m json.tool <"$T/stdout" >/dev/null || fail "jobs --json is no JSON"

# The render pipeline as a filter.
render() {
    "$AGENT" --modules "$MODULES" render "$@"
}
render --as text --url http://harbour.example/notices/ test/pages/harbour.html >"$T/page.txt"
expect_in "$T/page.txt" 'The north basin is closed'
expect_in "$T/page.txt" 'http://harbour.example/notices/tides.html?port=3&copy=2'
expect_in "$T/page.txt" 'https://example.org/rules'
expect_not_in "$T/page.txt" 'must not be mailed'
render --as html --mailto web@agent.example <test/pages/harbour.html >"$T/page.html"
expect_in "$T/page.html" 'mailto:web@agent.example'
expect_not_in "$T/page.html" '<script'
render --as source test/pages/harbour.html | cmp - test/pages/harbour.html
expect_code 64 render test/pages/harbour.html
expect_code 66 render --as text "$T/no-such-page"

# A daemon answers what comes, and ends when it is told to.
write_accounts </dev/null
sed -i 's/mailbox: {kind: maildir, /&poll_every: 10s, /' "$T/accounts.yaml"
echo '<p>daemon page' >"$T/www/index.html"
echo "get $WEB/" | deliver dan
"$AGENT" -c "$T/accounts.yaml" --modules "$MODULES" --daemon >"$T/daemon" 2>&1 &
daemon=$!
for _ in $(seq 1 100); do [ "$(replies dan)" = 1 ] && break; sleep 0.1; done
expect_replies dan 1
kill -TERM $daemon
wait $daemon || fail "the daemon ended with $?: $(cat "$T/daemon")"
