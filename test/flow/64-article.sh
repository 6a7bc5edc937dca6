# An article asked for by mail and from the command line; a page made by script; a page without one.
. test/flow/functions.sh

start_nginx
write_accounts </dev/null
words='The ferry to the island runs again, the harbour office said on Tuesday, after storms, ice and a broken winch had kept it in port all winter.'
{
    echo '<title>The ferry runs again | Island Post</title><meta name=author content="Ann Boat">'
    echo '<meta property="og:image" content="/ferry.jpg"><meta property="article:published_time" content="2026-03-04">'
    echo '<body><ul class=nav><li><a href=/n>News of today</a></ul><div><h1>The ferry runs again</h1>'
    for n in 1 2 3; do echo "<p>$n. $words <a href=/part/$n>Part $n</a> of it.</p>"; done
    echo '</div><div id=comments><p>I saw it first, and I want everybody here to know it.</p></div>'
} >"$T/www/story.html"
{
    echo '<title>Shell</title><body><div id=app></div><script type="application/ld+json">'
    echo "{\"headline\":\"The ferry\",\"articleBody\":\"$words $words\"}</script><!--"
    head -c 4000 /dev/zero | tr '\0' 'x'
    echo '-->'
} >"$T/www/shell.html"
echo '<title>Links</title><ul><li><a href=/1>One</a><li><a href=/2>Two</a></ul>' >"$T/www/links.html"

printf 'article %s/story.html\n' "$WEB" | deliver ann
printf 'get %s/shell.html\n' "$WEB" | deliver bob
printf 'article %s/links.html\n' "$WEB" | deliver cleo
agent --once
read_replies ann >"$T/ann.txt"
read_replies bob >"$T/bob.txt"
read_replies cleo >"$T/cleo.txt"

holds() { # FILE WORDS...
    file=$1
    shift
    for wanted in "$@"; do
        grep -qF "$wanted" "$T/$file" || { cat "$T/$file"; fail "$file: '$wanted' is missing"; }
    done
}
lacks() {
    file=$1
    shift
    for unwanted in "$@"; do
        ! grep -qF "$unwanted" "$T/$file" || { cat "$T/$file"; fail "$file: '$unwanted' is too much"; }
    done
}
holds ann.txt 'The ferry runs again' 'Ann Boat, 2026-03-04' '/ferry.jpg' '3. The ferry to the island' '/part/3'
lacks ann.txt 'News of today' 'I saw it first'
holds bob.txt 'The ferry to the island' 'gives to search engines'
holds cleo.txt 'No article was found' 'Two'

"$AGENT" --modules "$MODULES" render --as article "$T/www/story.html" >"$T/words.txt" 2>"$T/said.txt"
[ "$(grep -c 'ferry to the island' "$T/words.txt")" = 3 ] || { cat "$T/words.txt"; fail "not three paragraphs"; }
lacks words.txt 'News of today' 'I saw it first' '[1]'
[ ! -s "$T/said.txt" ] || { cat "$T/said.txt"; fail "it is not quiet"; }
"$AGENT" --modules "$MODULES" render --as article "$T/www/links.html" >"$T/links.txt" 2>"$T/said.txt"
holds links.txt One Two
holds said.txt 'No article was found'

printf 'port,depth\nAlma,4.5\n' >"$T/www/depths.csv"
"$AGENT" --modules "$MODULES" render --type text/csv --as article "$T/www/depths.csv" >"$T/depths.txt" 2>"$T/said.txt"
holds depths.txt port Alma 4.5
[ ! -s "$T/said.txt" ] || { cat "$T/said.txt"; fail "a table is no article, and nothing is to be said"; }
