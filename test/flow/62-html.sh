# Pages as HTML, read by a reader that is not ours: known elements in their places, nothing that
# loads or runs, no colours; rendered once more, they stay as they are.
. test/flow/functions.sh

cat >"$T/odd.html" <<'HTML'
<title>Odd</title><body onload="x()" background="http://t.example/b.png" bgcolor=red>
a &lt;b&gt; &amp;lt; &quot;c&quot; &#39;d&#39; &lt;script&gt;x&lt;/script&gt;
<a href="#down">down</a> <a href="#hole">hole</a> <a href="#none">none</a><span id=hole></span>
<ul>stray <b>words</b><ul><li>in</ul><li>out<p>and</ul>
<table><tr><th scope=row>a<td>b<td>c<tr><th>d<td>e<td>f</table>
<table role=presentation><tr><td>1.<td>vote<td>title<tr><td><h3>x</h3><td><div>y</div></table>
<h2 id=down onclick="x()">head<div style="color:red;background:url(http://t.example/x)">line</div></h2>
<p style="white-space: pre" class=k><img src="http://t.example/p.gif" alt="a pic" onerror="x()">
<form action=/s><input name=q><button onclick="x()">Go</button></form>
<a href="javascript:x()">js</a><a href="data:text/html,x">data</a><a href=/y><div>box</div></a>
<pre>
 two  blanks</pre><li>orphan<dd>orphan<td>orphan<b><p>bold<div>box</div></b><button>x<div>y</div>
<iframe src="//v.example/e" srcdoc="<script>x</script>"></iframe><svg onload=x><title>draw</title></svg>
<blockquote><ol start=3 type=I><li value=9>nine</ol></blockquote><script>x("</p>")</script><style>p{}</style>
HTML

written=0
read_as() { # NAME RENDER-OPTION...
    name=$1
    shift
    "$AGENT" --modules "$MODULES" render --as html --url http://www.example/dir/page.html "$@" \
        <"$T/$name.html" >"$T/$name.out.html"
    python3 test/flow/read_html.py "$T/$name.out.html" || fail "$name $*: not what is mailed"
    if command -v tidy >/dev/null; then
        tidy -q -e -utf8 "$T/$name.out.html" 2>"$T/tidy" || [ $? = 1 ] || fail "$(cat "$T/tidy")"
    fi
    "$AGENT" --modules "$MODULES" render --as html --url http://www.example/dir/page.html "$@" \
        <"$T/$name.out.html" >"$T/again.html"
    # What stood in a list without an item has an item of ours, which is then one like the others.
    sed 's/ style="list-style:none"//' "$T/$name.out.html" >"$T/once.html"
    cmp -s "$T/once.html" "$T/again.html" || {
        diff "$T/once.html" "$T/again.html" || :
        fail "$name $*: rendered again, it is something else"
    }
    written=$((written + $(wc -c <"$T/$name.out.html")))
}

cp test/pages/harbour.html "$T/harbour.html"
[ ! -e test/golden/features.html ] || cp test/golden/features.html "$T/features.html"
for page in odd harbour features; do
    [ -e "$T/$page.html" ] || continue
    read_as "$page"
    read_as "$page" --mailto web@agent.example
done
for gone in '<script' 'onload' 'onclick' 'onerror' 'src=' 'javascript:' 'data:' 'color:red' 't.example/x'; do
    ! grep -qiF -- "$gone" "$T/odd.out.html" || fail "$gone went out"
done
expect_in "$T/odd.out.html" 'mailto:web@agent.example?subject=HTML%20http:%2F%2Fwww.example%2Fy'
echo "figure: $written bytes read"
