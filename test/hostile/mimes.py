#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Mails made to crash, stall or bloat whoever reads them, all in one run with two sound ones.

usage: mimes.py sample|all AGENT MODULES [-v]

A mail may cost its own parse child and nothing more: no worker dies, the run ends, memory stays
bounded, the sound mails are answered, and who can be made out as the asker gets one reply.  One more
mail is one more row: name -> what its sender comes to, header fields, body.
"""
import base64
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "flow"))
import watch_memory

RUN_SECONDS = 200
MEMORY_KIB = 1500000
ANSWER, ANSWERS, SILENCE = "one reply", "up to five replies", "silence"


def mail(name, fields="", body="help\n", kind="text/plain", sender=None, subject="help"):
    sender = f"{name} <{name}@people.example>" if sender is None else sender
    text = (f"From: {sender}\nTo: web@agent.example\nSubject: {subject}\n"
            f"Date: Sat, 21 Nov 2026 12:00:00 +0000\nMessage-ID: <{name}@people.example>\n"
            f"MIME-Version: 1.0\nContent-Type: {kind}\n{fields}\n")
    return text.encode("latin-1") + (body if isinstance(body, bytes) else body.encode("latin-1"))


def multipart(name, boundary, body, **more):
    return mail(name, kind=f'multipart/mixed; boundary="{boundary}"', body=body, **more)


def part(boundary, text="help\n", fields=""):
    return f"--{boundary}\nContent-Type: text/plain\n{fields}\n{text}"


def nested(depth, kind="multipart/mixed"):
    """Part in part in part, a sound text at the bottom."""
    out = [f"--b0\nContent-Type: {kind}; boundary=b1\n\n"]
    out += [f"--b{n}\nContent-Type: {kind}; boundary=b{n + 1}\n\n" for n in range(1, depth)]
    return "".join(out) + part(f"b{depth}")


def messages(depth):
    return "Content-Type: message/rfc822\n\n" * depth + "Content-Type: text/plain\n\nhelp\n"


def encoded(name, encoding, body):
    return mail(name, f"Content-Transfer-Encoding: {encoding}\n", body)


def rows():
    comment = "(" * 100000
    closed = "(" * 30000 + ")" * 30000
    word = "=?utf-8?q?" + "=41" * 20 + "?= "
    yield "nesting-30000", ANSWER, lambda n: multipart(n, "b0", nested(30000))
    yield "nesting-rfc822", ANSWER, lambda n: mail(n, body=messages(20000), kind="message/rfc822")
    yield "same-boundary", ANSWER, lambda n: multipart(
        n, "b", "--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 30000)
    yield "parts-100000", ANSWER, lambda n: multipart(n, "b", part("b") * 100000 + "--b--\n")
    yield "parts-empty", ANSWER, lambda n: multipart(n, "b", "--b\n" * 500000)
    yield "boundary-1-mb", SILENCE, lambda n: multipart(n, "b" * 1000000, part("b" * 1000000))
    yield "boundary-prefixes", ANSWER, lambda n: multipart(n, "b" * 70, ("--" + "b" * 69 + "\n") * 100000)
    yield "boundary-missing", ANSWER, lambda n: mail(n, kind="multipart/mixed", body=part("b"))
    yield "boundary-empty", ANSWER, lambda n: multipart(n, "", part(""))
    yield "comments-from", SILENCE, lambda n: mail(n, sender=f"{n}@people.example {comment}")
    yield "comments-from-closed", ANSWER, lambda n: mail(n, sender=f"{closed} {n}@people.example")
    yield "comments-to", ANSWER, lambda n: mail(n, f"Cc: {comment}\n")
    yield "comments-type", ANSWER, lambda n: mail(n, kind=f"text/plain {comment}")
    yield "comments-type-closed", ANSWER, lambda n: mail(n, kind=f"text/plain {closed}; charset=utf-8")
    yield "quotes-from", SILENCE, lambda n: mail(n, sender='"' + '\\"' * 100000)
    yield "groups-from", SILENCE, lambda n: mail(n, sender="a:" * 50000)
    yield "angles-from", SILENCE, lambda n: mail(n, sender="<" * 100000 + f"{n}@people.example")
    yield "addresses-100000", ANSWER, lambda n: mail(n, "Cc: " + "a@b.example, " * 20000 + "\n")
    yield "addresses-from", SILENCE, lambda n: mail(n, sender=f"{n}@people.example" + ", a@b.example" * 15000)
    yield "subject-10-mb", SILENCE, lambda n: mail(n, subject="x" * 10000000)
    yield "subject-words", ANSWER, lambda n: mail(n, subject=word * 3000)
    yield "subject-folds", ANSWER, lambda n: mail(n, subject="\n x" * 60000)
    yield "subject-broken-word", ANSWER, lambda n: mail(n, subject="=?utf-8?b?" * 20000)
    yield "fields-1e6", SILENCE, lambda n: mail(n, "X: y\n" * 1000000)
    yield "fields-900", ANSWER, lambda n: mail(n, "X-Field: y\n" * 900)
    yield "fields-from", SILENCE, lambda n: mail(n, f"From: {n}@people.example\n" * 500)
    yield "references", SILENCE, lambda n: mail(n, "References: " + "<a@b.example> " * 15000 + "\n")
    yield "parameters-1e6", SILENCE, lambda n: mail(n, kind="text/plain" + "; a=b" * 1000000)
    yield "parameters-split", ANSWER, lambda n: mail(n, kind="text/plain" + "".join(
        f"; charset*{k}=u" for k in range(10000)))
    yield "parameters-number", ANSWER, lambda n: mail(n, kind="text/plain; charset*99999999999999999=u")
    yield "nul-header", SILENCE, lambda n: mail(n, "X: a\0b\n")
    yield "nul-everywhere", SILENCE, lambda n: b"\0".join(bytes([c]) for c in mail(n))
    yield "nul-body", ANSWER, lambda n: mail(n, body=b"\0" * 1000000 + b"\nhelp\n")
    yield "controls", ANSWER, lambda n: mail(n, body=bytes(range(256)) * 4000)
    yield "no-header", SILENCE, lambda n: b"\n" * 1000000
    yield "no-line-end", ANSWER, lambda n: mail(n, body="x" * 3000000)
    yield "carriage-returns", ANSWER, lambda n: mail(n, body="\r" * 1000000)
    yield "lines-1e6", ANSWER, lambda n: mail(n, body="\n" * 2000000 + "help\n")
    yield "orders-100000", ANSWERS, lambda n: mail(n, body="help\n" * 100000)
    yield "urls-long", ANSWER, lambda n: mail(n, body="get http://127.0.0.2/" + "a" * 900000 + "\n")
    yield "quotes-100000", ANSWER, lambda n: mail(n, body=">" * 500000 + " help\n")
    yield "base64-10-mb", ANSWER, lambda n: encoded(n, "base64", base64.encodebytes(b"\0" * 7500000))
    yield "base64-garbage", ANSWER, lambda n: encoded(n, "base64", "=" * 3000000)
    yield "base64-one-line", ANSWERS, lambda n: encoded(n, "base64", base64.b64encode(b"help\n" * 600000))
    yield "quoted-soft", ANSWER, lambda n: encoded(n, "quoted-printable", "=\n" * 2000000 + "help\n")
    yield "quoted-garbage", ANSWER, lambda n: encoded(n, "quoted-printable", "=" * 3000000)
    yield "encoding-unknown", ANSWER, lambda n: encoded(n, "x-" + "n" * 100000, "help\n")
    yield "uuencode", ANSWER, lambda n: mail(n, body="begin 644 x\n" * 100000)
    yield "uuencode-length", ANSWER, lambda n: mail(n, body="begin 644 x\n" + "M" + "`" * 3000000 + "\nend\n")
    yield "uuencode-open", ANSWER, lambda n: mail(n, body="begin 644 x\n" + ("M" + "`" * 60 + "\n") * 50000)
    yield "charset-lies", ANSWER, lambda n: mail(n, kind="text/plain; charset=utf-16", body=b"\xd8\x00" * 500000)
    yield "charset-utf-7", ANSWER, lambda n: mail(n, kind="text/plain; charset=utf-7", body="+AGgAZ" * 100000)
    yield "charset-2022", ANSWER, lambda n: mail(n, kind="text/plain; charset=iso-2022-jp", body=b"\x1b$B" * 500000)
    yield "charset-long", ANSWER, lambda n: mail(n, kind="text/plain; charset=" + "x" * 200000)
    yield "html-deep", ANSWER, lambda n: mail(n, kind="text/html", body="<div>" * 200000 + "help")
    yield "html-attributes", ANSWER, lambda n: mail(n, kind="text/html", body="<p " + "a=b " * 300000 + ">help")
    yield "html-entities", ANSWER, lambda n: mail(n, kind="text/html", body="&#x10ffff;" * 300000)
    yield "flowed", ANSWER, lambda n: mail(n, kind="text/plain; format=flowed", body="x \n" * 800000)
    yield "format-string", ANSWER, lambda n: mail(n, subject="%n%s" * 5000, body="get %n%s%n%s\n")
    yield "not-a-mail", SILENCE, lambda n: bytes(range(256)) * 20000


SAMPLE = {"nesting-30000", "parts-100000", "comments-from", "comments-type-closed", "subject-10-mb",
          "fields-1e6", "parameters-1e6", "boundary-1-mb", "nul-everywhere", "base64-10-mb", "uuencode",
          "charset-lies", "html-deep", "orders-100000", "groups-from", "fields-900"}


def make_house(folder, chosen):
    for name in ("tmp", "new", "cur"):
        (folder / "in" / name).mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)
    # First and last, so that what comes between them cannot starve them.
    letters = [("ann", mail("ann")), *((name, make(name)) for name, _, make in chosen), ("bob", mail("bob"))]
    for number, (name, data) in enumerate(letters):
        (folder / "in" / "new" / f"17000{number:05d}.M{number}.test").write_bytes(data)
    (folder / "accounts.yaml").write_text(
        f"state: {folder}/state\nworkers: {{min: 1, max: 4}}\naccounts:\n  - name: web\n"
        f"    address: web@agent.example\n    mailbox: {{kind: maildir, path: {folder}/in}}\n"
        f"    submission: {{kind: maildir, path: {folder}/out/%u}}\n"
        "    senders: {allow: ['*@people.example'], accept_bcc: yes}\n"
        "    urls: {allow_addresses: [], ports: [80]}\n    limits: {max_message: 60M}\n")


class Watched:
    """A run of the agent, its memory and its descendants watched."""

    def __init__(self, command):
        self.peak = 0
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        threading.Thread(target=self.watch, daemon=True).start()
        try:
            _, self.log = self.process.communicate(timeout=RUN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            sys.exit(f"no end after {RUN_SECONDS} s: {self.process.communicate()[1]}")

    def watch(self):
        while self.process.poll() is None:
            now = sum(watch_memory.private(pid) for pid in watch_memory.tree(self.process.pid))
            self.peak = max(self.peak, now)
            time.sleep(0.05)


def judge(folder, chosen, run):
    def count(name):
        box = folder / "out" / name / "new"
        return len(list(box.iterdir())) if box.is_dir() else 0

    wanted = {ANSWER: (1,), ANSWERS: (1, 2, 3, 4, 5), SILENCE: (0,)}
    faults = [f"{name}: {count(name)} replies, not {what}" for name, what, _ in chosen
              if count(name) not in wanted[what]]
    faults += [f"{name} was not answered" for name in ("ann", "bob") if count(name) != 1]
    strangers = {box.name for box in (folder / "out").iterdir()} - {name for name, _, _ in chosen}
    faults += [f"{name} was answered, who did not ask" for name in strangers - {"ann", "bob"}]
    faults += [line for line in run.log.splitlines() if "worker died" in line or "mail process" in line or
               "was ended" in line or "Sanitizer" in line]
    if run.process.returncode not in (0, 75):
        faults.append(f"exit {run.process.returncode}: {run.log}")
    if run.peak > MEMORY_KIB and not os.environ.get("SANITIZED"):
        faults.append(f"all processes together took {run.peak} KiB")
    return faults


def main():
    size, program, modules = sys.argv[1:4]
    chosen = [row for row in rows() if size == "all" or row[0] in SAMPLE or row[0] == size]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_house(folder, chosen)
        began = time.monotonic()
        run = Watched([program, "-c", f"{folder}/accounts.yaml", "--modules", modules, "--once"])
        took = time.monotonic() - began
        faults = judge(folder, chosen, run)
        if "-v" in sys.argv:
            print(run.log)
            for mail_name, what, _ in chosen:
                box = folder / "out" / mail_name / "new"
                print(mail_name, what, len(list(box.iterdir())) if box.is_dir() else 0)
    print(f"figure: {len(chosen)} hostile mails in one run: {took:.0f} s, {run.peak // 1024} MiB at most")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
