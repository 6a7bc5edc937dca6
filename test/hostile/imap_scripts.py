# SPDX-License-Identifier: ISC
"""Hostile IMAP servers.  One more is one more row."""
from honest import IMAP, crlf
from peer import MAIL, Script, cut, flood, hang, reset, then_cut, then_hang, trickle

FETCH = "* 1 FETCH (UID 7 BODY[] "


def script(name, answers=None, **more):
    return Script("imap", name, answers or {}, **more)


def select(*lines):
    """A SELECT with these lines in it."""
    return {"SELECT": crlf("* FLAGS (\\Seen)", *lines, "{tag} OK [READ-WRITE] done")}


def uidvalidity_changes(peer, tag, _):
    """Another folder under the same name, told with the sizes."""
    peer.say("* OK [UIDVALIDITY 99] new\r\n* 3 EXISTS")
    peer.send(IMAP["SIZES"].replace(b"{tag}", tag.encode()))


def uids(numbers):
    return {"SEARCH": ("* SEARCH " + " ".join(map(str, numbers)) + "\r\n{tag} OK done\r\n").encode()}


def many_folders(peer, tag, _):
    for n in range(0, 1000000, 1000):
        peer.send("".join(f'* LIST () "/" "folder {n + k}"\r\n' for k in range(1000)))
    peer.say(f"{tag} OK done")


STAGES = ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "SIZES", "BODY", "STORE"]

SCRIPTS = [
    script("honest", harmless=True, sample=True),
    # at each stage: nothing, the end, goodbye
    script("silent", {"GREETING": hang}, sample=True, says="said nothing"),
    script("greets-and-closes", {"GREETING": then_cut(b"* OK hello\r\n")}),
    script("closes", {"GREETING": cut}, sample=True),
    script("resets", {"GREETING": reset}),
    script("bye", {"GREETING": crlf("* BYE too busy")}, says="too busy"),
    *(script(f"hangs-{stage.lower()}", {stage: hang}, sample=stage == "LOGIN", says="said nothing")
      for stage in STAGES),
    *(script(f"cuts-{stage.lower()}", {stage: cut}, sample=stage in ("SELECT", "STORE"))
      for stage in STAGES),
    *(script(f"bye-{stage.lower()}", {stage: then_cut(b"* BYE going down\r\n")}) for stage in STAGES),
    script("hangs-logout", {"LOGOUT": hang}, harmless=True),
    # too much, too slow
    script("tarpit", {"GREETING": trickle(b"* OK xxxxx")}, long=True, says="time for this session"),
    script("tarpit-body", {"BODY": trickle(f"{FETCH}{{100000}}\r\nx".encode())}, long=True,
           says="time for this session"),
    script("flood", {"GREETING": flood(b"* OK still here\r\n")}, sample=True),
    script("long-line", {"GREETING": flood(b"x")}, sample=True),
    script("capability-flood", {"CAPABILITY": flood(b"* CAPABILITY IMAP4rev1 X-ONE-MORE\r\n")}),
    script("capability-words", {"CAPABILITY": flood(b" X-WORD")}),
    script("untagged-flood", {"SELECT": flood(b"* 1 EXISTS\r\n")}),
    script("continuations", {"LOGIN": flood(b"+ go on\r\n")}, sample=True),
    script("many-folders", {"LIST": many_folders}, settings="done: {move: Done}",
           harmless=True),
    script("fetch-flood", {"SIZES": flood(b"* 1 FETCH (UID 7 FLAGS ())\r\n")}),
    script("search-flood", {"SEARCH": flood(b"* SEARCH 7\r\n")}),
    # literals and strings
    script("literal-4g", {"BODY": lambda peer, *_: (peer.send(f"{FETCH}{{4294967295}}\r\n"),
                                                   peer.flood(b"x"))}, sample=True),
    script("literal-64-bits", {"BODY": then_hang(f"{FETCH}{{99999999999999999999}}\r\n".encode())}),
    script("literal-negative", {"BODY": then_hang(f"{FETCH}{{-1}}\r\nxxxx".encode())}, sample=True),
    script("literal-cut", {"BODY": then_cut(f"{FETCH}{{1000}}\r\n".encode() + MAIL)}),
    script("literal-in-greeting", {"GREETING": then_hang(b"* OK {1000000000}\r\nxx")}),
    script("quote-unclosed", {"LIST": flood(b'* LIST () "/" "x'),
                              "SELECT": then_hang(b'* OK [X "aaaaaaaaaa')}),
    script("nul", {"GREETING": b"* OK \0\0 ready\r\n", "SELECT": b"* OK \0\r\n* 1 EX\0ISTS\r\n{tag} OK \0\r\n"}),
    script("nested-structure", {"SIZES": b"* 1 FETCH (UID 7 BODYSTRUCTURE " + b"(" * 200000 +
                                b")" * 200000 + b")\r\n{tag} OK done\r\n"}),
    script("nested-flags", {"SELECT": b"* FLAGS " + b"(" * 60000 + b")" * 60000 + b"\r\n" +
                            IMAP["SELECT"]}),
    script("badcharset", {"GREETING": b"* OK [BADCHARSET (] hello\r\n"}, harmless=True),
    # numbers that lie
    script("exists-1e6", select("* 1000000 EXISTS", "* OK [UIDVALIDITY 5] ok"), harmless=True),
    script("exists-overflow", select("* 99999999999999999999 EXISTS", "* OK [UIDVALIDITY 5] ok"),
           harmless=True),
    script("uidvalidity-0", select("* 1 EXISTS", "* OK [UIDVALIDITY 0] ok"), sample=True),
    script("uidvalidity-none", select("* 1 EXISTS")),
    script("uidvalidity-changes", {"SIZES": uidvalidity_changes}, harmless=True),
    script("uids-fall", uids(range(5000, 0, -1)), harmless=True),
    script("uids-wild", uids([0, 4294967295, 4294967296, 7, 7, 7]), harmless=True),
    script("uids-1e6", uids(range(1, 200001)), harmless=True),
    script("other-uids", {"SIZES": b"".join(b"* %d FETCH (UID %d RFC822.SIZE 5)\r\n" % (n, n + 100)
                                            for n in range(1, 1000)) + b"{tag} OK done\r\n"},
           harmless=True),
    script("other-body", {"BODY": f"* 1 FETCH (UID 8 BODY[] {{{len(MAIL)}}}\r\n".encode() + MAIL +
                          crlf(")", "{tag} OK done")}),
    script("no-body", {"BODY": crlf("{tag} OK done")}),
    script("nil-body", {"BODY": crlf("* 1 FETCH (UID 7 BODY[] NIL)", "{tag} OK done")}),
    script("size-lies", {"SIZES": crlf("* 1 FETCH (UID 7 RFC822.SIZE 4294967295)", "{tag} OK done")},
           harmless=True),
    script("expunged", {"BODY": crlf("* 1 EXPUNGE", "{tag} NO gone")}),
    # answers that are none
    script("wrong-tag", {"LOGIN": crlf("x9 OK in")}),
    script("no-command", {"SELECT": crlf("{tag} BAD what?")}, sample=True),
    script("refuses", {"LOGIN": crlf("{tag} NO [AUTHENTICATIONFAILED] no")}, sample=True,
           says="refuse"),
    script("no-capability", {"CAPABILITY": crlf("{tag} OK done")}, harmless=True),
    script("settles-not", {"STORE": crlf("{tag} NO read-only")}, sample=True, says="settle"),
    script("other-protocol", {"GREETING": crlf("220 smtp here")}),
    # TLS
    script("no-starttls", {"CAPABILITY": crlf("* CAPABILITY IMAP4rev1", "{tag} OK done")},
           tls="starttls", secret_stays=True, sample=True, says="STARTTLS"),
    script("preauth", {"GREETING": crlf("* PREAUTH you are in")}, tls="starttls", secret_stays=True),
    script("starttls-inject", {"STARTTLS": b"{tag} OK begin\r\n* OK injected\r\n"}, tls="starttls",
           secret_stays=True, sample=True),
    script("starttls-hangs", {"STARTTLS": then_hang(b"{tag} OK begin\r\n")}, tls="starttls",
           secret_stays=True),
    script("wrong-name", tls="implicit", cert="other", secret_stays=True, sample=True),
    script("self-signed", tls="implicit", cert="self", secret_stays=True),
    script("expired", tls="implicit", cert="expired", secret_stays=True),
    script("old-tls", tls="implicit", old_tls=True, secret_stays=True),
    script("names-10000", tls="implicit", cert="names", secret_stays=True, says="too large"),
    script("large-certificate", tls="implicit", cert="large", secret_stays=True),
    script("no-tls", {"GREETING": then_hang(b"* OK ready\r\n")}, tls="implicit", cert="",
           secret_stays=True),
]
