# Every way in which a page cannot be had is answered: one plain sentence, and what to try.
. test/flow/functions.sh

start_nginx
CLOSED_PORT=$(free_port)
start_fake
write_accounts <<'CONF'
    limits: {requests_per_mail: 50, page_bytes: 1M, page_time: 4s}
    files: {deny_extensions: [exe]}
CONF
echo '<p>ok' >"$T/www/index.html"
echo 'MZ' >"$T/www/setup.exe"
head -c 3000000 /dev/zero >"$T/www/large.bin"

# CASE is the name of the asker, so that every answer can be told from the others.
ask() { # CASE URL
    echo "get $2" | deliver "$1"
}
ask missing "$WEB/missing.html"
ask forbidden "$WEB/forbidden"
ask gone "$WEB/gone"
ask broken "$WEB/broken"
ask busy "$WEB/busy"
ask round "$WEB/round"
ask inside "$WEB/inside"
ask private "http://10.1.2.3/"
ask metadata "http://169.254.169.254/latest/meta-data/"
ask mapped "http://[::ffff:10.0.0.1]/"
ask port "http://127.0.0.1:22/"
ask closed "http://127.0.0.1:$CLOSED_PORT/"
ask noname "http://no-such-host.invalid/"
ask file "file:///etc/passwd"
ask userinfo "http://good.example@10.0.0.1/"
ask octal "http://0177.0.0.1/"
ask cert "$WEBS/index.html"
ask large "$WEB/large.bin"
ask denied "$WEB/setup.exe"
ask hang "$FAKE/hang"
ask slow "$FAKE/slow"
ask cut "$FAKE/cut"
ask garbage "$FAKE/garbage"
ask endless "$FAKE/endless"
ask bomb "$FAKE/bomb"
echo "search harbour fees" | deliver search

expect_code 0 agent --once
expect_answer() { # CASE TEXT
    expect_replies "$1" 1
    read_replies "$1" >"$T/answer"
    grep -qiE -- "$2" "$T/answer" || { cat "$T/answer" >&2; fail "$1: no '$2'"; }
    expect_not_in "$T/answer" 'root:'
}
expect_answer missing '404'
expect_answer forbidden '403|refuse|allowed'
expect_answer gone '410'
expect_answer broken '500|fault of its own'
expect_answer busy '503|busy'
expect_answer round 'leads from one address to another'
expect_answer inside 'address.*not allowed|not allowed.*address'
expect_answer private 'not allowed'
expect_answer metadata 'not allowed'
expect_answer mapped 'not allowed'
expect_answer port 'port'
expect_answer closed 'connect|reach|answer'
expect_answer noname 'name|found'
expect_answer file 'kind|cannot|address'
expect_answer userinfo 'name|password|address'
expect_answer octal 'address'
expect_answer cert 'certificate'
expect_answer large 'larger than 1'
expect_answer denied 'kind|type|not sent|not allowed'
expect_answer hang 'time|too long|slow'
expect_answer slow 'time|too long|slow'
expect_answer cut 'end|broke|whole|connection'
expect_answer garbage 'web server|not.*understood|HTTP'
expect_answer endless 'larger than 1'
expect_answer bomb 'larger than 1|compressed|unpack'
expect_answer search 'yet'

# Refusals tell nothing of what is there.
for case in inside private metadata mapped; do
    read_replies $case >"$T/answer"
    sed -n '/not allowed/p' "$T/answer" >"$T/sentence"
    expect_not_in "$T/sentence" '169.254'
done
