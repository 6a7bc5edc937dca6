#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""IMAP, POP3 and SMTP servers that do what real ones will not; only loopback, one mail in the box.

usage: fake_mail.py imap|pop3|smtp SCRIPT PORT [--log FILE] [--cert FILE --key FILE] [--tls]

--tls: TLS from the first byte.  Everything a client says goes to the log, a line each.

SCRIPT, for all kinds:
  good              does it right
  silent            accepts and says nothing
  hang-N, cut-N     does it right up to the Nth command, then says nothing, or closes
  tarpit            one byte of the greeting a second, for ever
  flood             lines without end
  long-line         one line without end
  nul               NUL bytes in the greeting and the answers
  no-starttls       offers no STARTTLS or STLS
  inject            bytes behind the word that begins TLS, in the same segment
  old-tls           TLS 1.0 and 1.1 only
  refuse            a wrong password
imap:  preauth, badcharset, no-capability, huge-literal, literal-64, cut-literal, deep, no-search
pop3:  holes (a list with holes and wild numbers), no-uidl, dot-less (RETR without an end)
smtp:  late-250 (the answer to the mail comes after 8 s), drop-after-dot, garbage-after-dot,
       refuse-now, refuse-ever, many-lines
"""
import argparse
import socket
import ssl
import threading
import time

MAIL = (b"From: Ann <ann@people.example>\r\nTo: agent@example.test\r\nSubject: help\r\n"
        b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <fake-1@people.example>\r\n"
        b"\r\nhelp\r\n")


class Over(Exception):
    """The conversation is over."""


class Client:
    def __init__(self, connection, options):
        self.socket = connection
        self.options = options
        self.script = options.script
        self.pending = b""
        self.commands = 0
        self.secure = False
        self.mode, _, number = self.script.partition("-")
        self.step = int(number) if number.isdigit() else 0

    def say(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        if self.script == "nul":
            data = data.replace(b" ", b" \0", 1)
        self.socket.sendall(data + b"\r\n")

    def line(self):
        while b"\n" not in self.pending:
            data = self.socket.recv(65536)
            if not data:
                raise Over
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        text = line.rstrip(b"\r").decode("latin-1")
        self.options.note(text)
        return text

    def command(self):
        text = self.line()
        self.commands += 1
        if self.step and self.commands >= self.step:
            self.stop()
        return text

    def stop(self):
        if self.mode == "cut":
            raise Over
        self.sleep_on()

    def sleep_on(self):
        while self.socket.recv(65536):
            pass
        raise Over

    def start_tls(self, answer):
        self.socket.sendall(answer + b"\r\n" + (b"* OK [CAPABILITY IMAP4rev1] hello\r\n+OK\r\n250 AUTH PLAIN\r\n"
                                               if self.script == "inject" else b""))
        self.wrap()

    def wrap(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.options.cert, self.options.key)
        if self.script == "old-tls":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.secure = True

    def offers_tls(self):
        return self.options.cert and not self.secure and self.script != "no-starttls"

    def greet(self, text):
        """What is hostile from the first byte on, or TEXT."""
        if self.script == "silent":
            self.sleep_on()
        elif self.script == "tarpit":
            while True:
                self.socket.sendall(b"*" if self.commands == 0 else b"x")
                self.commands = 1
                time.sleep(1)
        elif self.script == "flood":
            line = {"imap": b"* OK still here\r\n", "pop3": b"+OK still here\r\n",
                    "smtp": b"220-still here\r\n"}[self.options.kind]
            while True:
                self.socket.sendall(line * 4096)
        elif self.script == "long-line":
            while True:
                self.socket.sendall(b"x" * 65536)
        self.say(text)


def imap_fetch(client, tag, rest):
    if "BODY" not in rest.upper():
        client.say(f"* 1 FETCH (UID 7 FLAGS () RFC822.SIZE {len(MAIL)} INTERNALDATE \"21-Nov-2026 12:00:00 +0000\")")
    elif client.script == "huge-literal":
        client.say("* 1 FETCH (UID 7 BODY[] {4294967295}")
        while True:
            client.socket.sendall(b"x" * 65536)
    elif client.script == "literal-64":
        client.say("* 1 FETCH (UID 7 BODY[] {99999999999999999999}")
        client.sleep_on()
    elif client.script == "cut-literal":
        client.say("* 1 FETCH (UID 7 BODY[] {1000}")
        client.socket.sendall(MAIL)
        raise Over
    else:
        client.say(f"* 1 FETCH (UID 7 BODY[] {{{len(MAIL)}}}")
        client.socket.sendall(MAIL)
        client.say(")")
    client.say(f"{tag} OK done")


def imap_select(client, tag):
    if client.script == "deep":
        client.say("* FLAGS " + "(" * 60000 + ")" * 60000)
    client.say("* FLAGS (\\Answered \\Seen \\Deleted)\r\n* 1 EXISTS\r\n* 0 RECENT\r\n"
               "* OK [PERMANENTFLAGS (\\Answered \\Seen \\Deleted \\*)] ok\r\n"
               "* OK [UIDVALIDITY 5] ok\r\n* OK [UIDNEXT 8] ok")
    client.say(f"{tag} OK [READ-WRITE] selected")


def imap_one(client, tag, word, rest):
    if word == "CAPABILITY":
        if client.script != "no-capability":
            client.say("* CAPABILITY IMAP4rev1" + (" STARTTLS" if client.offers_tls() else ""))
        client.say(f"{tag} OK done")
    elif word == "STARTTLS" and client.offers_tls():
        client.start_tls(f"{tag} OK begin".encode())
    elif word == "LOGIN" and client.script == "refuse":
        client.say(f"{tag} NO [AUTHENTICATIONFAILED] no such user or password")
    elif word in ("SELECT", "EXAMINE"):
        imap_select(client, tag)
    elif word == "UID" and rest.upper().startswith("SEARCH"):
        if client.script != "no-search":
            client.say("* SEARCH 7")
        client.say(f"{tag} OK done")
    elif word == "UID" and rest.upper().startswith("FETCH"):
        imap_fetch(client, tag, rest)
    elif word == "LOGOUT":
        client.say(f"* BYE\r\n{tag} OK bye")
        raise Over
    elif word in ("LIST", "LSUB"):
        client.say(f"* LIST () \"/\" INBOX\r\n{tag} OK done")
    elif word in ("LOGIN", "NOOP", "UID", "CLOSE", "UNSELECT", "STORE", "EXPUNGE", "CREATE"):
        client.say(f"{tag} OK done")
    else:
        client.say(f"{tag} BAD what is {word}?")


def imap(client):
    client.greet({"preauth": "* PREAUTH you are in",
                  "badcharset": "* OK [BADCHARSET (] hello"}.get(client.script, "* OK ready"))
    while True:
        tag, _, text = client.command().partition(" ")
        word, _, rest = text.partition(" ")
        imap_one(client, tag, word.upper(), rest)


def pop3_list(client, word, number):
    value = "fake-uid-1" if word == "UIDL" else str(len(MAIL))
    if number:
        client.say(f"+OK {number} {value}")
    elif client.script == "holes":
        client.say(f"+OK\r\n0 {value}\r\n4294967295 {value}\r\n-3 {value}\r\nx\r\n3\r\n7 {value}\r\n.")
    else:
        client.say(f"+OK\r\n1 {value}\r\n.")


def pop3_one(client, word, rest):
    if word == "CAPA":
        client.say("+OK\r\nUSER\r\nUIDL\r\nTOP" + ("\r\nSTLS" if client.offers_tls() else "") + "\r\n.")
    elif word == "STLS" and client.offers_tls():
        client.start_tls(b"+OK begin")
    elif word == "PASS" and client.script == "refuse":
        client.say("-ERR [AUTH] no such user or password")
    elif word in ("LIST", "UIDL") and not (word == "UIDL" and client.script == "no-uidl"):
        pop3_list(client, word, rest)
    elif word in ("RETR", "TOP"):
        client.say("+OK")
        client.socket.sendall(MAIL)
        if client.script == "dot-less":
            while True:
                client.socket.sendall(b"x" * 70 + b"\r\n" * 1000)
        client.say(".")
    elif word == "STAT":
        client.say(f"+OK 1 {len(MAIL)}")
    elif word == "QUIT":
        client.say("+OK bye")
        raise Over
    elif word in ("USER", "PASS", "NOOP", "DELE", "RSET"):
        client.say("+OK")
    else:
        client.say("-ERR what?")


def pop3(client):
    client.greet("+OK ready")
    while True:
        word, _, rest = client.command().partition(" ")
        pop3_one(client, word.upper(), rest)


def smtp_data(client):
    client.say("354 go on")
    while client.line() != ".":
        pass
    client.options.note("-- the dot")
    if client.script == "drop-after-dot":
        raise Over
    if client.script == "garbage-after-dot":
        client.say("\x01\x02 what was that")
        raise Over
    if client.script == "late-250":
        time.sleep(8)
    client.options.note("-- accepted")
    client.say("250 2.0.0 taken")


def smtp_one(client, word, rest):
    if word == "EHLO":
        extra = "250-STARTTLS\r\n" if client.offers_tls() else ""
        if client.script == "many-lines":
            while True:
                client.socket.sendall(b"250-X-NOTHING\r\n" * 4096)
        client.say(f"250-fake\r\n{extra}250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN")
    elif word == "STARTTLS" and client.offers_tls():
        client.start_tls(b"220 begin")
    elif word == "AUTH":
        if rest.strip().upper() in ("PLAIN", "LOGIN"):
            client.say("334 ")
            client.line()
        client.say("535 5.7.8 no" if client.script == "refuse" else "235 2.7.0 you are in")
    elif word == "RCPT" and client.script == "refuse-now":
        client.say("450 4.2.1 later")
    elif word == "RCPT" and client.script == "refuse-ever":
        client.say("550 5.1.1 never")
    elif word == "DATA":
        smtp_data(client)
    elif word == "QUIT":
        client.say("221 bye")
        raise Over
    elif word in ("MAIL", "RCPT", "RSET", "NOOP", "HELO"):
        client.say("250 2.0.0 ok")
    else:
        client.say("502 what?")


def smtp(client):
    client.greet("220 fake")
    while True:
        word, _, rest = client.command().partition(" ")
        smtp_one(client, word.upper(), rest)


def serve(connection, options):
    client = Client(connection, options)
    options.note("-- connection")
    try:
        if options.tls:
            client.wrap()
        {"imap": imap, "pop3": pop3, "smtp": smtp}[options.kind](client)
    except (Over, OSError):
        pass
    finally:
        client.socket.close()
        connection.close()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("kind", choices=["imap", "pop3", "smtp"])
    options.add_argument("script")
    options.add_argument("port", type=int)
    options.add_argument("--log")
    options.add_argument("--cert")
    options.add_argument("--key")
    options.add_argument("--tls", action="store_true")
    options = options.parse_args()
    log = open(options.log, "a", buffering=1) if options.log else None
    options.note = lambda text: log and log.write(text + "\n")
    with socket.create_server(("127.0.0.1", options.port), backlog=64) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection, options), daemon=True).start()


main()
