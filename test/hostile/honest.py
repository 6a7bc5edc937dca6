# SPDX-License-Identifier: ISC
"""IMAP, POP3 and SMTP as honest servers speak them, one mail in the box; a script's answers stand in
place of the honest ones."""
import re

from peer import MAIL, Over, say

SIZE = len(MAIL)


def crlf(*lines):
    return "".join(line + "\r\n" for line in lines).encode()


def greet(peer, honest):
    """The greeting, or what the script has in its place."""
    say(peer, "*", peer.script.answers.get("GREETING", honest))


# ---- IMAP: the commands, and FETCH in two: SIZES without a body, BODY with one ----

IMAP = {
    "LOGIN": crlf("{tag} OK in"),
    "LIST": crlf('* LIST () "/" INBOX', "{tag} OK done"),
    "SELECT": crlf("* FLAGS (\\Answered \\Seen \\Deleted)", "* 1 EXISTS", "* 0 RECENT",
                   "* OK [PERMANENTFLAGS (\\Answered \\Seen \\Deleted \\*)] ok",
                   "* OK [UIDVALIDITY 5] ok", "* OK [UIDNEXT 8] ok", "{tag} OK [READ-WRITE] done"),
    "SEARCH": crlf("* SEARCH 7", "{tag} OK done"),
    "SIZES": crlf(f"* 1 FETCH (UID 7 FLAGS () RFC822.SIZE {SIZE})", "{tag} OK done"),
    "BODY": f"* 1 FETCH (UID 7 BODY[] {{{SIZE}}}\r\n".encode() + MAIL + crlf(")", "{tag} OK done"),
    "STORE": crlf("{tag} OK done"),
    "LOGOUT": crlf("* BYE", "{tag} OK bye"),
}


def imap_body(peer, tag, rest):
    """What was asked for: the header, the whole, or a piece of it."""
    section = re.search(r"BODY(?:\.PEEK)?(\[[^\]]*\])(?:<(\d+)\.(\d+)>)?", rest, re.I)
    name, begin, count = section.groups() if section else ("[]", None, None)
    data = MAIL[:MAIL.index(b"\r\n\r\n") + 4] if "HEADER" in name.upper() else MAIL
    if begin is not None:
        data = data[int(begin):int(begin) + int(count)]
        name += f"<{begin}>"
    peer.send(f"* 1 FETCH (UID 7 BODY{name} {{{len(data)}}}\r\n".encode() + data)
    peer.say(f")\r\n{tag} OK done")


def imap_key(word, rest):
    if word == "UID":
        word, _, rest = rest.partition(" ")
        word = word.upper()
    if word == "FETCH":
        return "BODY" if "BODY" in rest.upper() else "SIZES"
    return "SELECT" if word == "EXAMINE" else word


def imap(peer):
    answers = peer.script.answers
    greet(peer, crlf("* OK ready"))
    while True:
        tag, _, text = peer.line().partition(" ")
        word, _, rest = text.partition(" ")
        key = imap_key(word.upper(), rest)
        if key in answers:
            say(peer, tag, answers[key], rest)
        elif key == "CAPABILITY":
            peer.say("* CAPABILITY IMAP4rev1 UIDPLUS" + (" STARTTLS" if peer.offers_tls() else ""))
            peer.say(f"{tag} OK done")
        elif key == "STARTTLS" and peer.offers_tls():
            peer.say(f"{tag} OK begin")
            peer.start_tls()
        elif key == "BODY":
            imap_body(peer, tag, rest)
        else:
            say(peer, tag, IMAP.get(key, b"{tag} OK done\r\n"))
        if key == "LOGOUT":
            raise Over


# ---- POP3 ----

POP3 = {
    "STAT": crlf(f"+OK 1 {SIZE}"),
    "RETR": b"+OK\r\n" + MAIL + b".\r\n",
    "TOP": b"+OK\r\n" + MAIL + b".\r\n",
    "QUIT": crlf("+OK bye"),
}


def pop3(peer):
    answers = peer.script.answers
    greet(peer, crlf("+OK ready"))
    while True:
        word, _, rest = peer.line().partition(" ")
        key = word.upper()
        if key in answers:
            say(peer, "", answers[key], rest)
        elif key == "CAPA":
            stls = "\r\nSTLS" if peer.offers_tls() else ""
            peer.say(f"+OK\r\nUSER\r\nUIDL\r\nTOP{stls}\r\n.")
        elif key == "STLS" and peer.offers_tls():
            peer.say("+OK begin")
            peer.start_tls()
        elif key in ("LIST", "UIDL"):
            value = "fake-uid-1" if key == "UIDL" else str(SIZE)
            peer.say(f"+OK {rest} {value}" if rest else f"+OK\r\n1 {value}\r\n.")
        else:
            say(peer, "", POP3.get(key, b"+OK\r\n"))
        if key == "QUIT":
            raise Over


# ---- SMTP; DATA is the answer to the command, DOT the one to the mail's end ----

SMTP = {
    "STARTTLS": crlf("220 begin"),
    "PASSWORD": crlf("235 2.7.0 in"),
    "DATA": crlf("354 go on"),
    "DOT": crlf("250 2.0.0 taken"),
    "QUIT": crlf("221 bye"),
}


def smtp_data(peer):
    answers = peer.script.answers
    say(peer, "", answers.get("DATA", SMTP["DATA"]))
    while peer.line() != ".":
        pass
    peer.house.note(peer.script, "-- the dot")
    say(peer, "", answers.get("DOT", SMTP["DOT"]))


def smtp_auth(peer, rest):
    if len(rest.split()) < 2:
        peer.say("334 ")
        peer.line()
    say(peer, "", peer.script.answers.get("PASSWORD", SMTP["PASSWORD"]))


def smtp(peer):
    answers = peer.script.answers
    greet(peer, crlf("220 fake"))
    while True:
        word, _, rest = peer.line().partition(" ")
        key = word.upper()
        if key == "DATA":
            smtp_data(peer)
        elif key in answers:
            say(peer, "", answers[key], rest)
        elif key == "EHLO":
            starttls = "250-STARTTLS\r\n" if peer.offers_tls() else ""
            peer.say(f"250-fake\r\n{starttls}250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN")
        elif key == "STARTTLS" and peer.offers_tls():
            peer.say("220 begin")
            peer.start_tls()
        elif key == "AUTH":
            smtp_auth(peer, rest)
        else:
            say(peer, "", SMTP.get(key, b"250 2.0.0 ok\r\n"))
        if key == "QUIT":
            raise Over


def web(peer):
    """Reads a request's head, then leaves it to the script."""
    path = peer.line().split(" ")[1:2]
    while peer.line():
        pass
    peer.script.answer(peer, path[0] if path else "")


CONVERSATIONS = {"imap": imap, "pop3": pop3, "smtp": smtp, "web": web}
