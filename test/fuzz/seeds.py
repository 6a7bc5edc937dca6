# Writes the seeds of all targets: seeds.py FOLDER.  They are kept in test/fuzz/seeds as well, with
# inputs that once broke something, so that `make check` needs no more than the files.
import base64, pathlib, struct, sys

OUT = pathlib.Path(sys.argv[1])
RS, TURN = "\x1e", "\x1d"


def seed(target, name, content):
    folder = OUT / target
    folder.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
    (folder / name).write_bytes(data)


def crlf(text):
    return text.replace("\n", "\r\n")


# ---- mails ----

ASK = """Return-Path: <ann@boat.example>
Received: from mx.boat.example (mx.boat.example [192.0.2.1])
 by in.example.org; Sat, 21 Nov 2026 18:02:00 +0000
From: "Ann B." <ann@Boat.Example>
To: web@example.org
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= =?iso-8859-1?B?Z2V0?=
Message-ID: <1.a@boat.example>
In-Reply-To: <v1.x@example.org>
References: <0@boat.example> <bad id> <v1.x@example.org>
Date: Sat, 21 Nov 2026 18:02:00 +0000
MIME-Version: 1.0
"""

FROMS = {
    "plain": "ann@example.org", "named": "Ann B <ann@example.org>",
    "quoted": '"B, Ann \\"x\\"" <ann@example.org>', "comment": "ann@example.org (Ann (B) \\) c)",
    "group": "Friends: ann@example.org, bob@example.org;", "empty-group": "Robot:;",
    "two": "ann@example.org, <bob@example.com>", "encoded": "=?utf-8?q?boss=40x?= <evil@y.example>",
    "quoted-local": '<"a b"@example.org>', "quoted-plain": '"ann"@example.org',
    "literal": "ann@[192.0.2.1]", "literal6": "<a@[IPv6:2001:db8::1]>", "route": "<@a,@b:ann@example.org>", "utf8": "<änn@exämple.org>",
    "source": "a@b@c", "dots": "a..b@example.org", "spaces": "ann @ example . org",
    "upper": "<ANN@EXAMPLE.ORG>", "unclosed": '"ann <ann@example.org>', "null": "<>",
    "nested": "(((((x))))) a@b.c (y)", "tail": "<a@b.c> x", "semi": ";;,,a@b.c;,", "c1": "<a\u0085@b.c>",
}

MARKS = ["Auto-Submitted: No (manual)", "AUTO-SUBMITTED: Auto-Generated; x=y",
         "Auto-Submitted:\n auto-notified", "Auto-Submitted: (a (b) \\) c) no;x=y",
         "List-Id: <x.example>", "Precedence: (x) bulk", "X-Auto-Response-Suppress: DR, OOF",
         "X-Autoreply: no", "Feedback-ID: a\nX-SES-Outgoing: b", "Return-Path: (none) <>",
         "Content-Type: Multipart/Report;boundary=x", "X-Loop: <AGENT+x@example.org>",
         "Delivered-To: Autoresponder", "X-Failed-Recipients: a@b.c", "From: Robot:;",
         "From: noreply+x@example.com", "From: a@[192.0.2.1]", "Reply-To: x@y.z",
         "\n".join(["Received: x"] * 21), "References: " + "<a@b> " * 51]

PARTS = {
    "plain": "Content-Type: text/plain; charset=utf-8\n\nget https://example.org/\n",
    "flowed": "Content-Type: text/plain; format=flowed; delsp=yes\n\n"
              "get https://exam \nple.org/\n> quoted \n> more\n-- \nAnn\n",
    "qp": "Content-Type: text/plain; charset=windows-1252\nContent-Transfer-Encoding: "
          "quoted-printable\n\nget=20http://example.org/=\npage=E9 =3D =zz\n",
    "base64": "Content-Type: text/html; charset=\"iso-8859-1\"\nContent-Transfer-Encoding: base64\n\n"
              + base64.b64encode(b"<p>get <a href='http://x.example/'>x</a>").decode() + "\n",
    "mixed": "Content-Type: multipart/mixed; boundary=\"b b\"\n\npreamble\n--b b\n"
             "Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Type: text/plain\n\n"
             "one\n--c\nContent-Type: text/html\n\n<b>one</b>\n--c--\n--b b\nContent-Type: "
             "application/pdf; name*=utf-8''r%C3%A4.pdf\nContent-Disposition: attachment;\n"
             " filename*0*=utf-8''a%20; filename*1=b; filename*2*=%C3%A9\n"
             "Content-Transfer-Encoding: base64\n\nAAAA\n--b b--\nepilogue\n",
    "nested": "Content-Type: message/rfc822\n\nFrom: a@b.c\nContent-Type: multipart/digest; "
              "boundary=d\n\n--d\n\nSubject: x\n\ny\n--d--\n",
    "uuencode": "\nsee\nbegin 644 notes.txt\n#86)C\n`\nend\nafter\n",
    "open": "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nno end",
    "odd": "Content-Type: text\nContent-Transfer-Encoding: x-y\nContent-Disposition: inline; "
           "filename=\"=?utf-8?B?w6QucGRm?=\"\n\n\x01 body",
    "no-boundary": "Content-Type: multipart/mixed\n\n--x\n\ny",
}

for name, value in FROMS.items():
    seed("addresses", name, value)
    seed("headers", "from-" + name, f"From: {value}\nSubject: x\n\n")
seed("headers", "ask", crlf(ASK) + "\r\n")
seed("headers", "two-from", "From: a@b.c\nFrom: d@e.f\n\n")
seed("headers", "nul", "From: a@b.c\n\0: x\n\n")
seed("headers", "odd-lines", "no field\n: empty\nA B: c\n folded\nX\t: y\n\tz\n\n")
for i, mark in enumerate(MARKS):
    seed("loops", f"mark-{i:02}", crlf(f"{mark}\nSubject: x\n") + chr(i % 5))
    seed("headers", f"mark-{i:02}", f"{mark}\nFrom: a@b.c\n\n")
for i in range(5):
    seed("loops", f"plain-{i}", "Subject: x\r\n" + chr(i))
for name, part in PARTS.items():
    seed("mail", name, crlf(ASK + part))
    seed("mail", name + "-lf", part)
for i, names in enumerate([
        ("name=a.pdf", "filename=b.pdf"), ("name*=utf-8''%E2%82%AC.pdf", "filename*0=a; filename*1=b"),
        ("x=y", "filename*0*=iso-8859-1'en'%E9; filename*1*=%20; filename*2=z"),
        ('name="=?utf-8?B?w6QucGRm?="', 'filename="=?utf-8?Q?=2E=2E/x?="'),
        ('name="../../etc/x"', 'filename="C:\\\\x\\\\y.txt"'), ("name*0*=x", "filename*20=x"),
        ("name*=broken", "filename*=''%zz%"), ('charset="x', "filename*1*=late; filename=plain")]):
    seed("names", f"names-{i}", RS.join(names))
for name, text in {
        "q": "=?utf-8?Q?a_b=20=C3=A9?=", "b": "=?UTF-8?B?w6nDqQ==?= plain =?x?q?y?=",
        "split": "=?utf-8?B?w6k=?=\n =?utf-8?B?w6k=?=", "language": "=?iso-8859-1*en?q?=E9?=",
        "jis": "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "broken": "=?utf-8?Q?a?b?=?= =?utf-8?B?!!?=",
        "long": "Grüße an alle Segler im Hafen, " * 6, "wide": "漢字" * 60, "ascii": "word " * 40,
        "token": "x" * 950, "euro": "€" * 30 + " =?", "bidi": "a\u202eb\u2066c"}.items():
    seed("words", name, text)

# ---- requests ----

REQUESTS = [
    "get https://example.org/\n", "https://example.org/a(b)c).\nwww.x.example\n",
    "GET SOURCE http://x.example/ FOLLOW 2 5\n", "send help\n", "?\n", "INFO\nHELP urls\nquota\n",
    "On Monday Ann wrote:\n> get http://quoted.example/\nget http://mine.example/\n-- \nsig http://no.example\n",
    "BEGIN\nhttp://a.example\nEND\nhttp://b.example\n", "look at <http://exam\nple.org/very/long> please\n",
    "http://example.org/a/very/long/path/that/was/broken/by/the/mail/program/=\nhere\n",
    "get\nhttp://x.example/\nXGET=http://y.example\n3 5 7\n3>2\n", "SEARCH two words\nFIND x\nPAGE 4\nNEXT\n",
    "https://eur01.safelinks.protection.outlook.com/?url=http%3A%2F%2Fx.example%2F&data=1\n",
    "https://www.google.com/url?q=http://x.example/&sa=D\n", "http://x,example,org/ http://[::1]/\n",
    "-----Original Message-----\nget http://x.example\n", "\ufeffget\u00a0http://x.example/\u200b\n",
    "From: a@b.c\nTo: d@e.f\nSubject: x\nget http://x.example\n", "GETSIZE 40\nXNOSTAT get x.example\n",
    "Sent from my phone\n\nget http://x.example\n", "J.Doe asked about example.com, and a.b@c.d\n",
]
for i, text in enumerate(REQUESTS):
    seed("request", f"body-{i:02}", RS + text + "\0")
    seed("request", f"subject-{i:02}", "Re: " + text.split("\n")[0] + RS + RS + "\1")
seed("request", "both", "x" + RS + "get http://a.example\n" + RS + "get http://b.example\n\1")

# ---- configuration and modules ----

ACCOUNT = """accounts:
  - name: web
    address: web@example.org
    mailbox: {kind: maildir, path: in}
    submission: {kind: maildir, path: out/%u}
    senders: {allow: ["*@example.org", people/file], deny: [x@y.z], accept_bcc: yes}
"""
HOSTED = """state: /var/lib/www4mail
workers: {min: 1, max: 8}
contact: mailto:op@example.org
proxy: {web: "socks5h://127.0.0.1:1080"}
modules: {dir: /usr/lib/x, text: {width: 72}}
accounts:
  - name: hosted
    address: Web@Example.ORG
    aliases: [w@example.org]
    mailbox:
      kind: imap
      host: imap.example.org
      port: 993
      tls: implicit
      user: web
      password_command: [pass, show, "web mail"]
      folder: INBOX
      done: {flag: $Done, move: "", delete: no}
    submission: {kind: smtp, host: smtp.example.org, tls: starttls, user: web, password_file: ~/pw}
    urls: {deny: ["*://x.example/*"], schemes: [http, https], ports: [8080], allow_addresses: [127.0.0.0/8, "::1"]}
    files: {deny_types: ["image/*"], deny_extensions: [exe]}
    limits: {requests_per_mail: 5, max_message: 1M, page_bytes: 10M, page_time: 2m, redirects: 5}
    replies: {format: both, part: 40k, max: 2M, width: 72, keep_days: 7, footer: "Harbour office"}
    senders: {allow: ["*"]}
"""
seed("config", "small", ACCOUNT + RS + "# people\nann@example.org # her\n*@boat.example\n")
seed("config", "hosted", HOSTED)
for i, text in enumerate(["", "accounts:\n", "accounts: []\n", "a: &x 1\nb: *x\n", "? [a]\n: b\n",
                          "accounts:\n  - {name: web, name: web}\n", "---\na: 1\n---\nb: 2\n", "a: !!int 1\n",
                          ACCOUNT.replace("name", "nmae"), ACCOUNT + "    polcy: 1\n", "a: \"\\x00\"\n",
                          ACCOUNT.replace("web@example.org", "web"), "{" * 20, "- " * 20, "a: |\n  x\n y\n",
                          ACCOUNT + "    mailbox: {password: x}\n", ACCOUNT + "    limits: {page_bytes: 99999999999M}\n"]):
    seed("config", f"odd-{i:02}", text)
BLOCK = "name: fuzz\nfile: fuzz.so\nstage: browser\n"
for i, text in enumerate([
        BLOCK, BLOCK + "when: [target.scheme in [ftp, ftps], target.port over 20]\nsettings: {passive: yes}\n",
        "name: fuzz\nfile: fuzz.so\nattach: {before: other}\nneeds: [net]\nflags: [reload]\n",
        BLOCK + "order: {after: [other], before: []}\nalternatives: [other]\n",
        BLOCK + "when:\n  - page.size under 100\n  - document.format is text\n",
        "name: fuzz\nfile: fuzz.so\nstage: filter\nrole: renderer\nwhen: [page.type like text/*]\n",
        BLOCK + "when: [a in [b\n", BLOCK + "when: [x] y\n", BLOCK + "# when: [\nwhen: [message.from set]\n",
        "stage: bowser\n", BLOCK + "order: {after: [fuzz]}\n", BLOCK + "when: [\"target.host is x\", 'page.size over 1']\n"]):
    seed("block", f"block-{i:02}", text)
for i, text in enumerate(["ftp" + RS + "target.scheme in [ftp, ftps]", "5" + RS + "page.size under 10",
                          "x" + RS + "page.type like text/*", "x" + RS + "target.host is X",
                          RS + "message.from set", "7" + RS + "target.port over 5", RS + "target.scheme in [",
                          RS + "page.size like 1*", RS + "tagret.port is 5", RS + "page.size in [1, 2,3]"]):
    seed("when", f"test-{i}", text)

# ---- what is no HTML: the text, then width, charset, type, and which builder ----
TYPES = {
    "rss": (0, "<?xml version='1.0'?><rss version='2.0' xmlns:dc='d'><channel><title>A &amp; B</title>"
            "<link>http://a.example/</link><item><title>One &nbsp; &amp;#8217;</title><link>/1</link>"
            "<pubDate>Wed, 02 Oct 2002 13:00:00 GMT</pubDate><dc:creator>Ann</dc:creator><description>"
            "<![CDATA[<p>Text <a href='x'>y</a>]]></description><enclosure url='z.mp3' length='12345' "
            "type='audio/mpeg'/></item></channel></rss>"),
    "atom": (0, "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de' xml:base='http://a.example/b/'>"
             "<title type='html'>&lt;b>T</title><link href='c'/><entry><title>E</title><link href='d'/>"
             "<updated>2003-12-13T18:30:02+02:00</updated><author><name>N</name></author><content "
             "type='xhtml'><div><p>x <br/>&lt;y</p></div></content></entry></feed>"),
    "entities": (0, "<!DOCTYPE rss [<!ENTITY a 'b'><!ENTITY c SYSTEM 'd'>]><rss><channel><title>&a;&c;&e;"
                 "</title></channel></rss>"),
    "json": (1, '{"a":"x\\u00e9\\ud83d\\ude00","b":[1,-2.5e3,true,null],"c":{"d":{}},"u":"http://a.example/",'
             '"t":[{"n":"a","s":1},{"n":"b","s":2}],"l":["one, two",[3,[4]]]}'),
    "json-lines": (1, '{"n":1,"m":2}\n{"n":3,"m":4}\n'),
    "json-wrong": (1, '{"a": [1,2,}'),
    "json-feed": (1, '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"title":"A",'
                  '"content_html":"<p>x","url":"/y","date_published":"2020-01-02T03:04:05Z","authors":'
                  '[{"name":"N"}],"attachments":[{"url":"z","mime_type":"audio/x","size_in_bytes":1000}]}]}'),
    "markdown": (2, "---\ntitle: T\n---\n# A *b*\n\n[l](x) `c` http://a.example/\n\n- [x] d\n  1. e\n\n"
                 "| a | b |\n|---|--:|\n| 1 | 2 |\n\n> q\n\n<div>h</div>\n\n```\nk\n```\n"),
    "csv": (3, 'Name;Size;"A ""b"""\nx;1,5;"two\nlines"\ny;2;z\n'),
    "tsv": (3, "sep=\t\na\tb\n1\t2\n"),
    "text": (4, "Title\n\n" + "many words in one line " * 8 + "\n\n  a\tb\n\f\n\x1b[1mc\x1b[0m\n"),
}
for name, (builder, text) in TYPES.items():
    seed("types", name, text + "H\0\0" + chr(builder))

# ---- addresses of pages and machines ----

URLS = ["http://example.org", "HTTPS://Example.ORG:443/a/../b/./c?q=1#f", "http://exämple.org/ä?ö#ü",
        "http://[2001:DB8::1]:8080/", "http://192.0.2.1/", "http://0x7f.1/", "http://127.1/", "http://2130706433/",
        "http://user:pw@example.org/", "http://example.org:0/", "http://example.org:65536/", "ftp://x.example/%7Ea/%41",
        "gopher://x.example/1/a b", "mailto:ann@example.org?subject=x", "javascript:alert(1)", "//other.example/x",
        "../up", "?q=only", "#frag", "a\\b\\c", "http:\\\\x.example\\y", "https:/one", "http:///three", "data:text/html,x",
        "http://x.example/a%2fb%zz%", "http://x.example/\u202e", "http://[::ffff:127.0.0.1]/", "http://[fe80::1%eth0]/",
        "http://ｅxample。org/", "http://1.2.3.4.5/", "http://x.example./", "http://a_b.example/", "http://%65xample.org/",
        "tel:+1", "http://xn--a/", "http://" + "a" * 64 + ".example/", "/" + "../" * 30, "http://x.example/" + "a" * 2100]
for i, url in enumerate(URLS):
    seed("url", f"url-{i:02}", url)
    seed("url", f"link-{i:02}", "http://example.org/a/b/c?d" + RS + url)
for i, net in enumerate(["127.0.0.0/8", "::1", "2001:db8::/32", "10.0.0.1/8", "0.0.0.0/0", "::/0", "::ffff:0:0/96",
                         "64:ff9b::/96", "192.168.0.0/16", "1.2.3.4", "fe80::/10", "1.2.3.4/33", "x", "/8", "::1/", "203.0.113.0/24"]):
    seed("network", f"net-{i:02}", net.encode() + bytes(range(i, i + 16)))
for i, address in enumerate([bytes(15) + b"\1", bytes(10) + b"\xff\xff\x7f\0\0\1", b"\0\x64\xff\x9b" + bytes(8) + b"\x0a\0\0\1",
                             b"\x20\x01\x0d\xb8" + bytes(12), b"\x20\x02\x7f" + bytes(13), b"\x2a\0" + bytes(14),
                             bytes(12) + b"\x08\x08\x08\x08", b"\xfe\x80" + bytes(14), b"\xff\2" + bytes(14),
                             bytes(12) + b"\xa9\xfe\xa9\xfe", bytes(12) + b"\xc0\xa8\1\1", bytes(12) + b"\xac\x10\0\1"]):
    seed("network", f"address-{i:02}", b"8.8.8.0/24" + address[::-1])

# ---- the web ----

HEADS = ["HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Language: de, en\r\n\r\n",
         "HTTP/2 301\r\nLocation: //x.example/\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\n\r\n",
         "HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename=\"a\\\"b.pdf\"; filename*=UTF-8''%e2%82%ac%20r.pdf\r\n\r\n",
         "HTTP/1.1 200\r\nContent-Disposition: inline; filename=../../x\r\nContent-Disposition: second\r\n\r\nTrailer: x\r\n",
         "HTTP/1.0 99\r\nNo colon\r\n Folded: x\r\n: y\r\nContent-Type: TEXT/HTML\r\n\r\n",
         "Refresh: 0;url=http://x.example/\r\n", "attachment; filename*=iso-8859-1'en'%A3%20x.txt; size=1"]
for i, head in enumerate(HEADS):
    seed("http", f"head-{i}", head)

PAGES = {
    "article": "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>A &amp; B</title><base href=/d/>"
               "</head><body><h1>Head</h1><p>One <b>two</b> <a href='x.html?a=1&copy=2'>three</a>.<p>Four"
               "<br>five<hr><img src=x.png alt='a boat'><img src=y><blockquote>q</blockquote></body></html>",
    "lists": "<ul><li>a<li>b<ol start=5 type=a reversed><li value=9>c</ol></ul><dl><dt>t<dd>d</dl><details open>"
             "<summary>s</summary>x</details>",
    "table": "<table><caption>c</caption><thead><tr><th>Name<th>Qty</thead><tr><td rowspan=2>Apples<td>12<tr>"
             "<td colspan=3>x</table><table><tr><td><table><tr><td>layout</table></table>",
    "form": "<form action=/s method=post><input name=q value='x'><input type=checkbox checked><input type=hidden>"
            "<input type=password value=secret><select><option>a<option selected>b</select><textarea>t</textarea>"
            "<button>Go</button><label>l</label></form><iframe src=x title=f></iframe><video src=v></video>",
    "hidden": "<p hidden>no<p style='display:none'>no<p aria-hidden=true>no<template><p>no</template><noscript>yes"
              "</noscript><style>x{}</style><script>document.write('<p>no')</script><svg><title>s</title></svg>",
    "broken": "<a href=1><a href=2>x</b></a></i><p><div></p><table><b>x<tr></table><b><i>y</b>z</i><li></ul>",
    "raw": "<title>a</title<b></title><script><!--<script></script>--></script><textarea>\n</p></textarea>"
           "<plaintext>all <b>of</b> it",
    "entities": "&lt;&#60;&#x3c;&notin;&notit;&#0;&#x110000;&#xd800;&amp&hellip&copy2&NotEqualTilde;",
    "attacks": "<img src=x onerror=alert(1)><a href='java\tscript:x'>j</a><a href=data:text/html,x>d</a>"
               "<svg onload=x><math><mtext><style><!--</style><img title='--><script>x</script>'>",
    "comments": "<!-- x --!><!--><!-->--><![CDATA[x]]><?php x ?><!doctype><!doctype html public \"a\" 'b'>",
    "deep": "<div>" * 60 + "x" + "<font><p>" * 20, "button": "<button <!D C \"\"><li",
    "pre": "<pre>\n a\tb\n  c </pre><p>a\u00a0b\u00adc\u200bd\u202ee\ue000f</p><ruby>漢<rp>(<rt>kan</ruby><sup>2</sup>",
    "links": "".join(f"<a href='/{i % 5}'>{i}</a> " for i in range(12)) + "<a href=mailto:a@b.c>m</a><a name=x>n</a>",
    "frames": "<frameset><frame src=a><frame src=b><noframes><p>n</noframes></frameset>",
    "bidi": "<html dir=rtl lang=ar><body>שלום <bdo dir=ltr>x</bdo><p dir=auto>مرحبا</p>",
    "refresh": "<meta http-equiv=refresh content='0;url=http://x.example/'><meta name=description content=d>"
               "<meta http-equiv=content-language content='de, en'>",
    "words": "<p>" + "longwordwithoutanyblank" * 12 + " http://example.org/" + "a/" * 60 + " 漢字" * 40,
}
for name, page in PAGES.items():
    for target in ("page", "page_plain"):
        seed(target, name, page + "H\0\0")
        seed(target, name + "-narrow", page + "\x15\1\0")
    seed("clean", name, page)
seed("page", "plain", "just text\r\nwith lines\n" + "H\0\5")
seed("page", "unknown", b"%PDF-1.4\n\x00\x01\x02" + b"H\0\4")
seed("page", "utf16", "\ufeff<p>wide</p>".encode("utf-16-le") + b"H\1\0")
for i, (declared, label, data) in enumerate([
        ("", "", b"\xef\xbb\xbf<html>"), ("text/plain", "", b"caf\xe9 na\xefve \x93quoted\x94"),
        ("text/html", "shift_jis", b"\x93\xfa\x96{\x8c\xea"), ("", "iso-2022-jp", b"\x1b$BF|K\\\x1b(B"),
        ("", "gb18030", b"\xc4\xe3\xba\xc3\x81\x30\x81\x30"), ("", "utf-16", b"\xff\xfea\0b\0\0\xd8"),
        ("text/html", "", b"<meta charset=windows-1251>\xcf\xf0\xe8"), ("", "euc-kr", b"\xb0\xa1\xff"),
        ("application/octet-stream", "big5", b"\xa4\xa4\xa4\xe5"), ("", "utf-8", b"\xed\xa0\x80\xf5\x80\xc0\xaf"),
        ("image/png", "", b"\x89PNG\r\n\x1a\n"), ("", "ibm850", bytes(range(128, 256))), ("x", "x-user-defined", b"\x80\xff"),
        ("", "", b"{\"a\": 1}"), ("", "", b"<?xml version='1.0' encoding='koi8-r'?>\xc1")]):
    seed("decode", f"bytes-{i:02}", declared.encode() + RS.encode() + label.encode() + RS.encode() + data + b"\x40\1")

# ---- replies ----

TEXTS = ["First line \nof it.\n\nFrom here\n.\n> x\n-- \nend\n", "From \n  \n\t\nlong " + "word " * 60 + "\n",
         "--\n-- \nFrom\nFrom \nx", "é" * 200 + "\n" + "= =20 \t\n", "a\x7f b \x7f\n\x85From x\n", "begin 644 x\n#86)C\n`\nend\n",
         "x" * 1200 + "\n", "YWJjZA==\n=\nYQ", "=C3=A9=\n=3d=zz =\n", "漢字 " * 300]
for i, text in enumerate(TEXTS):
    seed("flow", f"text-{i}", text + "\xff")
    seed("split", f"text-{i}", text + "\4\5\1")
for name in ("article", "lists", "table", "deep", "words", "links"):
    page = "<html><head></head><body class='x'>" + PAGES[name] + "</body></html>"
    seed("split", "html-" + name, page + "\4\5\1")
REPLY = ["get it", "<1@reader.example>", "<0@reader.example>", "GET http://example.org/", "https://example.org/",
         "A title", TEXTS[0], "<html><body><p>In <b>HTML</b></p></body></html>", "application/pdf", "utf-8", "report.pdf", "en-GB"]
HOSTILE = ["a\r\nBcc: b@c\r\n\r\nbody", "<x y>", "<a@b>\r\nX: y", "GET x\r\nTo: y", "http://x/\nBcc: z", "=?utf-8?q?x?= \u202e" * 9,
           TEXTS[1] * 20, PAGES["article"] * 9, "text/plain; x=\"y", "utf-8\r\nX: y", "ä\"\\;/..'\u202e.pdf", "x\r\ny"]
LARGE = REPLY[:6] + [TEXTS[9] * 6, "<html><body>" + PAGES["table"] * 20 + "</body></html>"] + REPLY[8:]
for kind in range(5):
    for part in range(3):
        tail = bytes([part, kind]).decode()
        seed("compose", f"reply-{kind}-{part}", RS.join(REPLY) + tail)
        seed("compose", f"large-{kind}-{part}", RS.join(LARGE) + tail)
    seed("compose", f"hostile-{kind}", RS.join(HOSTILE) + bytes([3, kind]).decode())
seed("compose", "text-original", RS.join(REPLY[:8] + ["text/plain", "iso-8859-1", "räport-.txt", "de"]) + "\3\4")

# ---- servers ----

POP3 = ["+OK ready", "+OK\r\nUSER\r\nSASL PLAIN\r\nTOP\r\nUIDL\r\nSTLS\r\n.", "+OK", "+OK in", "+OK 2 320", "+OK\r\n1 a\r\n2 b\r\n.",
        "+OK\r\n1 120\r\n2 200\r\n.", "+OK\r\nFrom: a@b.c\r\n\r\n.", "+OK\r\nFrom: a@b.c\r\n\r\n..x\r\nbody\r\n.",
        "+OK\r\nFrom: d@e.f\r\n\r\n.", "+OK\r\nFrom: d@e.f\r\n\r\nbody\r\n.", "+OK", "+OK", "+OK bye"]
IMAP = ["* OK [CAPABILITY IMAP4rev1] ready", "* CAPABILITY IMAP4rev1 UIDPLUS MOVE NAMESPACE QUOTA STARTTLS\r\n1 OK done",
        "2 OK in", "* CAPABILITY IMAP4rev1 UIDPLUS MOVE NAMESPACE QUOTA\r\n3 OK done",
        "* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 7] y\r\n4 OK [READ-WRITE] z",
        "* SEARCH 5 9\r\n5 OK done", "* 1 FETCH (UID 5 RFC822.SIZE 30)\r\n* 2 FETCH (UID 9 RFC822.SIZE 31 FLAGS ())\r\n6 OK done",
        "* 1 FETCH (UID 5 RFC822.SIZE 30 BODY[HEADER]<0> {15}\r\nFrom: a@b.c\r\n\r\n)\r\n7 OK done",
        "* 1 FETCH (UID 5 RFC822.SIZE 17 BODY[]<0> {17}\r\nFrom: a@b.c\r\n\r\nhi)\r\n8 OK done",
        "* 2 FETCH (UID 9 RFC822.SIZE 30 BODY[HEADER]<0> \"x\")\r\n9 OK done", "* 2 FETCH (UID 9 BODY[]<0> NIL)\r\n10 OK done",
        "11 OK [MODIFIED 5] done", "12 OK done", "13 OK done", "* QUOTAROOT Box \"\"\r\n* QUOTA \"\" (STORAGE 10 512)\r\n14 OK done",
        "* BYE x\r\n15 OK done"]
for target, talk in (("pop3", POP3), ("imap", IMAP)):
    text = "\r\n".join(talk) + "\r\n"
    for way in (0, 1, 3, 4, 8 + 32, 16, 64):
        seed(target, f"talk-{way}", text + chr(way))
    for cut in range(1, len(talk)):
        seed(target, f"cut-{cut:02}", "\r\n".join(talk[:cut]) + "\r\n\0")
seed("pop3", "starttls", "+OK\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n" + TURN + "\r\n".join(POP3[1:]) + "\r\n\2")
seed("pop3", "injected", "+OK\r\n+OK\r\nSTLS\r\n.\r\n+OK go\r\n+OK more\r\n.\r\n+OK\r\n+OK\r\n\2")
seed("pop3", "refused", "+OK\r\n-ERR\r\n-ERR [AUTH] no\r\n\0")
seed("pop3", "two-sessions", "\r\n".join(POP3) + "\r\n" + RS + "\r\n".join(POP3) + "\r\n\x24")
seed("pop3", "odd-list", "\r\n".join(POP3[:4] + ["+OK 9 9", "+OK\r\n0 a\r\n2 b\r\n2 c\r\n99 b\r\nx\r\n.", "+OK\r\n4294967296 1\r\n.", "-ERR"]) + "\r\n\0")
seed("imap", "starttls", IMAP[0] + "\r\n" + IMAP[1] + "\r\n2 OK go\r\n" + TURN + "\r\n".join(IMAP[1:]).replace("1 OK", "3 OK") + "\r\n\2")
for i, line in enumerate(["* PREAUTH x", "* BYE no", "* OK [BADCHARSET (\"a\")] hi", "x"]):
    seed("imap", f"greeting-{i}", line + "\r\n" + "\r\n".join(IMAP[1:]) + "\r\n\0")
for i, line in enumerate(["* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n5 OK x", "* LIST (\\Noselect) \".\" \"\"\r\n5 OK x", "4 NO [NONEXISTENT] x"]):
    seed("imap", f"folder-{i}", "\r\n".join(IMAP[:4]) + "\r\n4 NO no\r\n" + line + "\r\n" + "\r\n".join(IMAP[4:]).replace("4 OK", "6 OK") + "\r\n\0")
    seed("imap", f"no-namespace-{i}", "\r\n".join(IMAP[:3]) + "\r\n* CAPABILITY IMAP4rev1\r\n3 OK x\r\n4 NO no\r\n" + line + "\r\n" + "\r\n".join(IMAP[4:]).replace("4 OK", "6 OK") + "\r\n\0")
SENT_BOX = IMAP[:4] + ["* LIST (\\Sent) \".\" Sent\r\n* LIST () \".\" INBOX\r\n4 OK x", "* 3 EXISTS\r\n5 OK [READ-ONLY] x", "* SEARCH 7\r\n6 OK x",
                       "* 1 FETCH (UID 7 BODY[HEADER.FIELDS (MESSAGE-ID X-WWW4MAIL-TOKEN)] {39}\r\nMessage-ID: <v1.sent@agent.example>\r\n\r\n)\r\n7 OK x",
                       "* SEARCH\r\n8 OK x", "* SEARCH 1\r\n9 OK x", "* BYE\r\n10 OK x"]
for way in (128, 128 + 16, 128 + 4):
    for cut in range(4, len(SENT_BOX) + 1):
        seed("imap", f"sent-{way}-{cut:02}", b"\r\n".join(line.encode() for line in SENT_BOX[:cut]) + b"\r\n" + bytes([way]))


def smtp(*turns):
    return RS.join(chr(choice) + reply for choice, reply in turns)


GREETING = (31, "220 hello\r\n")
EHLO = (0, "250-x\r\n250-SIZE 1000000\r\n250-AUTH LOGIN PLAIN\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n")
SENT = [GREETING, EHLO, (2, "334 \r\n"), (3, "235 in\r\n"), (4, "250 ok\r\n"), (5, "250 ok\r\n"), (6, "354 go\r\n"), (24, "250 2.0.0 queued\r\n")]
TLS = [GREETING, EHLO, (1, "220 go\r\n"), EHLO]
for cut in range(1, len(SENT) + 1):
    seed("smtp", f"cut-{cut}", smtp(*SENT[:cut]) + "\1\1\0")
    seed("smtp", f"refused-{cut}", smtp(*SENT[:cut - 1], (SENT[cut - 1][0], "550-5.7.1 no\r\n550 never\r\n")) + "\1\1\2")
seed("smtp", "tls", smtp(*TLS, *SENT[2:]) + "\0\1\1")
seed("smtp", "tls-words", smtp(GREETING, (16, "SSL connection using TLS1.3"), (17, " public key hash: sha256//x")) + "\7\1\0")
seed("smtp", "size", smtp(GREETING, (0, "250-x\r\n250 SIZE 10\r\n")) + "\4\0\2")
seed("smtp", "flood", smtp(GREETING, (0, "250-x\r\n" * 250)) + "\4\0\2")
seed("smtp", "doubt", smtp(*SENT[:7], (24, "")) + "\1\1\2")
for i, spool in enumerate(["From a Sat Nov 21 2026\nFrom: a@b.c\nStatus: RO\n\nbody\n\nFrom b\nX-UID: 1\n\n>From x\n\nFrom c\n",
                           "\n\nFrom a\nFrom: a@b.c\n\nx\n\nFrom a\nFrom: a@b.c\n\nx\n\n", "no spool", "From a", "From a\r\nA: b\r\n\r\nx\r\n\r\nFrom b\r\n",
                           "From a\nLines: 5\n folded\nA: b\n\n\n\n\nFrom \n"]):
    seed("mbox", f"spool-{i}", spool)

# ---- frames ----


def flat(kind, shape, rows):
    table, heap = b"", b""
    for row in rows:
        for field in row:
            if isinstance(field, int):
                table += struct.pack("<I", field)
            else:
                data = field.encode()
                table += struct.pack("<II", len(heap), len(data))
                heap += data
    columns = sum(2 if c == "t" else 1 for c in shape)
    return struct.pack("<IIII", kind, len(rows), columns, len(heap)) + table + heap


def frame(kind, data):
    return struct.pack("<II", kind, len(data)) + data


HEADERS = flat(0x48454144, "ntt", [(0, "From", "a@b.c"), (2, "Ann", "ann@example.com"), (1, "", "get"), (5, "", "<1@b.c>")])
MAIL = flat(0x50415254, "nnttt", [(0, 0, "text/plain", "", "get http://x.example/\n"), (4, 1, "image/png", "x.png", "")])
FACTS = flat(0x46414354, "nnt", [(0, 0, "text/html"), (2, 0, "T"), (4, 3, "")])
DOCUMENT = flat(0x444f4355, "nntt", [(0, 0, "T", "body [1]\n"), (1, 0, "", ""), (2, 0, "", "en"), (3, 0, "Ann", "2026-01-02"), (4, 0, "", ""), (5, 1, "http://x.example/", "x")])
FAULT = flat(0x46415554, "nntt", [(14, 2, "Asker.", "operator")])
ALL = frame(1, HEADERS) + frame(2, MAIL) + frame(3, FACTS) + frame(4, DOCUMENT)
seed("answers", "honest", ALL + bytes([3, 2, 1, 0]))
seed("answers", "fault", frame(5, FAULT) * 4 + bytes([3, 2, 1, 0]))
seed("answers", "headers", frame(1, HEADERS) * 4 + bytes(4))
seed("answers", "mails", frame(2, MAIL) * 4 + bytes([1, 1, 1, 1]))
seed("answers", "documents", frame(4, DOCUMENT) * 4 + bytes([3, 3, 3, 3]))
seed("answers", "outside", frame(1, struct.pack("<IIIIIIIII", 0x48454144, 1, 5, 0, 0, 1 << 30, 9, 0, 1 << 31)) + bytes(4))
seed("answers", "header-in-title", frame(4, flat(0x444f4355, "nntt", [(0, 0, "T\r\nBcc: x", ""), (1, 0, "", ""), (2, 0, "", ""), (3, 0, "", ""), (4, 0, "", "")])) + bytes([3] * 4))
seed("answers", "wrong-kind", frame(2, HEADERS) + bytes(4))
seed("answers", "huge", struct.pack("<II", 1, 0xffffffff) + HEADERS + bytes(4))
seed("answers", "many-rows", frame(1, struct.pack("<IIII", 0x48454144, 0xffffffff, 5, 0)) + bytes(4))


def render(form, width, size, mailto, part=0, blind=0):
    return frame(4, flat(0x524f5054, "nnntnn", [(form, width, size, mailto, part, blind)]))


PAGE_QUESTIONS = frame(3, b"") + render(0, 72, 1 << 20, "") + render(1, 72, 1 << 20, "a@b.c") + render(3, 0, 0, "") + render(0, 72, 1 << 20, "", 1) + render(0, 0, 1 << 20, "", 2, 1) + render(9, 1 << 31, 9, "\n")
seed("questions", "page", PAGES["article"].encode() + RS.encode() + PAGE_QUESTIONS + b"\2")
seed("questions", "page-plain", PAGES["table"].encode() + RS.encode() + PAGE_QUESTIONS + b"\3")
seed("questions", "mail", crlf(ASK + PARTS["mixed"]).encode() + RS.encode() + frame(1, b"") + frame(2, b"") + frame(3, b"") + b"\0")
seed("questions", "mail-html", crlf(ASK + PARTS["base64"]).encode() + RS.encode() + frame(2, b"") + frame(9, b"x") + b"\1")
seed("questions", "render-first", b"x" + RS.encode() + render(0, 72, 100, "") + b"\2")
seed("questions", "order", b"x" + RS.encode() + flat(0x4f524452, "nt", [(0, "web"), (100, "page"), (101, ""), (102, "http://x.example/"), (103, "text/html")]) + b"\0")

# ---- articles ----

WORDS = "The ferry runs again, the harbour office said, after storms, ice and a broken winch. "
STATE = '{"p":[{"text":"' + WORDS * 2 + '"},{"text":"&amp; ' + WORDS + '"}],"h":"<p>' + WORDS + '</p>"}'
for name, body in {
        "story": "<nav><a href=/n>News</a></nav><h1>T</h1><p class=byline>By Ann</p>" + ("<p>" + WORDS * 3 + "</p>") * 3
                 + "<figure><img src=i alt=a><figcaption>Photo</figcaption></figure><p>See: <a href=/x>that</a></p>",
        "front": "".join("<div class=teaser><h2><a href=/%d>%s</a></h2><p>%s</p></div>" % (i, i, WORDS) for i in range(8)),
        "linked": '<script type="application/ld+json">[{"headline":"H","author":[{"name":"A"}],"datePublished":"2026",'
                  '"articleBody":"' + WORDS * 4 + '"}]</script>',
        "state": "<div id=app></div><script type=application/json>" + STATE + "</script>",
        "assigned": "<script>window.__S__ = " + STATE + ";go()</script><link rel=amphtml href=/amp>"}.items():
    seed("article", name, "<title>T | Post</title><meta property=og:image content=/i.png><body>" + body)

# ---- style sheets ----

for number, sheet in enumerate([
        ".a{display:none}.b .c,#x>b{visibility:hidden}p.c#x{display:block!important}",
        "@media screen and (min-width:40em),print{.a{display:none}}@media (30em<=width<90em){.b{}}",
        "@layer x,y;@layer y{.a{display:none}}@layer x{.a{display:block}}@layer{.a{display:none}}",
        ".a{.b{display:none}&:hover{} @media (hover){display:none}}@supports not (x:y){.c{}}",
        "/* } */ .\\61 {content:'}';background:url(a;b);display:none",
        "@font-face{src:url(x)}@keyframes k{0%{top:0}}:root .a,*{visibility:collapse}<!-- -->",
        "print" + RS + ".a{display:none}" + RS + "html.js body#i div.a>p.c b{display:none}"]):
    seed("style", f"sheet-{number}", sheet)
