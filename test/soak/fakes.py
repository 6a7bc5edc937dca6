# SPDX-License-Identifier: ISC
"""IMAP, SMTP and web servers for many thousand mails, all in one event loop, on 127.0.0.1 only.
Each fails now and then on purpose, as `Failures` tells."""
import asyncio
import hashlib
import random
import re

UIDVALIDITY = 7


class Failures:
    """One event in 1/rate of a kind; counts what it did."""

    def __init__(self, seed, rate):
        self.random, self.rate, self.done = random.Random(seed), rate, {}

    def strikes(self, kind, share=1.0):
        hit = self.random.random() < self.rate * share
        if hit:
            self.done[kind] = self.done.get(kind, 0) + 1
        return hit


class Dropped(Exception):
    """The connection is cut on purpose, or was."""


async def converse(reader, writer, talk):
    try:
        await talk(reader, writer)
    except (Dropped, OSError, asyncio.IncompleteReadError, ValueError):
        pass
    except asyncio.CancelledError:  # the end of the test, which is no trouble to print
        pass
    finally:
        writer.close()


class Box:
    """One account's mails: uid -> bytes; what is flagged is not found any more."""

    def __init__(self):
        self.mails, self.done = {}, set()

    def add(self, data):
        self.mails[len(self.mails) + 1] = data


class Imap:
    def __init__(self, boxes, failures):
        self.boxes, self.failures = boxes, failures

    async def line(self, reader):
        line = await reader.readline()
        if not line:
            raise Dropped
        return line.decode("latin-1").rstrip("\r\n")

    async def talk(self, reader, writer):
        writer.write(b"* OK ready\r\n")
        box = None
        while True:
            tag, word, rest = self.split(await self.line(reader))
            if word == "LOGIN":
                box = self.boxes[rest.split(" ")[0].strip('"')]
            answer = self.answer(box, word, rest)
            if self.failures.strikes("imap: cut before the answer", 0.1):
                raise Dropped
            if answer and self.failures.strikes("imap: cut within the answer", 0.1):
                writer.write(answer[:len(answer) // 2])
                raise Dropped
            busy = word == "UID" and self.failures.strikes("imap: NO", 0.1)
            writer.write(b"%s%s %s\r\n" % (b"" if busy else answer, tag.encode(),
                                           b"NO [UNAVAILABLE] busy" if busy else b"OK done"))
            await writer.drain()
            if word == "LOGOUT":
                return

    @staticmethod
    def split(line):
        tag, _, rest = line.partition(" ")
        word, _, rest = rest.partition(" ")
        return tag, word.upper(), rest

    def answer(self, box, word, rest):
        if word == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if word == "SELECT":
            return (b"* FLAGS (\\Answered \\Seen \\Deleted)\r\n* %d EXISTS\r\n"
                    b"* OK [PERMANENTFLAGS (\\Answered \\Seen \\Deleted \\*)] ok\r\n"
                    b"* OK [UIDVALIDITY %d] ok\r\n" % (len(box.mails), UIDVALIDITY))
        if word == "LIST":
            return b'* LIST () "/" INBOX\r\n'
        if word == "LOGOUT":
            return b"* BYE\r\n"
        return self.uid(box, *self.split("x " + rest)[1:]) if word == "UID" else b""

    def uid(self, box, word, rest):
        if word == "SEARCH":
            found = [b"%d" % uid for uid in box.mails if uid not in box.done]
            return b"* SEARCH " + b" ".join(found) + b"\r\n"
        numbers, _, what = rest.partition(" ")
        if word == "STORE":
            box.done.add(int(numbers))
            return b""
        return b"".join(self.fetch(box, uid, what) for uid in self.each(numbers) if uid in box.mails)

    @staticmethod
    def each(numbers):
        for one in numbers.split(","):
            first, _, last = one.partition(":")
            yield from range(int(first), int(last or first) + 1)

    @staticmethod
    def fetch(box, uid, what):
        data = box.mails[uid]
        wanted = re.search(r"BODY\.PEEK\[(\w*)\]<(\d+)\.(\d+)>", what)
        head = b"* %d FETCH (UID %d RFC822.SIZE %d" % (uid, uid, len(data))
        if not wanted:
            return head + b")\r\n"
        section, at, size = wanted.group(1), int(wanted.group(2)), int(wanted.group(3))
        if section == "HEADER":
            data = data[:data.index(b"\r\n\r\n") + 4]
        data = data[at:at + size]
        return head + b" BODY[%s]<%d> {%d}\r\n%s)\r\n" % (section.encode(), at, len(data), data)


class Smtp:
    """What was accepted: (recipient, Message-ID) -> list of (hash, In-Reply-To), one a time."""

    def __init__(self, failures, heard):
        self.failures, self.heard = failures, heard
        self.accepted, self.refused, self.unsaid = {}, set(), 0

    async def talk(self, reader, writer):
        writer.write(b"220 soak\r\n")
        recipient = ""
        while True:
            line = (await reader.readline()).decode("latin-1").rstrip()
            word = line[:4].upper()
            if not line or (word in ("MAIL", "DATA") and self.failures.strikes("smtp: cut", 0.5)):
                raise Dropped
            if word == "RCPT":
                recipient = line[line.index("<") + 1:line.index(">")]
                writer.write(self.receive(recipient))
            elif word == "DATA":
                await self.data(reader, writer, recipient)
            else:
                writer.write({"EHLO": b"250-soak\r\n250 SIZE 10000000\r\n", "QUIT": b"221 bye\r\n"}
                             .get(word, b"250 ok\r\n"))
            await writer.drain()
            if word == "QUIT":
                return

    def receive(self, recipient):
        if self.failures.strikes("smtp: 450 to RCPT"):
            return b"450 4.2.1 later\r\n"
        if self.failures.strikes("smtp: 550 to RCPT", 0.3):
            self.refused.add(recipient)
            return b"550 5.1.1 nobody\r\n"
        return b"250 ok\r\n"

    async def data(self, reader, writer, recipient):
        writer.write(b"354 go on\r\n")
        await writer.drain()
        if self.failures.strikes("smtp: cut within the mail", 0.3):
            await reader.read(100)
            raise Dropped
        mail = await reader.readuntil(b"\r\n.\r\n")
        if self.failures.strikes("smtp: 451 after the mail", 0.5):
            writer.write(b"451 4.3.0 later\r\n")
            return
        # Slow enough that now and then the agent is killed while it waits here.
        slow = self.failures.strikes("smtp: slow", 3)
        await asyncio.sleep(0.3 if slow else 0)
        if reader.at_eof():
            raise Dropped
        self.keep(recipient, mail)
        await asyncio.sleep(0.3 if slow else 0)
        if self.failures.strikes("smtp: cut before the 250", 0.5):
            self.unsaid += 1
            raise Dropped
        writer.write(b"250 2.0.0 taken\r\n")

    def keep(self, recipient, mail):
        head = mail[:mail.index(b"\r\n\r\n")].decode("latin-1")
        field = dict(re.findall(r"(?mi)^(message-id|in-reply-to):\s*(<[^>]*>)", head))
        field = {name.lower(): value for name, value in field.items()}
        key = (recipient, field.get("message-id"))
        self.accepted.setdefault(key, []).append(
            (hashlib.sha256(mail).digest(), field.get("in-reply-to")))
        self.heard(recipient)


class Web:
    """Pages by their first word; see `page`."""

    def __init__(self, failures):
        self.failures, self.asked = failures, 0
        words = "the harbour opens at nine and the ferry leaves when the tide allows it".split()
        story = " ".join(words * 12)
        self.long = "".join(f"<h2>Part {n}</h2><p>{story}</p>" for n in range(60)).encode()

    def page(self, path):
        kind = path.strip("/").split("/")[0]
        if kind == "missing":
            return b"404 Not Found", b"<title>No</title>not here"
        if kind == "long":
            return b"200 OK", b"<title>Long</title>" + self.long
        if kind == "huge":
            return b"200 OK", b"<title>Huge</title>" + b"<p>more and more" * 40000
        links = b"".join(b"<a href='/page/%d'>a link</a> " % n for n in range(12))
        return b"200 OK", (b"<title>Page %s</title><h1>A page</h1><p>It says %s.<p>"
                           % (path.encode(), path.encode()) + links)

    async def talk(self, reader, writer):
        while True:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ")[1].decode("latin-1")
            self.asked += 1
            if path.startswith("/slow"):
                await asyncio.sleep(0.7)
            if self.failures.strikes("web: cut"):
                raise Dropped
            if path.startswith("/hang") or self.failures.strikes("web: no answer", 0.3):
                await asyncio.sleep(8)
                raise Dropped
            status, body = self.page(path)
            head = (b"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n"
                    b"Content-Length: %d\r\n\r\n" % (status, len(body)))
            if self.failures.strikes("web: cut within the page"):
                writer.write(head + body[:len(body) // 2])
                raise Dropped
            if self.failures.strikes("web: 503", 0.5):
                head, body = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", b""
            writer.write(head + body)
            await writer.drain()


async def serve(server):
    listening = await asyncio.start_server(
        lambda reader, writer: converse(reader, writer, server.talk), "127.0.0.1", 0,
        limit=1 << 24, backlog=512)
    return listening.sockets[0].getsockname()[1]
