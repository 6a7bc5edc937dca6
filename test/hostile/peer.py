# SPDX-License-Identifier: ISC
"""One connection of a hostile server: words to send, wait and break with; and what a script is."""
import dataclasses
import socket
import ssl
import struct
import time
import typing

MAIL = (b"From: Ann <ann@people.example>\r\nTo: agent@example.test\r\nSubject: help\r\n"
        b"Date: Sat, 21 Nov 2026 12:00:00 +0000\r\nMessage-ID: <fake-1@people.example>\r\n"
        b"\r\nhelp\r\n")


class Over(Exception):
    """The conversation is over."""


@dataclasses.dataclass(eq=False)
class Script:
    """A server that misbehaves.

    answers: of a mail server: COMMAND -> bytes, or a function of (peer, tag, rest); what is not
             named is answered as an honest server would.  {tag} in bytes is the client's tag.
    answer:  of a web server: a function of (peer, path).
    says:    must be in what is told: of a mail server in the log, of a web server in the reply.
    harmless: the session must be usable nevertheless.
    long:    takes more than a few seconds: left out of the sample.
    """
    kind: str
    name: str
    answers: dict = dataclasses.field(default_factory=dict)
    answer: typing.Callable = None
    says: str = ""
    harmless: bool = False
    may_die: bool = False   # what parses it may die of it, and is named
    long: bool = False
    sample: bool = False
    tls: str = "none"       # none, starttls, implicit; https for the web is implicit
    cert: str = "server"    # which certificate; "" is none: the bytes are not TLS
    old_tls: bool = False
    alpn: str = ""
    secret_stays: bool = False  # the password must not have been sent
    settings: str = ""      # more of the mailbox's or submission's settings


class Peer:
    def __init__(self, connection, script, house):
        self.socket = connection
        self.script = script
        self.house = house
        self.pending = b""
        self.secure = False

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def say(self, text):
        self.send(text + ("\r\n" if isinstance(text, str) else b"\r\n"))

    def line(self):
        while b"\n" not in self.pending:
            data = self.socket.recv(65536)
            if not data:
                raise Over
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        text = line.rstrip(b"\r").decode("latin-1")
        self.house.note(self.script, text)
        return text

    def flood(self, data):
        """The same for ever, as fast as it goes."""
        data *= max(1, 65536 // len(data))
        while True:
            self.socket.sendall(data)

    def trickle(self, data, pause=1.0):
        """Byte after byte, then the last one for ever."""
        for n in range(1 << 30):
            self.socket.sendall(data[min(n, len(data) - 1):][:1])
            time.sleep(pause)

    def hang(self):
        while self.socket.recv(65536):
            pass
        raise Over

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise Over

    def start_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.house.certificate(self.script.cert, "pem"),
                                self.house.certificate(self.script.cert, "key"))
        if self.script.old_tls:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        if self.script.alpn:
            context.set_alpn_protocols([self.script.alpn])
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.secure = True

    def offers_tls(self):
        return self.script.tls == "starttls" and not self.secure


# ---- answers that any script may use: each is a function of (peer, ...) ----

def hang(peer, *_):
    peer.hang()


def cut(peer, *_):
    raise Over


def reset(peer, *_):
    peer.reset()


def flood(data):
    return lambda peer, *_: peer.flood(data)


def trickle(data, pause=1.0):
    return lambda peer, *_: peer.trickle(data, pause)


def then_hang(data):
    def answer(peer, *_):
        peer.send(data)
        peer.hang()
    return answer


def then_cut(data):
    def answer(peer, *_):
        peer.send(data)
        raise Over
    return answer


def say(peer, tag, answer, rest=""):
    """Sends what a table names."""
    if callable(answer):
        answer(peer, tag, rest)
    else:
        peer.send(answer.replace(b"{tag}", tag.encode()))
