# SPDX-License-Identifier: ISC
"""Hostile submission servers.  One more is one more row.  `says` is looked for in the log."""
from honest import crlf
from peer import Script, cut, flood, hang, reset, then_cut, then_hang, trickle


def script(name, answers=None, **more):
    return Script("smtp", name, answers or {}, **more)


def at_each(name, answer, stages, sample=()):
    return [script(f"{name}-{stage.lower()}", {stage: answer}, sample=stage in sample)
            for stage in stages]


STAGES = ["EHLO", "PASSWORD", "MAIL", "RCPT", "DATA"]
ALL = ["GREETING", *STAGES, "DOT"]

SCRIPTS = [
    script("honest", harmless=True, sample=True),
    *at_each("hangs", hang, ALL, sample=("GREETING", "DOT")),
    *at_each("cuts", cut, ALL, sample=("RCPT", "DOT")),
    *at_each("421", then_cut(b"421 4.3.2 going down\r\n"), ALL, sample=("MAIL",)),
    *at_each("resets", reset, ["GREETING", "MAIL", "DOT"]),
    *at_each("550", crlf("550 5.7.1 never"), ["MAIL", "RCPT", "DATA", "DOT"], sample=("RCPT",)),
    # too much, too slow
    script("tarpit", {"GREETING": trickle(b"220-xxxx", 0.5)}, long=True),
    script("greeting-endless", {"GREETING": flood(b"220-still here\r\n")}, sample=True),
    script("ehlo-endless", {"EHLO": flood(b"250-X-NOTHING\r\n")}, sample=True),
    script("354-endless", {"DATA": flood(b"354-go on\r\n")}),
    script("250-endless", {"DOT": flood(b"250-taken, but\r\n")}),
    script("line-endless", {"EHLO": flood(b"250-x")}, sample=True),
    script("line-1-mb", {"EHLO": b"250-" + b"x" * 1000000 + b"\r\n250 AUTH PLAIN\r\n"}),
    # what is no answer
    script("code-1", {"MAIL": crlf("2 ok")}),
    script("code-2", {"MAIL": crlf("25 ok")}),
    script("code-4", {"RCPT": crlf("2500 ok")}, sample=True),
    script("code-999", {"RCPT": crlf("999 ok")}),
    script("code-0", {"MAIL": crlf("000 ok")}),
    script("code-mixed", {"EHLO": crlf("250-one", "550-two", "220 three")}),
    script("garbage", {"MAIL": b"\x01\x02\xff\r\n"}),
    script("nul", {"EHLO": b"250-\0\0\r\n250 AUTH\0PLAIN\r\n"}),
    script("garbage-dot", {"DOT": b"\x01\x02 what was that\r\n"}),
    script("dot-354", {"DOT": crlf("354 more")}),
    script("data-250", {"DATA": crlf("250 already taken")}, sample=True),
    script("early-250", {"DATA": crlf("354 go on", "250 2.0.0 taken before it came")}, harmless=True),
    script("two-250", {"DOT": crlf("250 taken", "250 and once more")}, harmless=True),
    script("dot-half", {"DOT": then_hang(b"250-taken, bu")}),
    script("size-0", {"EHLO": crlf("250-fake", "250-SIZE 0", "250 AUTH PLAIN")}, harmless=True),
    script("size-1", {"EHLO": crlf("250-fake", "250-SIZE 1", "250 AUTH PLAIN")}, sample=True),
    script("size-huge", {"EHLO": crlf("250-fake", "250-SIZE 99999999999999999999999", "250 AUTH PLAIN")},
           harmless=True),
    script("auth-unknown", {"EHLO": crlf("250-fake", "250 AUTH X-NONE GSSAPI")}),
    script("auth-none", {"EHLO": crlf("250 fake")}, secret_stays=True),
    script("auth-refused", {"PASSWORD": crlf("535 5.7.8 no")}, sample=True),
    script("auth-challenges", {"AUTH": flood(b"334 bW9yZQ==\r\n")}),
    script("other-protocol", {"GREETING": crlf("* OK imap here")}),
    # TLS
    script("no-starttls", {"EHLO": crlf("250-fake", "250 AUTH PLAIN")}, tls="starttls", secret_stays=True,
           sample=True),
    script("starttls-inject", {"STARTTLS": crlf("220 begin", "250-injected", "250 AUTH PLAIN")},
           tls="starttls", secret_stays=True, sample=True),
    script("starttls-refused", {"STARTTLS": crlf("454 4.7.0 not now")}, tls="starttls", secret_stays=True),
    script("starttls-hangs", {"STARTTLS": then_hang(b"220 begin\r\n")}, tls="starttls", secret_stays=True),
    script("wrong-name", tls="starttls", cert="other", secret_stays=True),
    script("self-signed", tls="implicit", cert="self", secret_stays=True),
    script("expired", tls="implicit", cert="expired", secret_stays=True),
    script("old-tls", tls="implicit", old_tls=True, secret_stays=True),
    script("large-certificate", tls="implicit", cert="large", secret_stays=True),
    script("no-tls", {"GREETING": then_cut(b"220 ready\r\n")}, tls="implicit", cert="", secret_stays=True),
]
