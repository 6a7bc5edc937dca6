# Ten requests from three people in one Maildir: everybody gets what he asked for, only that, once.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
cp test/pages/harbour.html "$T/www/index.html"
cp test/pages/harbour.html "$T/www/tides.html"
for n in 1 2 3 4 5; do
    echo "<title>Page $n</title><p>This is page number $n, for everybody." >"$T/www/$n.html"
done
printf 'plain words\n' >"$T/www/notes.txt"
printf 'PK\003\004not really a zip\001\002' >"$T/www/data.zip"

echo "GET $WEB/index.html" | deliver ann 'harbour'
echo "$WEB/1.html" | deliver ann
printf 'html %s/index.html\n\n-- \nAnn\nhttp://127.0.0.1:9/not-this\n' "$WEB" | deliver ann
echo "both $WEB/2.html" | deliver bob
echo "source $WEB/index.html" | deliver bob
printf 'Get %s/3.html\nget %s/4.html\nget %s/3.html\nEND\nget %s/5.html\n' \
    "$WEB" "$WEB" "$WEB" "$WEB" | deliver bob 'three, one of them twice'
echo "" | deliver cleo "get $WEB/5.html"
echo "help" | deliver cleo
echo "get $WEB/notes.txt" | deliver cleo
printf '> GET %s/1.html\nget %s/data.zip\n' "$WEB" "$WEB" | deliver cleo 'Re: earlier'

expect_code 0 agent --once
[ ! -s "$T/stdout" ] && [ ! -s "$T/stderr" ] || fail "not quiet: $(cat "$T/stdout" "$T/stderr")"
expect_replies ann 3
expect_replies bob 4
expect_replies cleo 4
for name in ann bob cleo; do
    read_replies $name >"$T/$name.txt"
    for other in ann bob cleo; do
        [ $name = $other ] || expect_not_in "$T/$name.txt" "$other@people.example"
    done
done

expect_in "$T/ann.txt" 'The north basin is closed'
expect_in "$T/ann.txt" "$WEB/south.html"
expect_in "$T/ann.txt" "tides.html?port=3&copy=2"
expect_in "$T/ann.txt" 'This is page number 1'
expect_in "$T/ann.txt" 'mailto:web@agent.example?subject=HTML'
expect_in "$T/ann.txt" 'Grüße aus dem Hafen'
expect_not_in "$T/ann.txt" 'must not be mailed'
expect_not_in "$T/ann.txt" 'scripts never run'
expect_in "$T/bob.txt" 'page number 2'
expect_in "$T/bob.txt" 'document.write'
expect_in "$T/bob.txt" 'page number 3'
expect_in "$T/bob.txt" 'page number 4'
expect_not_in "$T/bob.txt" 'page number 5'
expect_in "$T/cleo.txt" 'page number 5'
expect_in "$T/cleo.txt" 'plain words'
expect_in "$T/cleo.txt" 'data.zip'
grep -rlF 'In-Reply-To: <request-1@people.example>' "$T/out/ann/new" >/dev/null ||
    fail "no In-Reply-To"
[ "$(grep -c 'GET /3.html' "$T/nginx/access.log")" = 1 ] || fail "page 3 was fetched twice"

# Settled in the mailbox, and nothing is answered again.
[ -z "$(ls "$T/in/new")" ] || fail "mails were not settled"
expect_code 0 agent --once
expect_replies ann 3
expect_replies bob 4
expect_replies cleo 4

# The mailbox forgets what was settled: the ledger does not.
for file in "$T"/in/cur/*; do
    base=${file##*/}
    mv "$file" "$T/in/new/${base%%:*}"
done
expect_code 0 agent --once
expect_replies ann 3
expect_replies cleo 4
agent status >"$T/status"
expect_in "$T/status" "11 accepted"
