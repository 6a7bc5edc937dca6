# SPDX-License-Identifier: ISC
"""Hostile web servers.  One more is one more row; `says` is looked for in the reply to the asker, and
"" is for pages that must be answered as they are."""
import base64
import gzip
import zlib

from peer import Over, Script, cut, flood, hang, reset, then_cut, then_hang, trickle

PAGE = b"<title>Page</title><p>page is here"
HEAD_TOO_LARGE = "more information about the page than is sensible"
BROKEN = "connection broke before"
TOO_LARGE = "larger than"
TIGHT = "packed so tightly"
NO_SERVER = "not a web server"
SLOW = "too slowly"
NOT_ALLOWED = "not allowed"
# 64 MB of zeros, packed
BROTLI = base64.b64decode("z///f/gnAOKxQCD3/p/////wTwDEYQGA7v0/////4Z8AiMMiAN37//z//8c/ARCHBQC69/8=")


def head(*fields, status="200 OK", kind="text/html"):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def page(*fields, body=PAGE, **more):
    return head(f"Content-Length: {len(body)}", *fields, **more) + body


def chunk(data):
    return b"%x\r\n" % len(data) + data + b"\r\n"


CHUNKED = head("Transfer-Encoding: chunked")


def script(name, answer, says="", **more):
    if isinstance(answer, bytes):
        answer = then_cut(answer)
    return Script("web", name, answer=answer, says=says, **more)


def begin(data, go_on):
    """A sound beginning, then something else."""
    def answer(peer, path):
        peer.send(data)
        go_on(peer, path)
    return answer


def onward(location, status="302 Found"):
    """{here} in it is the address of this server, {trap} the port that nobody may dial."""
    def answer(peer, _):
        here = f"{peer.house.scheme(peer.script)}://127.0.0.1:{peer.house.ports[peer.script]}"
        peer.send(head("Location: " + location.format(here=here, trap=peer.house.trap),
                       "Content-Length: 0", status=status))
        raise Over
    return answer


def chain(peer, path):
    onward(f"/{int(path.strip('/') or 0) + 1}")(peer, path)


def packed(kind, body):
    return page(f"Content-Encoding: {kind}", body=body)


ZEROS = gzip.compress(b"\0" * (64 << 20))
SEVEN = PAGE
for _ in range(7):
    SEVEN = gzip.compress(SEVEN)
GZIP_PAGE = gzip.compress(PAGE + b"<p>" + bytes(range(65, 90)) * 400)

BODIES = [
    script("endless", begin(head(), flood(b"<p>more and more\n")), TOO_LARGE, sample=True),
    script("chunks-endless", begin(CHUNKED, flood(chunk(b"<p>more\n" * 99))), TOO_LARGE),
    script("chunks-tiny", begin(CHUNKED, flood(b"1\r\nx\r\n")), TOO_LARGE + "|in the time"),
    script("chunk-overflow", CHUNKED + b"FFFFFFFFFFFFFFFFFF\r\nxx", NO_SERVER + "|could not be|" + BROKEN,
           sample=True),
    script("chunk-largest", CHUNKED + b"7FFFFFFFFFFFFFFF\r\nxx", BROKEN),
    script("chunk-negative", CHUNKED + b"-5\r\nxxxxx\r\n0\r\n\r\n", "could not be|" + BROKEN),
    script("chunk-garbage", CHUNKED + b"xyz\r\nxxxxx\r\n", "could not be|" + BROKEN),
    script("chunk-cut", CHUNKED + b"400\r\n<p>half", BROKEN, sample=True),
    script("chunk-no-end", CHUNKED + chunk(PAGE), BROKEN),
    script("chunk-extension", CHUNKED + b"%x;" % len(PAGE) + b"x" * 10000 + b"\r\n" + PAGE + b"\r\n0\r\n\r\n"),
    script("trailers-endless", begin(CHUNKED + chunk(PAGE) + b"0\r\n", flood(b"X-Trailer: yes\r\n")),
           HEAD_TOO_LARGE, sample=True),
    script("length-too-long", page(body=PAGE).replace(b"h: ", b"h: 9"), BROKEN, sample=True),
    script("length-too-short", head("Content-Length: 20") + PAGE),
    script("length-huge", head("Content-Length: 99999999999") + PAGE, TOO_LARGE, sample=True),
    script("length-overflow", head("Content-Length: 99999999999999999999999") + PAGE, TOO_LARGE),
    script("length-negative", head("Content-Length: -5") + PAGE, NO_SERVER + "|could not be"),
    script("length-twice", head("Content-Length: 10", "Content-Length: 99") + PAGE, BROKEN + "|could not|web server"),
    script("length-and-chunks", head("Content-Length: 3", "Transfer-Encoding: chunked") + chunk(PAGE) +
           b"0\r\n\r\n"),
    script("trickle", begin(head("Content-Length: 90000"), trickle(b"x", 0.2)), SLOW, sample=True),
    script("hangs-in-body", begin(head("Content-Length: 90000") + PAGE, hang), SLOW + "|in the time"),
    script("resets-in-body", begin(head("Content-Length: 90000") + PAGE, reset), BROKEN),
    script("keeps-open", begin(page(), hang)),
    script("two-answers", page() + page(body=b"<p>not asked for")),
]

PACKINGS = [
    script("gzip-bomb", packed("gzip", ZEROS), TIGHT + "|" + TOO_LARGE, sample=True),
    script("deflate-bomb", packed("deflate", zlib.compress(b"\0" * (64 << 20))), TIGHT + "|" + TOO_LARGE),
    script("brotli-bomb", packed("br", BROTLI), TIGHT + "|packed in a way", sample=True),
    script("gzip-in-gzip", packed("gzip, gzip", gzip.compress(ZEROS)), TIGHT + "|packed in a way", sample=True),
    script("gzip-7", packed(", ".join(["gzip"] * 7), SEVEN), "packed in a way"),
    script("gzip-200", packed(", ".join(["gzip"] * 200), PAGE), "packed in a way"),
    script("gzip-cut", packed("gzip", GZIP_PAGE[:len(GZIP_PAGE) // 2]), "packed in a way|" + BROKEN, sample=True),
    script("gzip-cut-trailer", packed("gzip", GZIP_PAGE[:-4]), "packed in a way|" + BROKEN),
    script("gzip-wrong-sum", packed("gzip", GZIP_PAGE[:-8] + b"12345678"), "packed in a way"),
    script("gzip-none", packed("gzip", PAGE), "packed in a way"),
    script("gzip-empty", packed("gzip", b"")),
    script("gzip-sound", packed("gzip", GZIP_PAGE)),
    script("deflate-raw", packed("deflate", zlib.compress(PAGE)[2:-4])),
    script("deflate-cut", packed("deflate", zlib.compress(GZIP_PAGE)[:-9]), "packed in a way|" + BROKEN),
    script("packed-unknown", packed("x-nothing", PAGE), "packed in a way"),
]

HEADS = [
    script("slow-head", trickle(b"HTTP/1.1 200 OK\r\nX: x", 0.3), "in time|" + SLOW, sample=True),
    script("head-endless", begin(b"HTTP/1.1 200 OK\r\n", flood(b"X-Field: value\r\n")), HEAD_TOO_LARGE,
           sample=True),
    script("head-100-mb", begin(b"HTTP/1.1 200 OK\r\n", flood(b"X-Field: " + b"v" * 30000 + b"\r\n")),
           HEAD_TOO_LARGE),
    script("line-endless", begin(b"HTTP/1.1 200 OK\r\nX: ", flood(b"x")), HEAD_TOO_LARGE),
    script("status-endless", begin(b"HTTP/1.1 200 ", flood(b"O")), HEAD_TOO_LARGE + "|could not be fetched"),
    script("folded", head("X: a", *[" b"] * 100, f"Content-Length: {len(PAGE)}") + PAGE),
    script("folded-endless", begin(b"HTTP/1.1 200 OK\r\nX: a\r\n", flood(b" b\r\n")), HEAD_TOO_LARGE),
    script("nul", head("X: a\0b", f"Content-Length: {len(PAGE)}") + PAGE, NO_SERVER, sample=True),
    script("no-colon", head("this is no field", f"Content-Length: {len(PAGE)}") + PAGE, NO_SERVER + "|"),
    script("bare-lf", page().replace(b"\r\n", b"\n")),
    script("cookies", page(*[f"Set-Cookie: c{n}={n}" for n in range(2000)]), HEAD_TOO_LARGE, sample=True),
    script("few-cookies", page(*[f"Set-Cookie: c{n}={n}" for n in range(50)])),
    script("100-endless", flood(b"HTTP/1.1 100 Continue\r\n\r\n"), HEAD_TOO_LARGE, sample=True),
    script("103-endless", flood(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), HEAD_TOO_LARGE),
    script("100-then-nothing", then_hang(b"HTTP/1.1 100 Continue\r\n\r\n"), "in time|" + SLOW),
    script("switches", head("Upgrade: x", status="101 Switching Protocols"), "without a page|server|broke"),
    script("garbage", b"220 this is no web server\r\n" * 3, NO_SERVER, sample=True),
    script("status-none", b"HTTP/1.1 abc\r\n\r\n" + PAGE, NO_SERVER),
    script("status-huge", b"HTTP/1.1 2000000000 OK\r\n\r\n" + PAGE, NO_SERVER),
    script("status-99", head(status="099 Low") + PAGE, NO_SERVER),
    script("status-999", head(status="999 High") + PAGE, "(999)"),
    script("http-0.9", PAGE, NO_SERVER, sample=True),
    script("http-9", page().replace(b"HTTP/1.1", b"HTTP/9.9"), NO_SERVER),
    script("http-2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", NO_SERVER),
    script("http-2-frames", b"\0\0\x12\4\0\0\0\0\0" + b"\xff" * 90, NO_SERVER),
    script("closes", cut, "without an answer", sample=True),
    script("cut-in-status", b"HTTP/1.1 20", NO_SERVER + "|without an answer"),
    script("cut-in-head", b"HTTP/1.1 200 OK\r\nContent-Ty", BROKEN),
    script("resets", reset, BROKEN, sample=True),
    script("hangs", hang, "in time|" + SLOW, sample=True),
    script("401-flood", head(*["WWW-Authenticate: Basic realm=x"] * 5000, status="401 No"), HEAD_TOO_LARGE),
    script("401", head("WWW-Authenticate: Digest realm=x, nonce=y", status="401 No"), "(401)"),
    script("407", head("Proxy-Authenticate: Basic realm=x", status="407 No"), "(407)"),
    script("204-with-page", page(status="204 None")),
    script("304", head(status="304 Same"), "(304)|without a page"),
    script("error-endless", begin(head(status="500 No"), flood(b"<p>sorry\n")), "(500)"),
    script("type-long", page(kind="text/html; x=" + "y" * 60000), HEAD_TOO_LARGE + "|"),
    script("name-outside", page('Content-Disposition: attachment; filename="../../etc/passwd"')),
]

REDIRECTS = [
    script("to-itself", onward("{here}/"), "only leads from one address", sample=True),
    script("chain", chain, "only leads from one address"),
    script("no-location", head(status="302 Found"), "without a page", sample=True),
    script("location-1-mb", head("Location: /" + "x" * 1000000, status="302 Found"), HEAD_TOO_LARGE),
    script("to-file", onward("file:///etc/passwd"), "web address|http", sample=True),
    script("to-data", onward("data:text/html,inside"), "web address|http"),
    script("to-gopher", onward("gopher://127.0.0.1:{trap}/"), "web address|http|cannot be fetched"),
    script("to-ftp", onward("ftp://127.0.0.1:{trap}/"), "web address|http|cannot be fetched"),
    script("to-inside", onward("http://127.0.0.2:{trap}/"), NOT_ALLOWED, sample=True),
    script("to-inside-6", onward("http://[::1]:{trap}/"), NOT_ALLOWED),
    script("to-mapped", onward("http://[::ffff:127.0.0.2]:{trap}/"), NOT_ALLOWED),
    script("to-zero", onward("http://0.0.0.0:{trap}/"), NOT_ALLOWED),
    script("to-hex", onward("http://0x7f000002:{trap}/"), "cannot be used"),
    script("to-slashes", onward("//127.0.0.2:{trap}/"), NOT_ALLOWED),
    script("to-backslashes", onward("\\\\127.0.0.2:{trap}\\"), NOT_ALLOWED + "|web address|only leads"),
    script("to-userinfo", onward("http://user:password@127.0.0.1:{trap}/"), "cannot be used", sample=True),
    script("to-other-port", onward("http://127.0.0.1:1/"), "port|" + NOT_ALLOWED),
    script("300", head("Location: /x", status="300 Choose") + PAGE),
    script("refresh", page("Refresh: 0; url=/")),
]

PAGES = [
    script("type-lies", page(kind="image/png")),
    script("nul-page", page(body=b"\0" * 100000)),
    script("binary", page(body=bytes(range(256)) * 500)),
    script("charset-lies", page(kind="text/html; charset=utf-16")),
    script("charset-unknown", page(kind="text/html; charset=" + "x" * 300)),
    script("empty", page(body=b"")),
]

TLS = [
    script("tls-silent", hang, "safe connection|in time|answer", tls="implicit", cert="", sample=True),
    script("tls-garbage", then_hang(b"\x16\x03\x01\xff\xff" + b"x" * 70000), "safe connection", tls="implicit",
           cert=""),
    script("tls-slow", trickle(b"\x16\x03\x03\x00\x50\x02", 0.3), "in time|answer", tls="implicit", cert=""),
    script("tls-closes", cut, "safe connection|without an answer", tls="implicit", cert=""),
    script("tls-alert", then_cut(b"\x15\x03\x03\x00\x02\x02\x28"), "safe connection", tls="implicit", cert=""),
    script("tls-sound", page(), tls="implicit"),
    script("tls-wrong-name", page(), "another name", tls="implicit", cert="other", sample=True),
    script("tls-self-signed", page(), "unknown issuer", tls="implicit", cert="self"),
    script("tls-expired", page(), "has expired", tls="implicit", cert="expired"),
    script("tls-old", page(), "safe connection", tls="implicit", old_tls=True),
    script("tls-names-10000", page(), tls="implicit", cert="names", says="page is here|safe connection"),
    script("tls-large", page(), "safe connection", tls="implicit", cert="large"),
    script("tls-http-2-junk", then_cut(b"\xff" * 5000), "server|broke", tls="implicit", alpn="h2"),
    script("tls-cut-in-body", head("Content-Length: 90000") + PAGE, BROKEN, tls="implicit"),
    script("tls-endless", begin(head(), flood(b"<p>more\n")), TOO_LARGE, tls="implicit"),
]

SCRIPTS = BODIES + PACKINGS + HEADS + REDIRECTS + PAGES + TLS
