# More pages made to do harm, found by asking what each part of a renderer might do twice: patterns.py
# FOLDER.  Each has less than 1 MB; a file's suffix is its type.
import pathlib, sys

SIZE = 900000


def fill(unit, before="", after="", size=SIZE):
    return before + unit * ((size - len(before) - len(after)) // len(unit.encode())) + after


def counted(form, size=SIZE):
    parts, length = [], 0
    while length < size:
        parts.append(form.replace("#", str(len(parts))))
        length += len(parts[-1])
    return "".join(parts)


def tokens():
    yield "tags-unknown", fill("<x-y>a</x-y>")
    yield "tags-long", fill("<" + "a" * 250 + ">")
    yield "tags-unfinished", fill("<a <b <i ")
    yield "tag-letters", fill("<A HREF=X>")
    yield "end-unknown", fill("</zz>", "<div>" * 390)
    yield "end-unknown-open", fill("</b>", "<div><i>" * 190)
    yield "end-p-deep", fill("</p>", "<span>" * 390)
    yield "end-li-deep", fill("<li>", "<ul>" + "<span>" * 390)
    yield "end-dd-deep", fill("<dd>", "<dl>" + "<span>" * 390)
    yield "start-p-deep", fill("<p>", "<button>" + "<span>" * 390)
    yield "select-deep", fill("<select>", "<span>" * 390)
    yield "link-deep", fill("<a>", "<div>" * 390)
    yield "nobr-deep", fill("<nobr>", "<div>" * 390)
    yield "button-deep", fill("<button>", "<div>" * 390)
    yield "form-ends", fill("<form></form>", "<div>" * 390)
    yield "heading-ends", fill("</h1>", "<div>" * 390)
    yield "heading-ends-open", fill("</h2>", "<h1>" + "<span>" * 390)
    yield "table-ends-deep", fill("</table>", "<table><tr><td>" + "<div>" * 380)
    yield "cells-deep", fill("<td>", "<table><tr><td>" + "<div>" * 380)
    yield "frames-of-formats", fill("<p><b><i><u><s>x</p>")
    yield "formats-apart", "".join(f"<p><font size={n}>" for n in range(40000))
    yield "formats-31", fill("<p>x", "".join(f"<font size={n}>" for n in range(31)))
    yield "formats-31-misnested", fill("<div>x</font>", "".join(f"<font size={n}>" for n in range(31)))
    yield "adoption-wide", fill("<b><div>x</b>")
    yield "adoption-deep", fill("</b></i></u>", "<b><i><u><div>" * 90)
    yield "adoption-links", fill("<a href=x><div><a href=y></div>")
    yield "foster-text", fill("<tr>x", "<table>")
    yield "foster-divs", fill("<div>x</div><tr>", "<table>")
    yield "foster-tables", fill("<table><b>x</table>", "<table>")
    yield "foster-deep", fill("<div>", "<table>")
    yield "caption-cells", fill("<caption>x<td>y", "<table>")
    yield "columns-of-nothing", fill("<col span=1000>", "<table>", "<tr><td>x</table>")
    yield "heads-feet", fill("<thead><tr><th>x<tfoot><tr><td>y", "<table>")
    yield "svg-text", fill("<svg><title>x</title></svg>")
    yield "svg-open", fill("<g>", "<svg>")
    yield "svg-html", fill("<svg><foreignObject><p>x</p></foreignObject></svg>")
    yield "math-rows", fill("<mfrac><mi>x</mi><mi>y</mi></mfrac>", "<math>")
    yield "math-many", fill("<math><msup><mi>x</mi><mn>2</mn></msup></math>")
    yield "templates", fill("<template><p>x</template>")
    yield "noscripts", fill("<noscript><p>x</noscript>")
    yield "titles", fill("<title>x</title>")
    yield "attribute-names", "".join(f"<p {' '.join(f'a{m}' for m in range(128))}>" for n in range(1600))
    yield "attribute-values", fill("<img alt='" + "&amp;" * 200 + "'>")
    yield "attribute-quotes", fill("<a title='\"' href=\"'\">")
    yield "attribute-equals", fill("<a = = = ='>'>")
    yield "attributes-late", fill("<html a=b class=c id=d>", "<p>x")
    yield "attributes-late-new", fill("<body title=x lang=y>", "<p>x")
    yield "entity-text", fill("&eacute;&nbsp;&hellip; ")
    yield "entity-longest", fill("&CounterClockwiseContourIntegral;")
    yield "entity-nearly", fill("&CounterClockwiseContourIntegra;")
    yield "numbers", fill("&#x1F600;")
    yield "numbers-bad", fill("&#xD800;&#0;")
    yield "less-than-spaced", fill("< ")
    yield "less-than-slash", fill("</ ")
    yield "comments-bang", fill("<!x>")
    yield "comments-dashes", fill("<!-->")
    yield "comments-nested", fill("<!--<!-- --!>")
    yield "nul-between", fill("a\0")
    yield "controls", fill("\x01\x02x")
    yield "carriage-returns", fill("\r")
    yield "carriage-return-words", fill("x\r\n")
    yield "form-feeds", fill("\f")
    yield "spaces", fill(" ")
    yield "spaces-between", fill("x ")
    yield "newlines-pre", fill("\n", "<pre>")
    yield "tabs-pre", fill("x\t", "<pre>")


def styles():
    yield "sheet-selectors", "<style>" + counted(".a#,", 300000) + "x{display:none}</style>" + \
        "<p class='a1 a2 a3'>x" * 20000
    yield "sheet-one-class", fill("<i class=x>y</i>", "<style>" + ".x .x .x .x{display:none}" * 400 +
                                  "</style>")
    yield "sheet-descendants", fill("<div class=a>", "<style>" +
                                    ".a .a .a .a .a .a .b{display:none}" * 100 + "</style>")
    yield "sheet-siblings", fill("<p class=a>x", "<style>.a~.a~.a~.b{display:none}.a+.a+.b" +
                                 "{display:none}</style>")
    yield "sheet-not", fill("<p class=a>x", "<style>" + "p:not(.b):not(.c){display:none}" * 1000 +
                            "</style>")
    yield "sheet-nth", fill("<p>x", "<style>" + "p:nth-child(2n+1){display:none}" * 1000 + "</style>")
    yield "sheet-attributes", fill("<a href=x title=y>x</a>", "<style>" +
                                   "a[href*=q],a[title$=z]{display:none}" * 1000 + "</style>")
    yield "sheet-star", fill("<p>x", "<style>" + "*{display:none}" * 10000 + "</style>")
    yield "sheet-tags", fill("<p>x", "<style>" + "div p{display:none}" * 10000 + "</style>")
    yield "sheet-media", fill("@media print and (min-width:1px){a{b:c}}", "<style>")
    yield "sheet-comments", fill("/**/", "<style>")
    yield "sheet-strings", fill("a{b:'\\'}", "<style>")
    yield "sheet-escapes", fill("\\61 ", "<style>.")
    yield "sheet-imports", fill("@import 'x';", "<style>")
    yield "sheets", fill("<style>.a{display:none}</style>")
    yield "sheet-links", counted("<link rel=stylesheet href=#.css>")
    yield "style-attributes", fill("<b style='color:red;display:inline'>x</b>")
    yield "style-important", fill("<b style='display:none!important;display:block'>x</b>")
    yield "class-words", fill("<p class='" + " ".join(f"c{n}" for n in range(200)) + "'>x",
                              "<style>.c1 .c2{display:none}</style>")
    yield "rtl", fill("<p dir=auto>\u05d0 x")
    yield "rtl-nested", fill("<p dir=rtl><span dir=ltr>\u05d0</span>")
    yield "languages", counted("<p lang=x#>y")
    yield "hidden", fill("<p hidden>x")
    yield "aria", fill("<p aria-label=x role=note>")
    yield "visibility", fill("<p style=visibility:hidden>x<b style=visibility:visible>y")


def things():
    yield "images", counted("<img src=#.png alt='picture #'>")
    yield "images-plain", counted("<img src=#.png>")
    yield "images-linked", counted("<a href=#><img src=#.png></a>")
    yield "image-names", fill("<img src=a/b/c-d_e%20f.png>")
    yield "pictures", fill("<picture><source srcset=x><img src=y alt=z></picture>")
    yield "figures", fill("<figure><img src=x alt=y><figcaption>y</figcaption></figure>")
    yield "videos", fill("<video><source src=x><source src=y></video>")
    yield "audios-open", fill("<audio>" + "<source>" * 20)
    yield "maps", counted("<map name=m#><area href=# alt=x></map><img usemap=m#>")
    yield "links-relative", counted("<a href='../../a/#/../b?c=#'>x</a> ")
    yield "links-absolute", counted("<a href=https://www.example.org/#>x</a> ")
    yield "links-scripts", fill("<a href='javascript:x()'>x</a> ")
    yield "links-unicode", counted("<a href=https://m\u00fcnchen.example/\u00e4#>x</a> ")
    yield "links-hosts", counted("<a href=//h#.example>x</a> ")
    yield "links-bad", fill("<a href='http://[::1'>x</a> ")
    yield "links-percent", fill("<a href='%%%zz%41'>x</a> ")
    yield "links-long", fill("<a href='" + "x/" * 900 + "'>x</a> ")
    yield "links-mail", counted("<a href=mailto:a#@example.org>x</a> ")
    yield "links-fragments", counted("<a href='##'>x</a><p id=#>y").replace("##", "#")
    yield "links-fragments-nowhere", counted("<a href='#x'>y</a> ").replace("'", "'#")
    yield "links-nested", fill("<a href=x><table><a href=y></table></a>")
    yield "links-without-words", counted("<a href=#></a>")
    yield "links-titled", counted("<a href=# title='title #'>x</a>")
    yield "links-same-words", counted("<a href=#>the same words</a><br>")
    yield "links-echo", counted("<h2><a href=#>Words</a></h2><p>Words of it <a href=#>Words</a>")
    yield "links-shown", counted("<a href=http://example.org/#>http://example.org/#</a> ")
    yield "base-long", fill("<a href=x>y</a>", "<base href='http://example.org/" + "d/" * 900 + "'>")
    yield "forms-selects", fill("<select><option selected>x<option>y</select>")
    yield "forms-select-options", counted("<option value=#>option #")
    yield "forms-select-one", "<select>" + counted("<option value=#>option #") + "</select>"
    yield "forms-select-many", "<select multiple>" + counted("<option selected>option #") + "</select>"
    yield "forms-labels", counted("<label for=f#>label #</label><input id=f#>")
    yield "forms-labels-equal", fill("<label for=f>label</label><input id=f>")
    yield "forms-radios", counted("<input type=radio name=r value=#>")
    yield "forms-hidden", counted("<form action=#><input type=hidden name=n# value=#></form>")
    yield "forms-buttons", fill("<button>x</button>")
    yield "forms-areas", fill("<textarea>x y</textarea>")
    yield "forms-lists", fill("<datalist id=l><option value=x></datalist><input list=l>")
    yield "forms-values", fill("<input value='" + "x" * 500 + "' size=999>")
    yield "fieldsets", fill("<fieldset><legend>x</legend>y</fieldset>")
    yield "meters", fill("<meter value=.5 min=0 max=1></meter><progress value=1 max=3></progress>")
    yield "lists-numbered", fill("<ol start=9999 reversed><li>x</ol>")
    yield "lists-long", fill("<li>x", "<ol>")
    yield "lists-reversed", fill("<li>x", "<ol reversed>")
    yield "lists-deep", fill("<ul><li>x")
    yield "lists-roman", fill("<li value=3999 type=i>x", "<ol type=i>")
    yield "definitions", fill("<dt>x<dd>y", "<dl>")
    yield "quotes", fill("<blockquote>x</blockquote>")
    yield "quotes-deep", fill("<blockquote>x")
    yield "quotes-q", fill("<q>x")
    yield "rubies", fill("<ruby>x<rp>(<rt>y<rp>)</ruby>")
    yield "details", fill("<details><summary>x</summary>y</details>")
    yield "headings", counted("<h2>heading #</h2>")
    yield "headings-equal", fill("<h2>heading</h2>")
    yield "subs", fill("x<sub>2</sub><sup>3</sup>")
    yield "abbreviations", counted("<abbr title='title #'>a#</abbr> ")
    yield "times", fill("<time datetime=2020-01-01>x</time> ")
    yield "rules", fill("<hr>")
    yield "emphasis", fill("<b>x</b> <i>y</i> <code>z</code> ")
    yield "emphasis-open", fill("<b>x <i>y ")
    yield "insertions", fill("<ins>x</ins><del>y</del>")
    yield "wbr", fill("x<wbr>")
    yield "breaks-words", fill("x<br>")
    yield "breaks-blanks", fill("<br> ")
    yield "centers", fill("<center>x</center>")
    yield "marquees", fill("<marquee>x</marquee>")
    yield "navs", counted("<nav><a href=#>x</a></nav>")
    yield "articles", fill("<article><h2>x</h2><p>some words, and more</article>")
    yield "sections-deep", fill("<section><p>some words, and more")
    yield "paragraphs-long", fill("<p>" + "some words of a sentence, and more of them. " * 20)
    yield "paragraphs-equal", fill("<p>Some words that are the same.</p>")
    yield "metas", counted("<meta name=n# content=c#>")
    yield "metas-property", counted("<meta property=og:title content=c#>")
    yield "microdata", fill("<div itemscope itemtype=http://schema.org/Article><p itemprop=name>x</div>")
    yield "json-ld", fill('{"@type":"Article","name":"x"},', '<script type="application/ld+json">[',
                          '{}]</script>')
    yield "json-ld-deep", fill("[", '<script type="application/ld+json">')
    yield "json-ld-many", fill('<script type="application/ld+json">{"@type":"Article",'
                               '"articleBody":"some words"}</script>')
    yield "scripts-strings", fill('"a string with \\" in it",', "<script>var x=[", "]</script>")
    yield "scripts-many", fill("<script>x='y'</script>")
    yield "scripts-state", fill('{"a":"<p>some words of an article, and more<\\/p>"},',
                                "<script>window.__STATE__=[", "]</script>")


def tables():
    yield "table-wide", fill("<td>some words", "<table><tr>")
    yield "table-wide-rows", fill("<tr>" + "<td>x" * 1000, "<table border=1>")
    yield "table-data-wide", fill("<tr>" + "<td>x y z" * 300, "<table border=1><tr>" + "<th>h" * 300)
    yield "table-data", fill("<tr><td>some words<td>1.5<td>more words of it", "<table><tr><th>a<th>b<th>c")
    yield "table-long-cells", fill("<tr><td>" + "words of a cell " * 40 + "<td>x", "<table border=1>")
    yield "table-rowspans", fill("<tr><td rowspan=9>x<td>y", "<table border=1>")
    yield "table-rowspans-long", fill("<tr><td rowspan=65534>x", "<table border=1>")
    yield "table-colspans", fill("<tr><td colspan=1000>x", "<table border=1>")
    yield "table-colspans-many", fill("<tr>" + "<td colspan=100>x" * 10, "<table border=1>")
    yield "table-stairs", "<table border=1>" + "".join("<tr>" + "<td>x" * (n % 400) for n in range(900))
    yield "table-empty", fill("<tr><td><td><td>", "<table border=1>")
    yield "table-empty-rows", fill("<tr>", "<table border=1>")
    yield "tables-nested", fill("<table><tr><td>x")
    yield "tables-nested-data", fill("<table border=1><tr><th>x<td>")
    yield "tables-data", fill("<table border=1><tr><th>a<th>b<tr><td>1<td>2</table>")
    yield "table-captions", fill("<table><caption>x</caption><tr><td>y</table>")
    yield "table-links", counted("<tr><td><a href=#>x</a><td>y") .join(("<table border=1>", ""))
    yield "table-cjk", fill("<tr><td>\u6f22\u5b57<td>\u304b\u306a", "<table border=1>")
    yield "table-lists", fill("<tr><td><ul><li>x<li>y</ul><td>z", "<table border=1>")
    yield "table-headers", fill("<tr><th scope=row>x<td headers=h>y", "<table>")


def texts():
    yield "words-cjk", fill("\u6f22\u5b57")
    yield "words-thai", fill("\u0e20\u0e32\u0e29\u0e32")
    yield "words-arabic", fill("\u0627\u0644\u0639 ")
    yield "words-hebrew-english", fill("\u05d0\u05d1 ab ")
    yield "words-soft-hyphen", fill("x\u00ad")
    yield "words-nbsp", fill("x\u00a0")
    yield "words-zero-width", fill("x\u200b")
    yield "words-unseen", fill("\u2060")
    yield "words-private", fill("\ue000")
    yield "words-emoji", fill("\U0001f600")
    yield "words-flags", fill("\U0001f1e6\U0001f1e7")
    yield "words-hangul", fill("\u1100\u1161")
    yield "words-marks", fill("x\u0301\u0302\u0303 ")
    yield "words-isolates", fill("\u2067x\u2069")
    yield "words-separators", fill("\u2028")
    yield "words-hyphens", fill("a-")
    yield "words-slashes", fill("a/")
    yield "words-urls", counted("http://example.org/a/b?c=# ")
    yield "words-brackets", fill("([{")
    yield "words-numbers", counted("# ")
    yield "words-footnotes", counted("[#] ")
    yield "words-quotes", fill("> x<br>")
    yield "words-dashes", fill("-- <br>")
    yield "words-dots", fill(". ")
    yield "words-stars", fill("* x<br>")
    yield "words-long", fill("x" * 998 + " ")
    yield "pre-words", fill("some words \n", "<pre>")
    yield "pre-long", fill("word ", "<pre>")
    yield "pre-cjk", fill("\u6f22", "<pre>")
    yield "utf8-bad", b"\xff\xc0 " * 300000
    yield "utf8-cut", b"\xe2\x82" * 450000
    yield "windows-1252", b"<meta charset=windows-1252>" + b"\xe9t\xe9 " * 200000
    yield "shift-jis", b"<meta charset=shift_jis>" + b"\x8a\xbf\x8e\x9a" * 200000
    yield "gb18030", b"<meta charset=gb18030>" + b"\x81\x30\x81\x30" * 200000
    yield "iso-2022-jp", b"<meta charset=iso-2022-jp>" + b"\x1b$B4A\x1b(Bx" * 90000
    yield "utf-16", "\ufeff<p>x".encode("utf-16-le") + "<p>y".encode("utf-16-le") * 110000
    yield "utf-16-bad", b"\xff\xfe" + b"\x00\xd8x\x00" * 200000


def others():
    yield "array.json", "[" + counted('{"a":#,"b":"words"},') + "0]"
    yield "deep.json", "[" * SIZE
    yield "deep-objects.json", '{"a":' * 180000
    yield "numbers.json", "[" + fill("1,") + "0]"
    yield "escapes.json", '["' + fill("\\u00e9") + '"]'
    yield "strings.json", "[" + fill('"x",') + "0]"
    yield "nulls.json", "[" + fill("[],{},") + "0]"
    yield "keys.json", "{" + counted('"k#":#,') + '"z":0}'
    yield "equal-keys.json", "{" + fill('"k":1,') + '"z":0}'
    yield "one-string.json", '"' + "x" * SIZE + '"'
    yield "feed.json", '{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[' + \
        counted('{"id":"#","url":"http://example.org/#","content_html":"<p>x<b>y"},') + "{}]}"
    yield "rows.csv", fill("a,b,c\n")
    yield "columns.csv", fill("a,")
    yield "quotes.csv", fill('"a ""b""",c\n')
    yield "open-quote.csv", '"' + fill("a,b\n")
    yield "stairs.csv", "".join("," * (n % 1000) + "\n" for n in range(1800))
    yield "tabs.csv", fill("a\tb\tc\n")
    yield "semicolons.csv", fill(";\n")
    yield "items.xml", "<rss version='2.0'><channel><title>x</title>" + \
        counted("<item><title>t#</title><link>http://example.org/#</link>"
                "<description>&lt;p&gt;x</description></item>") + "</channel></rss>"
    yield "deep.xml", "<rss><channel>" + "<a>" * 290000
    yield "attributes.xml", "<rss " + counted("a#='x' ") + "/>"
    yield "entities.xml", "<rss><channel><title>" + fill("&amp;") + "</title></channel></rss>"
    yield "cdata.xml", "<rss><channel><item><description>" + fill("<![CDATA[<b>x]]>") + \
        "</description></item></channel></rss>"
    yield "html.xml", "<rss><channel><item><description>" + fill("&lt;b&gt;&lt;p&gt;x") + \
        "</description></item></channel></rss>"
    yield "atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'>" + \
        counted("<entry><title>t#</title><link href='#'/><content type='html'>x</content></entry>") + \
        "</feed>"
    yield "doctype.xml", "<!DOCTYPE rss [" + counted("<!ENTITY e# 'x'>") + "]><rss/>"
    yield "broken.xml", "<rss><channel>" + fill("<item><title>x & y</title></item>")
    yield "quotes.md", fill("> ")
    yield "lists.md", fill("* ")
    yield "lists-lines.md", fill("* x\n")
    yield "brackets.md", fill("[")
    yield "links.md", counted("[x](#) ")
    yield "references.md", counted("[x#]: #\n")
    yield "references-used.md", counted("[x#]: #\n", 400000) + counted("[x#] ", 400000)
    yield "stars.md", fill("*a **a ")
    yield "underscores.md", fill("_")
    yield "ticks.md", "".join("`" * (n % 400) + " " for n in range(4400))
    yield "html.md", fill("<b>")
    yield "html-comments.md", fill("<!-- ")
    yield "tables.md", "|a|b|\n|-|-|\n" + fill("|x|y|\n")
    yield "table-wide.md", "|" + "a|" * 100000 + "\n|" + "-|" * 100000 + "\n|x|"
    yield "angles.md", fill("<a@b.c ")
    yield "images.md", fill("![")
    yield "headings.md", fill("# x\n")
    yield "fences.md", fill("```\nx\n")
    yield "lines.txt", fill("a line of it\n")
    yield "blank-lines.txt", fill("\n")
    yield "one-line.txt", fill("word ")
    yield "quotes.txt", fill("> x\n")
    yield "urls.txt", counted("http://example.org/# ")
    yield "urls-open.txt", fill("http://")
    yield "addresses.txt", fill("a@b.example ")
    yield "columns.txt", fill("a    b    c\n")
    yield "controls.txt", fill("\x1b[1m")
    yield "backspaces.txt", fill("x\b")


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for make in (tokens, styles, things, tables, texts, others):
        for name, page in make():
            bytes_of = page if isinstance(page, bytes) else page.encode()
            if not pathlib.Path(name).suffix or make is not others:
                name += ".html"
                bytes_of += b"<p>the end of the page</p>"
            (folder / name).write_bytes(bytes_of)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
