# SPDX-License-Identifier: ISC
"""Hostile POP3 servers.  One more is one more row."""
from honest import SIZE, crlf
from peer import MAIL, Script, cut, flood, hang, reset, then_cut, then_hang, trickle


def script(name, answers=None, **more):
    return Script("pop3", name, answers or {}, **more)


def listing(*lines):
    return {"LIST": crlf("+OK", *lines, "."), "UIDL": crlf("+OK", *lines, ".")}


STAGES = ["CAPA", "USER", "PASS", "UIDL", "LIST", "TOP", "RETR"]
DELETE = "done: {delete: yes}"

SCRIPTS = [
    script("honest", harmless=True, sample=True),
    script("silent", {"GREETING": hang}, sample=True, says="said nothing"),
    script("closes", {"GREETING": cut}),
    script("resets", {"GREETING": reset}),
    script("err", {"GREETING": crlf("-ERR too busy")}, says="too busy"),
    *(script(f"hangs-{stage.lower()}", {stage: hang}, sample=stage == "PASS", says="said nothing")
      for stage in STAGES),
    *(script(f"cuts-{stage.lower()}", {stage: cut}, sample=stage == "RETR") for stage in STAGES),
    *(script(f"refuses-{stage.lower()}", {stage: crlf("-ERR not today")}, sample=stage == "UIDL")
      for stage in ("PASS", "UIDL", "LIST", "RETR")),
    # too much, too slow
    script("tarpit", {"GREETING": trickle(b"+OK xxxxx")}, long=True, says="time for this session"),
    script("tarpit-mail", {"RETR": trickle(b"+OK\r\nx")}, long=True, says="time for this session"),
    script("flood", {"GREETING": flood(b"+OK still here\r\n")}),
    script("long-line", {"GREETING": flood(b"x")}, sample=True),
    script("capa-endless", {"CAPA": flood(b"+OK\r\nX-ONE-MORE\r\n")}),
    script("list-endless", {"LIST": flood(b"1 100\r\n")}, sample=True),
    script("uidl-endless", {"UIDL": flood(b"1 same\r\n")}),
    script("uidl-10-mb", {"UIDL": b"+OK\r\n1 " + b"x" * 10000000 + b"\r\n.\r\n"}, sample=True),
    script("no-dot", {"RETR": flood(b"x" * 70 + b"\r\n")}, sample=True),
    script("no-line-end", {"RETR": flood(b"x")}),
    script("dots", {"RETR": flood(b"..\r\n")}),
    script("top-endless", {"TOP": flood(b"X-Field: yes\r\n")}),
    # lies
    script("nul", {"GREETING": b"+OK\0 ready\r\n", "RETR": b"+OK\0\r\n" + MAIL.replace(b"help", b"\0") +
                   b".\r\n"}),
    script("holes", {"LIST": crlf("+OK", f"0 {SIZE}", f"4294967295 {SIZE}", "-3 5", "x", "3", f"7 {SIZE}",
                                  ".")}, harmless=True),
    script("same-uidl", {"LIST": crlf("+OK", *(f"{n} 100" for n in range(1, 50)), "."),
                         "UIDL": crlf("+OK", *(f"{n} same" for n in range(1, 50)), ".")}, harmless=True),
    script("numbers-fall", listing("3 30", "2 20", "1 10"), harmless=True),
    script("stat-lies", {"STAT": crlf("+OK 999999999 99999999999999999999")}, says="more than 100000"),
    script("size-lies", {"LIST": crlf("+OK", "1 99999999999999999999", ".")}, harmless=True),
    script("size-too-small", {"LIST": crlf("+OK", "1 1", "."), "RETR": b"+OK\r\n" + MAIL +
                              b"x\r\n" * 3000000 + b".\r\n"}, says="more than is allowed"),
    script("no-uidl", {"UIDL": crlf("-ERR what?")}, says="UIDL"),
    script("uidl-garbage", {"UIDL": b"+OK\r\n\xff\xfe\x00 \x01\r\n1 \x7f\x80\x01\r\n.\r\n"}, harmless=True),
    script("apop-banner", {"GREETING": b"+OK <" + b"%n%s" * 60 + b"@x>\r\n"}, harmless=True),
    script("apop-endless", {"GREETING": lambda peer, *_: (peer.send(b"+OK <"), peer.flood(b"1896."))}),
    script("other-words", {"USER": crlf("+MAYBE")}),
    script("other-protocol", {"GREETING": crlf("* OK imap here")}),
    # what is settled
    script("dele-refused", {"DELE": crlf("-ERR locked")}, settings=DELETE, sample=True, says="settle"),
    script("dele-hangs", {"DELE": hang}, settings=DELETE, says="settle"),
    script("quit-refused", {"QUIT": crlf("-ERR some not removed")}, settings=DELETE, sample=True,
           says="settle"),
    script("quit-cut", {"QUIT": cut}, settings=DELETE, says="settle"),
    # TLS
    script("no-stls", {"CAPA": crlf("+OK", "USER", ".")}, tls="starttls", secret_stays=True, sample=True),
    script("stls-inject", {"STLS": crlf("+OK begin", "+OK injected")}, tls="starttls", secret_stays=True,
           sample=True),
    script("stls-refused", {"STLS": crlf("-ERR no")}, tls="starttls", secret_stays=True),
    script("wrong-name", tls="implicit", cert="other", secret_stays=True),
    script("self-signed", tls="implicit", cert="self", secret_stays=True),
    script("old-tls", tls="implicit", old_tls=True, secret_stays=True),
    script("no-tls", {"GREETING": then_cut(b"+OK ready\r\n")}, tls="implicit", cert="", secret_stays=True),
    script("tls-silent", {"GREETING": then_hang(b"")}, tls="implicit", cert="", secret_stays=True),
]
