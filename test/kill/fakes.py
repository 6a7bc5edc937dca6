# SPDX-License-Identifier: ISC
"""IMAP, POP3, SMTP and web servers on loopback in one process, fast, and faithful where a client may
die: what was said counts, whoever said it.  All of their state stands in a World, which a test sets,
reads and replaces."""
import re
import socket
import ssl
import threading
import time


class Mail:
    def __init__(self, data, flags=()):
        self.data, self.flags = data, set(flags)


class Folder:
    def __init__(self, uidvalidity=7):
        self.uidvalidity, self.uidnext, self.mails = uidvalidity, 1, {}

    def add(self, mail):
        self.mails[self.uidnext] = mail
        self.uidnext += 1

    def renumber(self, uidvalidity):
        """As a server does that has lost its index: the same mails, other numbers."""
        mails = list(self.mails.values())
        self.uidvalidity, self.uidnext, self.mails = uidvalidity, 101, {}
        for mail in mails:
            self.add(mail)


class World:
    """What the servers know, and what was done to them."""

    def __init__(self):
        self.folders = {"INBOX": Folder(), "Done": Folder(), "Sent": Folder()}
        self.box = {}         # of POP3: unique id -> bytes
        self.accepted = []    # of SMTP: (recipient, bytes), in their order
        self.asked = []       # paths of the web server
        self.imap_words = "IMAP4rev1 UIDPLUS MOVE"
        self.files_sent = False  # the submission server keeps a copy in Sent
        self.pages = {}


class Over(Exception):
    """The conversation is over."""


class Talk:
    """One connection: lines in, bytes out.  A client that is gone does not end what it said."""

    def __init__(self, connection, world):
        self.connection, self.world = connection, world
        self.input = connection.makefile("rb")

    def line(self):
        line = self.input.readline(1 << 20)
        if not line.endswith(b"\n"):
            raise Over
        return line.rstrip(b"\r\n")

    def say(self, data):
        try:
            self.connection.sendall((data if isinstance(data, bytes) else data.encode()) + b"\r\n")
        except OSError:
            pass


# ---- IMAP ----

WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^ ]+)')


def words_of(text):
    return [quoted if plain == "" else plain for quoted, plain in WORD.findall(text)]


def number_set(text, folder):
    found = []
    for piece in text.split(","):
        first, _, last = piece.partition(":")
        found += [uid for uid in sorted(folder.mails) if int(first) <= uid <= int(last or first)]
    return found


def header_of(mail, name):
    head = mail.data.split(b"\r\n\r\n")[0].decode("latin-1")
    found = re.search(r"(?im)^" + re.escape(name) + r":\s*(.*)$", head)
    return found.group(1).strip() if found else ""


def search(folder, words):
    found = sorted(folder.mails.items())
    while words:
        word = words.pop(0).upper()
        if word == "HEADER":
            name, value = words.pop(0), words.pop(0)
            found = [(uid, mail) for uid, mail in found if value in header_of(mail, name)]
        elif word in ("KEYWORD", "UNKEYWORD"):
            flag = words.pop(0).lower()
            wanted = word == "KEYWORD"
            found = [(uid, mail) for uid, mail in found
                     if (flag in [other.lower() for other in mail.flags]) == wanted]
        elif word in ("UNDELETED", "UNSEEN", "UNANSWERED", "UNFLAGGED"):
            flag = "\\" + word[2:].capitalize()
            found = [(uid, mail) for uid, mail in found if flag not in mail.flags]
        elif word == "SINCE":
            words.pop(0)  # all came today
        elif word != "ALL":
            return None
    return [uid for uid, _ in found]


class Imap(Talk):
    folder = None

    def run(self):
        self.say("* OK ready")
        while True:
            tag, _, text = self.line().decode("latin-1").partition(" ")
            word, _, rest = text.partition(" ")
            uid = word.upper() == "UID"
            if uid:
                word, _, rest = rest.partition(" ")
            act = getattr(self, "do_" + word.lower(), None)
            self.say(f"{tag} {act(rest) if act else 'BAD what?'}")
            if word.upper() == "LOGOUT":
                raise Over

    def do_capability(self, _):
        self.say("* CAPABILITY " + self.world.imap_words)
        return "OK done"

    def do_login(self, _):
        return "OK in"

    def do_noop(self, _):
        return "OK done"

    do_close = do_unselect = do_noop

    def do_logout(self, _):
        self.say("* BYE")
        return "OK bye"

    def do_list(self, _):
        for name in self.world.folders:
            self.say(f'* LIST () "/" "{name}"')
        return "OK done"

    def do_create(self, rest):
        self.world.folders.setdefault(words_of(rest)[0], Folder())
        return "OK made"

    def do_select(self, rest):
        self.folder = self.world.folders.get(words_of(rest)[0])
        if not self.folder:
            return "NO [NONEXISTENT] no such folder"
        self.say("* FLAGS (\\Seen \\Answered \\Deleted)\r\n"
                 f"* {len(self.folder.mails)} EXISTS\r\n* 0 RECENT\r\n"
                 "* OK [PERMANENTFLAGS (\\Seen \\Answered \\Deleted \\*)] kept\r\n"
                 f"* OK [UIDVALIDITY {self.folder.uidvalidity}] it is\r\n"
                 f"* OK [UIDNEXT {self.folder.uidnext}] next")
        return "OK [READ-WRITE] selected"

    do_examine = do_select

    def do_search(self, rest):
        found = search(self.folder, words_of(rest))
        if found is None:
            return "BAD what shall I search?"
        self.say("* SEARCH" + "".join(f" {uid}" for uid in found))
        return "OK done"

    def do_fetch(self, rest):
        numbers, _, items = rest.partition(" ")
        for uid in number_set(numbers, self.folder):
            self.fetch_one(uid, items)
        return "OK done"

    def fetch_one(self, uid, items):
        mail = self.folder.mails[uid]
        at = sorted(self.folder.mails).index(uid) + 1
        answer = f"* {at} FETCH (UID {uid} RFC822.SIZE {len(mail.data)}".encode()
        part = re.search(r"BODY\.PEEK\[([^]]*)\](?:<(\d+)\.(\d+)>)?", items)
        if part:
            name, start, length = part.groups()
            data = mail.data.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if name else mail.data
            if length:
                data = data[int(start):int(start) + int(length)]
            at = f"<{start}>" if length else ""
            answer += f" BODY[{name}]{at} {{{len(data)}}}\r\n".encode() + data
        self.say(answer + b")")

    def do_store(self, rest):
        numbers, _, rest = rest.partition(" ")
        flags = rest.partition("(")[2].rstrip(")").split()
        for uid in number_set(numbers, self.folder):
            self.folder.mails[uid].flags.update(flags)
        return "OK done"

    def carry(self, rest, remove):
        words = words_of(rest)
        target = self.world.folders.get(words[1])
        if target is None:
            return "NO [TRYCREATE] no such folder"
        for uid in number_set(words[0], self.folder):
            mail = self.folder.mails[uid]
            target.add(Mail(mail.data, mail.flags))
            if remove:
                del self.folder.mails[uid]
        return "OK done"

    def do_move(self, rest):
        return self.carry(rest, True)

    def do_copy(self, rest):
        return self.carry(rest, False)

    def do_expunge(self, rest):
        for uid in number_set(rest, self.folder):
            if "\\Deleted" in self.folder.mails[uid].flags:
                del self.folder.mails[uid]
        return "OK done"


# ---- POP3: what is deleted goes at QUIT, and only then ----

class Pop3(Talk):
    def run(self):
        self.mails = list(self.world.box.items())
        self.deleted = set()
        self.say("+OK ready")
        while True:
            word, _, rest = self.line().decode("latin-1").partition(" ")
            act = getattr(self, "do_" + word.lower(), None)
            self.say(act(rest) if act else "-ERR what?")
            if word.upper() == "QUIT":
                raise Over

    def left(self):
        return [(n, name, data) for n, (name, data) in enumerate(self.mails, 1)
                if n not in self.deleted]

    def do_capa(self, _):
        return "+OK\r\nUSER\r\nUIDL\r\nTOP\r\n."

    def do_user(self, _):
        return "+OK"

    do_pass = do_noop = do_user

    def do_stat(self, _):
        return f"+OK {len(self.left())} {sum(len(data) for _, _, data in self.left())}"

    def do_uidl(self, _):
        return "+OK\r\n" + "".join(f"{n} {name}\r\n" for n, name, _ in self.left()) + "."

    def do_list(self, _):
        return "+OK\r\n" + "".join(f"{n} {len(data)}\r\n" for n, _, data in self.left()) + "."

    def do_retr(self, rest):
        data = self.mails[int(rest) - 1][1]
        return b"+OK\r\n" + data.replace(b"\r\n.", b"\r\n..") + b"."

    def do_top(self, rest):
        data = self.mails[int(rest.split()[0]) - 1][1]
        return b"+OK\r\n" + data.split(b"\r\n\r\n")[0] + b"\r\n\r\n."

    def do_dele(self, rest):
        self.deleted.add(int(rest))
        return "+OK"

    def do_quit(self, _):
        for n in self.deleted:
            self.world.box.pop(self.mails[n - 1][0], None)
        return "+OK bye"


# ---- SMTP ----

class Smtp(Talk):
    recipient = ""

    def run(self):
        self.say("220 ready")
        while True:
            line = self.line().decode("latin-1")
            word = line.partition(" ")[0].upper()
            if word == "EHLO":
                self.say("250-fake\r\n250-SIZE 10000000\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                if len(line.split()) < 3:
                    self.say("334 ")
                    self.line()
                self.say("235 2.7.0 in")
            elif word == "DATA":
                self.take_mail()
            elif word == "QUIT":
                self.say("221 bye")
                raise Over
            else:
                if word == "RCPT":
                    self.recipient = line.partition("<")[2].partition(">")[0]
                self.say("250 2.0.0 ok")

    def take_mail(self):
        self.say("354 go on")
        lines = []
        while (line := self.line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
        data = b"".join(line + b"\r\n" for line in lines)
        self.world.accepted.append((self.recipient, data))
        if self.world.files_sent:
            self.world.folders["Sent"].add(Mail(data, ["\\Seen"]))
        self.say("250 2.0.0 taken")


# ---- the web ----

class Web(Talk):
    def run(self):
        path = self.line().decode("latin-1").split()[1]
        while self.line():
            pass
        self.world.asked.append(path)
        kind, body = self.world.pages.get(path, ("text/html", f"<title>{path}</title><p>The page {path}."))
        data = body.encode()
        self.say(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}; charset=utf-8\r\n"
                 f"Content-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)
        raise Over


class Servers:
    """The servers, each on a port of its own, for as long as the process lives; with a certificate
    also IMAP and SMTP over TLS."""

    def __init__(self, certificate=None):
        self.world, self.ports, self.talks = World(), {}, 0
        self.change = threading.Condition()
        kinds = [("imap", Imap, None), ("pop3", Pop3, None), ("smtp", Smtp, None), ("web", Web, None)]
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            kinds += [("imaps", Imap, context), ("smtps", Smtp, context)]
        for name, kind, context in kinds:
            listener = socket.create_server(("127.0.0.1", 0), backlog=128)
            self.ports[name] = listener.getsockname()[1]
            threading.Thread(target=self.serve, args=(listener, kind, context), daemon=True).start()

    def serve(self, listener, kind, context):
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.change:
                self.talks += 1
            threading.Thread(target=self.talk, args=(connection, kind, context), daemon=True).start()

    def talk(self, connection, kind, context):
        try:
            connection.settimeout(60)
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            kind(connection, self.world).run()
        except (Over, OSError):
            pass
        finally:
            connection.close()
            with self.change:
                self.talks -= 1
                self.change.notify_all()

    def wait_until_quiet(self, seconds=10):
        """Until the servers have read all that was said to them.  A connection that waits in the
        backlog is taken first: one of ours comes behind it."""
        for port in self.ports.values():
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as probe:
                    probe.shutdown(socket.SHUT_WR)
                    while probe.recv(4096):
                        pass
            except OSError:
                pass
        deadline = time.monotonic() + seconds
        with self.change:
            while self.talks and time.monotonic() < deadline:
                self.change.wait(0.2)
            return self.talks == 0
