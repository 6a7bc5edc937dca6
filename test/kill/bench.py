# SPDX-License-Identifier: ISC
"""A bench: one agent, with everything around it in one folder and in this process, that can be set up
afresh, run, killed at its Nth act, and read out."""
import ctypes
import mmap
import os
import pathlib
import re
import select
import shutil
import signal
import sqlite3
import struct
import subprocess
import time

import fakes
import scenarios

HEAD, RECORD = struct.Struct("=IIIIiIiI"), struct.Struct("=iBBBBH54s")
RECORDS = 4000
MODES = {"run": 0, "process": 1, "term": 2, "series": 3}
SPEED = 20  # of the clocks of a daemon
RUN_SECONDS, STEP_SECONDS = 60, 700  # of a run at most; between two runs, by the agent's clock
PDEATHSIG, SUBREAPER = 1, 36


class Trouble(Exception):
    """The agent did what it must not."""


class Act:
    def __init__(self, number, fields):
        self.number = number
        self.pid, self.kind, self.ends, self.done, _, self.port, what = fields
        self.kind = chr(self.kind)
        self.what = what.rstrip(b"\0").decode("latin-1").rstrip("\r\n")


class Bench:
    def __init__(self, folder, build):
        self.folder, self.build = pathlib.Path(folder), pathlib.Path(build).resolve()
        self.servers = fakes.Servers(self.make_certificate())
        self.web = f"http://127.0.0.1:{self.servers.ports['web']}"
        self.page = self.map_page()
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
        noon = (int(time.time()) // 86400 + 1) * 86400 + 43200
        self.base = noon - int(time.time())

    def make_certificate(self):
        path = self.folder / "certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        str(path), "-out", str(self.folder / "ca.pem")],
                       check=True, stderr=subprocess.DEVNULL)
        with open(path, "ab") as file:
            file.write((self.folder / "ca.pem").read_bytes())
        return path

    def map_page(self):
        path = self.folder / "acts"
        path.write_bytes(bytes(HEAD.size + RECORDS * RECORD.size))
        with open(path, "r+b") as file:
            return mmap.mmap(file.fileno(), 0)

    # ---- setting up ----

    def set_up(self, scenario):
        self.scenario, self.runs = scenario, 0
        self.servers.world = self.world = fakes.World()
        self.world.imap_words, self.world.files_sent = scenario.words, scenario.files_sent
        self.world.pages = scenarios.PAGES
        for name in ("state", "in", "out", "tmp", "mbox"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("state", "tmp", "mbox", "in/tmp", "in/new", "in/cur"):
            (self.folder / name).mkdir(mode=0o700, parents=True)
        for name, data in (("password", b"secret\n"), ("state/key", b"k" * 32)):
            if name != "state/key" or not scenario.no_key:
                (self.folder / name).write_bytes(data)
                (self.folder / name).chmod(0o600)
        self.write_config()
        for n, (sender, body) in enumerate(scenario.mails, 1):
            self.put_mail(n, sender, body)
        if scenario.before:
            scenario.before(self)

    def side(self, kind, path, more):
        if kind in ("imap", "smtp") and self.scenario.tls:
            where = f"host: localhost, port: {self.servers.ports[kind + 's']}, tls: implicit, " \
                    f"ca_file: {self.folder}/ca.pem, user: web, password_file: {self.folder}/password"
        elif kind in ("imap", "pop3", "smtp"):
            where = f"host: 127.0.0.1, port: {self.servers.ports[kind]}, tls: none, user: web, " \
                    f"password_file: {self.folder}/password"
        else:
            where = f"path: {self.folder}/{path}"
        return f"{{kind: {kind}, {where}{', ' + more if more else ''}}}"

    def write_config(self):
        scenario, port = self.scenario, self.servers.ports["web"]
        urls = "" if "urls:" in scenario.account else \
            "    urls: {allow_addresses: [127.0.0.0/8], ports: [{port}]}\n"
        inbox = "mbox/spool" if scenario.mailbox == "mbox" else "in"
        (self.folder / "accounts.yaml").write_text(
            f"state: {self.folder}/state\naccounts:\n  - name: web\n    address: web@agent.example\n"
            f"    mailbox: {self.side(scenario.mailbox, inbox, scenario.done)}\n"
            f"    submission: {self.side(scenario.carrier, 'out/%u', scenario.submit)}\n"
            "    senders: {allow: ['*@people.example']}\n"
            + (scenario.account + urls).replace("{port}", str(port)))

    def put_mail(self, number, sender, body):
        data = (f"From: {sender}\nTo: web@agent.example\nSubject: request {number}\n"
                f"Date: Sat, 21 Nov 2026 12:00:00 +0000\nMessage-ID: <request-{number}@people.example>\n"
                "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
                + body.replace("{web}", self.web)).encode()
        crlf = data.replace(b"\n", b"\r\n")
        self.world.folders["INBOX"].add(fakes.Mail(crlf))
        self.world.box[f"uid-{number}"] = crlf
        with open(self.folder / "mbox/spool", "ab") as spool:
            spool.write(b"From x Sat Nov 21 12:00:00 2026\n" + data + b"\n")
        (self.folder / f"in/new/1700000000.M{number}.test").write_bytes(data)

    # ---- running ----

    def agent_command(self):
        return [str(self.build / "www4mail"), "-c", str(self.folder / "accounts.yaml"),
                "--modules", str(self.build / "modules"),
                "--daemon" if self.scenario.daemon else "--once"]

    def tell_agent(self, *words):
        """A command of an operator, which is no act."""
        subprocess.run(self.agent_command()[:-1] + list(words), check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def spawn_command(self):
        return [str(self.build / "kill/spawn"), str(self.folder / "state"),
                str(self.folder / "in/new/1700000000.M1.test")]

    def set_page(self, number, when, mode):
        self.page[:] = bytes(len(self.page))
        self.page[:HEAD.size] = HEAD.pack(0, number, when == "after", MODES[mode], 0, 0, 0, 0)

    def head(self):
        begun, _, _, _, _, stopped, pid, _ = HEAD.unpack(self.page[:HEAD.size])
        return begun, stopped, pid

    def acts(self):
        begun = min(self.head()[0], RECORDS)
        return [Act(n + 1, RECORD.unpack_from(self.page, HEAD.size + n * RECORD.size))
                for n in range(begun)]

    def run_undisturbed(self):
        return self.run()

    def run(self, number=0, when="before", mode="run"):
        """The exit code of the run, killed at act NUMBER of it."""
        self.set_page(number, when, mode)
        self.runs += 1
        commands = self.scenario.commands(self) if self.scenario.commands else [self.agent_command()]
        for command in commands:
            code = self.run_one(command, mode)
            if code != 0:
                break
        if not self.servers.wait_until_quiet():
            raise Trouble("a connection stays open after the run")
        return code

    def run_one(self, command, mode):
        self.page[16:20] = bytes(4)  # the first process of this one
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8",
                       "TMPDIR": str(self.folder / "tmp"), "ACTS": str(self.folder / "acts"),
                       "ACTS_CLOCK": str(self.base + self.runs * STEP_SECONDS),
                       "LD_PRELOAD": str(self.build / "kill/acts.so"),
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        if self.scenario.named:
            environment["ACTS_NAMED"] = "1"
        if self.scenario.daemon:
            environment |= {"ACTS_SPEED": str(SPEED), "ACTS_SINCE": str(int(time.time()))}
        with open(self.folder / "stderr", "wb") as errors:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=errors, stderr=errors, start_new_session=True)
        ended = self.wait_for(process, mode)
        code = process.wait()
        left = self.reap(process.pid)
        if not ended:
            raise Trouble(f"the run did not end in {RUN_SECONDS} s")
        if left:
            raise Trouble(f"{left} processes lived on after the run")
        return code

    def wait_for(self, process, mode):
        """Until it ends; a daemon is told to when all is done.  Who stands still at its act because
        it may not kill is killed here."""
        handle = os.pidfd_open(process.pid)
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        deadline = time.monotonic() + RUN_SECONDS
        while not poll.poll(100) and time.monotonic() < deadline:
            _, stopped, pid = self.head()
            if stopped and mode == "run":
                os.killpg(process.pid, signal.SIGKILL)
            elif stopped and mode in ("process", "series") and still_in_group(pid, process.pid):
                os.kill(pid, signal.SIGKILL)
            elif self.scenario.daemon and self.is_settled():
                process.terminate()
        ended = bool(poll.poll(0))
        os.close(handle)
        if not ended:
            os.killpg(process.pid, signal.SIGKILL)
        return ended

    def reap(self, group):
        """Waits for what is left of the group; how many had to be killed."""
        deadline, killed = time.monotonic() + 20, 0
        while True:
            try:
                pid, _ = os.waitpid(-group, os.WNOHANG)
            except ChildProcessError:
                return killed
            if pid == 0:
                if time.monotonic() > deadline:
                    os.killpg(group, signal.SIGKILL)
                    killed += 1
                time.sleep(0.002)

    # ---- reading out ----

    def errors(self):
        return (self.folder / "stderr").read_text(errors="replace")[-2000:]

    def delivered(self):
        """(Message-ID, normalised bytes, raw bytes) of every mail that somebody has got."""
        if self.scenario.carrier == "smtp":
            found = [(recipient.encode() + b"\n" + data) for recipient, data in self.world.accepted]
        else:
            found = [path.read_bytes() for place in ("new", "cur")
                     for path in sorted(self.folder.glob(f"out/*/{place}/*"))]
        return [(message_id(data, self.scenario.other_ids), normal(data, self.scenario.other_ids), data)
                for data in found]

    def mailbox(self):
        kind = self.scenario.mailbox
        if kind == "imap":
            return sorted((name, sorted(mail.flags) if self.scenario.flags else None, mail.data)
                          for name, folder in self.world.folders.items() if name != "Sent"
                          for mail in folder.mails.values())
        if kind == "pop3":
            return sorted(self.world.box.items())
        if kind == "mbox":
            return (self.folder / "mbox/spool").read_bytes()
        return sorted((str(path.relative_to(self.folder)), path.read_bytes())
                      for path in (self.folder / "in").rglob("*") if path.is_file())

    def is_settled(self):
        try:
            jobs, parts = self.ledger()
        except sqlite3.Error:  # no ledger yet, or no table in it
            return False
        return bool(jobs) and all(job[-1] for job in jobs) and \
            all(part[-1] in ("accepted", "never") for part in parts)

    def doubts(self):
        """(number, bytes were delivered) of each part in doubt."""
        rows, = self.ask("SELECT id, message_id FROM part WHERE state = 'in_doubt'")
        came = {name for name, _, _ in self.delivered()}
        return [(part, name.encode() in came) for part, name in rows]

    def ask(self, *queries):
        """Rows for each.  A ledger that is in use is read as anybody would; one that is not must not
        be touched."""
        how = "mode=rw" if self.scenario.daemon else "immutable=1"
        db = sqlite3.connect(f"file:{self.folder}/state/ledger.db?{how}", uri=True)
        try:
            return [db.execute(query).fetchall() for query in queries]
        finally:
            db.close()

    def ledger(self):
        """Rows of jobs and parts in their order; numbers of rows may have gaps after a death."""
        jobs, parts = self.ask(
            "SELECT mail.hash, job.state, target, rule, settled_at > 0 FROM job"
            " JOIN mail ON mail.id = job.mail ORDER BY job.id",
            "SELECT dense_rank() OVER (ORDER BY job), n, message_id, state FROM part"
            " ORDER BY job, n")
        if self.scenario.other_ids:
            parts = [(job, n, state) for job, n, _, state in parts]
        return jobs, parts

    def files(self):
        """What may be left behind: names in state directory, temporary folders and spools."""
        found = []
        for place in ("state", "tmp", "mbox"):
            found += [str(path.relative_to(self.folder)) for path in (self.folder / place).rglob("*")]
        for path in [*self.folder.glob("out/*/tmp/*"), *self.folder.glob("in/tmp/*"),
                     *self.folder.glob("in/.*/tmp/*")]:
            found.append(str(path.relative_to(self.folder)))
        if self.scenario.named:
            found = [name for name in found if not re.search(r"(\.lock|/key)\.", name)]
        return sorted(found)

    def idle_acts(self):
        """What a run without work does, but for the ledger's own files; under TLS its words are
        nobody's."""
        return sorted(re.sub(r"(\.lock)\.\d+\.\d+", r"\1.OWN",
                             f"{act.kind} {act.port} {'' if self.hidden(act) else act.what}")
                      for act in self.acts() if "ledger.db" not in act.what
                      and (self.scenario.flags or act.port != self.servers.ports["imap"]))


    def hidden(self, act):
        return self.scenario.tls and act.kind == "w"


def die_with_parent():
    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def still_in_group(pid, group):
    try:
        return os.getpgid(pid) == group
    except OSError:
        return False


def message_id(data, unknown):
    found = re.search(rb"(?im)^message-id:\s*(<[^>]*>)", data)
    return b"?" if unknown or not found else found.group(1)


def normal(data, unknown):
    """Without what depends on the moment (and, with an unknown key, on that)."""
    data = re.sub(rb"(?m)^Date: .*$", b"Date: D", data.replace(b"\r\n", b"\n"))
    data = re.sub(rb"20\d\d-\d\d-\d\d \d\d:\d\d", b"DATE", data)
    data = re.sub(rb"\d{1,2} [A-Z][a-z]{2} 20\d\d,? \d\d:\d\d", b"DATE", data)
    if unknown:
        data = re.sub(rb"v1\.[a-z2-7]+@|=_www4mail-[A-Za-z0-9]+|[a-z2-7]{24,}", b"ID", data)
    return data
