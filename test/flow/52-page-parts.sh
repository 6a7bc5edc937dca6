# What a page wants beside itself is fetched and put to use: linked style sheets hide, frames stand
# in their places; each passes the gates, within the account's number; without them the page is shown.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
mkdir "$T/www/in"

cat >"$T/www/sheets.html" <<'HTML'
<title>Sheets</title><base href="/in/">
<link rel=stylesheet href=hide.css><link rel=stylesheet href=missing.css>
<link rel=stylesheet media=print href=print.css><link rel="alternate stylesheet" href=other.css>
<link rel=stylesheet href=wrong.html><style>.late{display:block}</style>
<p class=ad>words of an advertisement</p><p class=late>words shown again</p>
<p class=reader>words for readers</p><p>words of the page, which has more of them than it hides.
HTML
echo '.ad, .late { display: none }' >"$T/www/in/hide.css"
echo '.reader { display: none }' >"$T/www/in/print.css"
echo '.reader { display: none }' >"$T/www/in/wrong.html"

cat >"$T/www/frames.html" <<'HTML'
<title>Frames</title><frameset cols="20%,80%"><frame src="in/menu.html" name=Menu>
<frame src="in/main.html" name=Main><noframes>no frames here</noframes></frameset>
HTML
echo '<title>M</title><a href="tides.html">tide tables</a><iframe src=deep.html></iframe>' \
    >"$T/www/in/menu.html"
echo '<body><h1>In the main frame</h1><p>its words<p hidden>its secret' >"$T/www/in/main.html"
echo '<p>too deep' >"$T/www/in/deep.html"

{
    printf '<title>Many</title>'
    for n in 1 2 3 4 5 6 7 8 9 10; do
        echo "<p>inside $n" >"$T/www/in/$n.html"
        printf '<iframe src="in/%s.html" title="Frame %s"></iframe>' "$n" "$n"
    done
    printf '<iframe src="in/1.html" width=1 height=1></iframe>'
    printf '<iframe src="http://169.254.169.254/"></iframe><p>the end of many frames'
} >"$T/www/many.html"
printf '\211PNG\r\n' >"$T/www/in/3.html"

# A frame has a charset of its own, also one that nobody declares.
printf '<meta charset=utf-8><p>words in UTF-8<iframe src=in/sjis.html></iframe><iframe src=in/east.html></iframe>' \
    >"$T/www/letters.html"
printf '<meta charset=shift_jis><p>\223\372\226\173\214\352' >"$T/www/in/sjis.html"
printf '<p>\317\360\350\342\345\362 \354\350\360, \377 \347\344\345\361\374. \315\345 \355\340\344\356 \341\356\377\362\374\361\377, \342\361\345 \341\363\344\345\362 \365\360\356\370\356.' \
    >"$T/www/in/east.html"

printf 'text %s/sheets.html\ntext %s/frames.html\n' "$WEB" "$WEB" | deliver ann
printf 'text %s/many.html\nsource %s/many.html\n' "$WEB" "$WEB" | deliver bob
echo "text $WEB/letters.html" | deliver dora
expect_code 0 agent --once
expect_replies ann 2
expect_replies bob 2
read_replies dora >"$T/dora.txt"
expect_in "$T/dora.txt" 'words in UTF-8'
expect_in "$T/dora.txt" '日本語'
expect_in "$T/dora.txt" 'Привет мир'
read_replies ann >"$T/ann.txt"
read_replies bob >"$T/bob.txt"

expect_not_in "$T/ann.txt" 'words of an advertisement'
expect_in "$T/ann.txt" 'words shown again'
expect_in "$T/ann.txt" 'words for readers'
expect_in "$T/ann.txt" 'words of the page'
expect_in "$T/ann.txt" 'tide tables'
expect_in "$T/ann.txt" "$WEB/in/tides.html"
expect_in "$T/ann.txt" 'In the main frame'
expect_not_in "$T/ann.txt" 'no frames here'
expect_not_in "$T/ann.txt" 'its secret'
expect_not_in "$T/ann.txt" 'too deep'
expect_in "$T/bob.txt" 'inside 1'
expect_in "$T/bob.txt" 'inside 8'
expect_not_in "$T/bob.txt" 'inside 9'
expect_in "$T/bob.txt" 'the end of many frames'

fetched() { # PATH TIMES
    [ "$(grep -c "GET $1 " "$T/nginx/access.log" || :)" = "$2" ] || fail "$1 was not fetched $2 times"
}
fetched /in/hide.css 1
fetched /in/missing.css 1
fetched /in/print.css 0
fetched /in/other.css 0
fetched /in/1.html 1
fetched /in/9.html 0
fetched /in/deep.html 0

# The account says how many; none is none.
printf '    limits: {page_parts: 1}\n' | write_accounts
printf 'text %s/frames.html?again\n' "$WEB" | deliver cleo
expect_code 0 agent --once
read_replies cleo >"$T/cleo.txt"
expect_in "$T/cleo.txt" 'tide tables'
expect_not_in "$T/cleo.txt" 'In the main frame'
expect_in "$T/cleo.txt" "$WEB/in/main.html"
fetched /in/main.html 1

# A frame that kills whoever reads it costs itself only: the page is shown with all its layout.
mkdir "$T/modules"
cp "$B"/modules/* "$T/modules/"
MODULES=$T/modules
printf 'name: killer\nfile: killer.so\nstage: filter\nrole: builder\norder: {before: [page]}\n%s\n' \
    'settings: {how: abort, path: ""}' >"$MODULES/killer.module"
${CC:-gcc} -std=c11 -D_GNU_SOURCE -I. -O1 -fPIC -shared -fvisibility=hidden -DPLACE_PART \
    -o "$MODULES/killer.so" test/modules/killer.c "$B/module.a" -lnettle ||
    fail "the module does not build"
write_accounts </dev/null
echo '<p>never read' >"$T/www/in/poison.html"
printf '<p hidden>a secret<p>words around<iframe src=in/poison.html></iframe>' >"$T/www/around.html"
printf 'text %s/around.html\nhtml %s/around.html\n' "$WEB" "$WEB" | deliver eve
expect_code 0 agent --once
read_replies eve >"$T/eve.txt"
expect_in "$T/eve.txt" 'words around'
expect_not_in "$T/eve.txt" 'a secret'
expect_not_in "$T/eve.txt" 'too difficult'
expect_not_in "$T/eve.txt" 'never read'
fetched /in/poison.html 1

# What comes over an open line has no say in a page that came over TLS.
sed -i "s|ca_file: \"\"|ca_file: $T/nginx/cert.pem|" "$MODULES/http.module"
echo '.late { display: none }' >"$T/www/in/late.css"
cat >"$T/www/closed.html" <<HTML
<title>Closed</title><link rel=stylesheet href="$WEB/in/hide.css?open"><link rel=stylesheet href=in/late.css>
<p class=ad>words that stay<p class=late>words that go<iframe src="$WEB/in/main.html?open"></iframe>
<p>and words of the page, which has more of them than its sheets hide.
HTML
echo "text $WEBS/closed.html" | deliver fay
expect_code 0 agent --once
read_replies fay >"$T/fay.txt"
expect_in "$T/fay.txt" 'words that stay'
expect_not_in "$T/fay.txt" 'words that go'
expect_not_in "$T/fay.txt" 'In the main frame'
fetched '/in/hide.css?open' 0
fetched '/in/main.html?open' 0
