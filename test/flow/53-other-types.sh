# What is no HTML, from a server that names half of it wrongly: feeds, JSON, Markdown, tables and text
# come as pages that can be read.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
cat >"$T/www/feed.html" <<'XML'
<?xml version="1.0"?>
<rss version="2.0"><channel><title>Harbour news</title><link>/</link><description>What is new</description>
<item><title>The storm &amp; after</title><link>/storm.html</link><pubDate>Wed, 02 Oct 2002 13:00:00 GMT</pubDate>
<description>&lt;p&gt;All &lt;b&gt;boats&lt;/b&gt; are back.&lt;script&gt;never()&lt;/script&gt;</description>
<enclosure url="/talk.mp3" length="12345678" type="audio/mpeg"/></item></channel></rss>
XML
cat >"$T/www/atom" <<'XML'
<feed xmlns="http://www.w3.org/2005/Atom"><title>Tides</title><entry><title>Spring tide</title>
<link href="spring.html"/><updated>2024-03-10T05:00:00Z</updated><summary>Four metres.</summary></entry></feed>
XML
echo '{"port": "Kiel", "boats": [{"name": "Anna", "length": 12}, {"name": "Berta", "length": 110}]}' \
    >"$T/www/boats.json"
echo '{"port": "Kiel",, }' >"$T/www/wrong.json"
printf '# Read me\n\nSee [the *log*](log.md).\n\n- one\n- two\n' >"$T/www/readme.md"
printf 'Port;Depth\nKiel;9\nHamburg;12,5\n' >"$T/www/depths.csv"
{
    printf 'NOTES\n\n    kept   as it is\n\n'
    for n in 1 2 3 4 5 6 7 8; do printf 'sentence number %s of a long line. ' $n; done
    printf '\n\f'
} >"$T/www/notes.txt"

for page in feed.html atom boats.json wrong.json; do
    echo "GET $WEB/$page" | deliver ann
done
for page in readme.md depths.csv notes.txt; do
    echo "GET $WEB/$page" | deliver bob
done
echo "html $WEB/feed.html" | deliver cleo
echo "html $WEB/depths.csv" | deliver cleo
echo "source $WEB/boats.json" | deliver cleo
expect_code 0 agent --once
expect_replies ann 4
expect_replies bob 3
expect_replies cleo 3
for name in ann bob cleo; do
    read_replies $name >"$T/$name.txt"
done

expect_in "$T/ann.txt" 'Harbour news[1]'
expect_in "$T/ann.txt" 'The storm & after[2]'
expect_in "$T/ann.txt" '2002-10-02 13:00 UTC'
expect_in "$T/ann.txt" 'Audio[3] (audio/mpeg, 12.3 MB)'
expect_in "$T/ann.txt" "[2] $WEB/storm.html"
expect_not_in "$T/ann.txt" 'never()'
expect_not_in "$T/ann.txt" '<item>'
expect_in "$T/ann.txt" 'Spring tide[1]'
expect_in "$T/ann.txt" "$WEB/spring.html"
expect_in "$T/ann.txt" 'port: Kiel'
grep -qE '^Berta +110$' "$T/ann.txt" || fail "boats are no table: $(cat "$T/ann.txt")"
expect_in "$T/ann.txt" 'This is no valid JSON: see line 1, column 17.'
expect_in "$T/bob.txt" "$WEB/log.md"
expect_not_in "$T/bob.txt" '](log.md)'
grep -qE '^Kiel +9$' "$T/bob.txt" || fail "depths are no table: $(cat "$T/bob.txt")"
expect_in "$T/bob.txt" '    kept   as it is'
expect_in "$T/bob.txt" 'sentence number 8'
expect_in "$T/cleo.txt" '<th>Port</th>'
expect_in "$T/cleo.txt" 'subject=HTML'
expect_in "$T/cleo.txt" 'application/json boats.json 94 bytes'
expect_not_in "$T/cleo.txt" '<item>'

# A library is mapped for the page that needs it, not for others.
for module in text html page; do
    ! readelf -dW "$MODULES/$module.so" | grep -E 'NEEDED.*(expat|md4c)' ||
        fail "$module maps the library of another module"
done
