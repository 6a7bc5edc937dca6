# Text for readers who listen: asked for by the order, or the habit of an account; one page in both
# layouts is fetched once.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
cat >"$T/www/page.html" <<'PAGE'
<title>Sea</title><h2>Warnings</h2><p>A <a href="/gale.html">gale</a> is near.</p>
<table><tr><th>Area<th>Wind<tr><td>Dogger<td>9</table>
PAGE

printf 'BLIND %s/page.html\nGET %s/page.html\n' "$WEB" "$WEB" | deliver ann
expect_code 0 agent --once
read_replies ann >"$T/ann.txt"
expect_in "$T/ann.txt" 'Heading 2: Warnings'
expect_in "$T/ann.txt" 'A gale is near.'
expect_in "$T/ann.txt" 'Table of 1 row and 2 columns.'
expect_in "$T/ann.txt" 'Wind: 9'
expect_in "$T/ann.txt" "1: gale, $WEB/gale.html"
expect_in "$T/ann.txt" 'A gale[1] is near.'
expect_in "$T/ann.txt" 'Area    Wind'
[ "$(grep -c 'GET /page.html' "$T/nginx/access.log")" = 1 ] || fail "the page was fetched twice"

echo '    replies: {format: text, blind: yes}' | write_accounts
echo "$WEB/page.html" | deliver bob
expect_code 0 agent --once
read_replies bob >"$T/bob.txt"
expect_in "$T/bob.txt" 'Heading 2: Warnings'
expect_not_in "$T/bob.txt" '----'
expect_not_in "$T/bob.txt" 'gale[1]'
