# Pages made to crash, stall or bloat a renderer: pages.py FOLDER [small|large].  Small ones have less
# than 1 MB, large ones about 10.  Each ends with the words `the end of the page`.
import pathlib, sys

ELEMENTS = """a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound
    big blink blockquote body br button canvas caption center cite code col colgroup custom-tag data
    datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer
    form frame frameset h1 h2 h6 head header hgroup hr html i iframe image img input ins kbd keygen
    label layer legend li link listing main map mark marquee math menu menuitem meta meter nav nobr
    noembed noframes noscript object ol optgroup option output p param picture plaintext pre progress
    q rb rp rt rtc ruby s samp script search section select slot small source spacer span strike
    strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr
    track tt u ul unknown var video wbr xmp foreignobject desc mi annotation-xml""".split()
MB = 1000 * 1000


def small():
    for name in ELEMENTS:
        yield f"nested-{name}", f"<{name}>" * min(100000, 900000 // (len(name) + 2))
        yield f"ended-{name}", f"</{name}>" * min(100000, 900000 // (len(name) + 3))
    for pair in ("font p", "form div", "table tr", "table td", "ul li", "dl dt", "select option",
                 "button p", "svg desc", "math mi", "svg foreignobject", "object p", "ruby rt", "a b",
                 "a div", "nobr p", "b i", "b p", "optgroup option", "template table", "details p",
                 "frameset frame", "dialog p", "table b", "table a", "li div", "h1 p", "p b"):
        one, two = pair.split()
        yield f"pair-{one}-{two}", f"<{one}><{two}>" * (900000 // (len(pair) + 3))
    yield "misnested", "<b><p>x</b>" * 80000
    yield "adoption", "<a><div>" * 50000 + "</a>" * 50000
    yield "formats", "".join(f"<b class={n}>" for n in range(50000))
    yield "foster", "<table>" + "<b>x<tr>" * 100000
    yield "attributes", "<p " + " ".join(f"a{n}=1" for n in range(80000)) + ">"
    yield "equal-attributes", "<p " + "class=x " * 110000 + ">"
    yield "classes", "<style>" + ".x" * 8 + "{display:none}</style>" + \
        "<p class='" + "x " * 4000 + "'>x" + "<p class='a b c d e f'>" * 30000
    yield "style-rules", "<style>" + "".join(f".a{n} .b{{display:none}}" for n in range(30000)) + \
        "</style>" + "<p class=b>x" * 8000
    yield "style-blocks", "<style>" + "@media all{" * 80000
    yield "style-deep", "<style>" + ".a " * 100000 + "{display:none}</style>" + "<i class=a>" * 60000
    yield "style-open", "<style>a{b:(" * 60000
    yield "inline-styles", "<p style='display:none;visibility:hidden;x:(;;'>x" * 18000
    yield "ids", "".join(f"<p id=i{n}>" for n in range(80000))
    yield "forms", "<form action=x><input name=n value=v>" * 24000
    yield "frames", "<iframe src=x>" * 60000
    yield "srcdocs", "<iframe srcdoc='<p>x<b>y'></iframe>" * 25000
    yield "srcdoc-deep", "<iframe srcdoc='" + "<div>" * 1600 + "'></iframe>" * 1
    yield "directions", "<p dir=auto>" * 70000 + "1" * 1000
    yield "open-quote", "<a href=\"" + "x" * 900000
    yield "open-single-quote", "<p title='" + "<p>" * 290000
    yield "open-comment", "<!--" + "-" * 900000
    yield "open-comments", "<!--" * 220000
    for raw in ("script", "style", "title", "textarea", "xmp", "iframe", "plaintext", "noembed"):
        yield f"open-{raw}", f"<{raw}>" + "x" * 900000
        yield f"nearly-{raw}", f"<{raw}>" + f"</{raw[:-1]} " * 80000
    yield "script-escaped", "<script>" + "<!--<script>" * 75000
    yield "script-dashes", "<script><!--" + "-" * 900000
    yield "entities", "&notanentity" * 75000
    yield "bare-entities", "&amp&lt&copy" * 75000
    yield "long-number", "&#" + "9" * 900000
    yield "less-than", "<" * 900000
    yield "less-than-letters", "<a" * 450000
    yield "ampersands", "&" * 900000
    yield "doctype", "<!DOCTYPE " + "x" * 900000
    yield "doctypes", "<!DOCTYPE x PUBLIC 'y'>" * 40000
    yield "instructions", "<?" * 450000
    yield "cdata", "<![CDATA[" * 100000
    yield "nul", "\0" * 900000
    yield "slashes", "<p " + "/" * 900000 + ">"
    yield "equals", "<p " + "=" * 900000 + ">"
    yield "marks", "e" + "\u0301" * 450000
    yield "overrides", "\u202e" * 300000
    yield "joiners", "\U0001f468\u200d" * 120000
    yield "one-word", "x" * 900000
    yield "one-word-of-links", "<a href=x>x</a>" * 60000
    yield "columns", "<table><tr>" + "<td>x" * 180000
    yield "spans", "<table>" + "<tr><td colspan=1000 rowspan=65534>x" * 24000
    yield "tables", "<table><tr><td>1<tr><td>2</table>" * 27000
    yield "base", "<base href=/x/>" * 1 + "<a href='" + "../" * 2000 + "'>x</a>" * 1 + "<a href=.>x" * 70000


def large():
    yield "text", "word " * (2 * MB)
    yield "attribute", "<p title='" + "x" * 10 * MB + "'>"
    yield "comment", "<!--" + "x" * 10 * MB + "-->"
    yield "comments", "<!--x-->" * (MB * 10 // 8)
    yield "script", "<script>" + "x<" * 5 * MB + "</script>"
    yield "style", "<style>" + ".a{display:none}" * (MB * 10 // 16) + "</style><p class=a>x"
    yield "entities", "&amp;" * 2 * MB
    yield "less-than", "<" * 10 * MB
    yield "ampersand", "&" * 10 * MB
    yield "table", "<table>" + "<tr><td>one<td>two<td>three<td>four<td>five and more words" * 170000
    yield "rows", "<table>" + "<tr><td>1<td>2" * 700000
    yield "links", "".join(f"<a href=p{n}>{n}</a>" for n in range(450000))
    yield "equal-links", "<a href=x>x</a>" * 660000
    yield "paragraphs", "<p>x" * (MB * 10 // 4)
    yield "breaks", "<br>" * (MB * 10 // 4)
    yield "blocks", "<div class=a><p id=b>some words of a page</p></div>" * 190000
    yield "lists", "<ul><li>one<li>two</ul>" * 430000
    yield "pre", "<pre>" + "a line of it\n" * 770000
    yield "styled", "<style>" + "".join(f"div.a{n} p{{display:none}}" for n in range(1000)) + \
        "</style>" + "<div class='a b c'><p class='d e'>words</div>" * 230000
    yield "unicode", "\u6f22\u5b57\u3002" * (MB * 10 // 9)


def write(folder, pages):
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages:
        (folder / f"{name}.html").write_text(page + "<p>the end of the page</p>", encoding="utf-8")


if __name__ == "__main__":
    which = sys.argv[2] if len(sys.argv) > 2 else "small"
    write(pathlib.Path(sys.argv[1]), large() if which == "large" else small())
