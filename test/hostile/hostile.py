#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""One run of the agent against all hostile servers at once, each with an account or a mail of its own.

usage: hostile.py sample|all AGENT MODULES [-v]

Each must end within its limits, cost only its own account, and be named: a mail server in the log,
a web server in the reply to who asked.  The sound accounts are served in the same run, no password
is sent where none may be, and nothing is dialled that must not be.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

import imap_scripts
import pop3_scripts
import smtp_scripts
import web_scripts
from house import House

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "flow"))
import read_reply
import watch_memory

SECRET = "top-secret-word"
ACCOUNT = """  - name: {name}
    address: {name}@agent.example
    mailbox: {mailbox}
    submission: {submission}
    senders: {{allow: ['*@people.example']}}
"""
WEB_MORE = """    urls: {{allow_addresses: [127.0.0.1/32], ports: [{ports}]}}
    limits: {{page_time: 5s, page_bytes: 3M}}
"""
RUN_SECONDS = {"sample": 60, "all": 240}
MEMORY_KIB = 450000


class Failed(Exception):
    pass


def scripts_of(size):
    every = imap_scripts.SCRIPTS + pop3_scripts.SCRIPTS + smtp_scripts.SCRIPTS + web_scripts.SCRIPTS
    return [script for script in every if size == "all" or script.sample]


def name_of(script):
    return f"{script.kind}-{script.name}"


# ---- the agent's house ----

def make_maildir(folder):
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True)
    return folder


def deliver(folder, sender, text):
    number = len(list((folder / "new").iterdir()))
    (folder / "new" / f"17000{number:05d}.M{number}.test").write_text(
        f"From: {sender}@people.example\nTo: {folder.name}@agent.example\nSubject: \n"
        f"Date: Sat, 21 Nov 2026 12:00:00 +0000\nMessage-ID: <{sender}@people.example>\n\n{text}\n")


def endpoint(house, script):
    more = f", {script.settings}" if script.settings else ""
    tls = script.tls
    return (f"{{kind: {script.kind}, host: localhost, port: {house.ports[script]}, tls: {tls}, user: x, "
            f"password_file: {house.folder}/secret, ca_file: {house.certificate('ca', 'pem')}, "
            f"response_time: 3{more}}}")


def account_of(house, script):
    name = name_of(script)
    box = f"{{kind: maildir, path: {house.folder}/in/{name}}}"
    out = f"{{kind: maildir, path: {house.folder}/out/{name}/%u}}"
    if script.kind == "smtp":
        deliver(make_maildir(house.folder / "in" / name), "ann", "help")
        return ACCOUNT.format(name=name, mailbox=box, submission=endpoint(house, script))
    return ACCOUNT.format(name=name, mailbox=endpoint(house, script), submission=out)


def local_account(house, name):
    return ACCOUNT.format(name=name, mailbox=f"{{kind: maildir, path: {house.folder}/in/{name}}}",
                          submission=f"{{kind: maildir, path: {house.folder}/out/{name}/%u}}")


def prepare(house, scripts):
    web = [script for script in scripts if script.kind == "web"]
    secret = house.folder / "secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    (house.folder / "state").mkdir(mode=0o700)
    asked = make_maildir(house.folder / "in" / "web")
    for script in web:
        deliver(asked, script.name, f"get {house.scheme(script)}://127.0.0.1:{house.ports[script]}/")
    deliver(make_maildir(house.folder / "in" / "sound"), "bob", "help")
    ports = ", ".join(str(house.ports[script]) for script in web)
    text = (f"state: {house.folder}/state\nworkers: {{min: 1, max: 8}}\nmodules:\n"
            f"  http: {{low_speed_time: 2, ca_file: {house.certificate('ca', 'pem')}}}\naccounts:\n" +
            local_account(house, "web") + WEB_MORE.format(ports=f"{ports}, {house.trap}") +
            "".join(account_of(house, script) for script in scripts if script.kind != "web") +
            local_account(house, "sound"))
    (house.folder / "accounts.yaml").write_text(text)


class Agent:
    def __init__(self, house, program, modules):
        self.command = [program, "-c", f"{house.folder}/accounts.yaml", "--modules", modules]
        self.peak = 0

    def watch(self, process):
        while process.poll() is None:
            private = sum(watch_memory.private(pid) for pid in watch_memory.tree(process.pid))
            self.peak = max(self.peak, private)
            time.sleep(0.2)

    def run(self, seconds, *arguments):
        process = subprocess.Popen([*self.command, *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   errors="replace")
        watcher = threading.Thread(target=self.watch, args=(process,))
        watcher.start()
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(f"no end after {seconds} s: {process.communicate()[1]}") from None
        finally:
            watcher.join()
        return process.returncode, out, err


# ---- what came of it ----

def replies(house, account, person):
    folder = house.folder / "out" / account / person / "new"
    return list(folder.iterdir()) if folder.is_dir() else []


def one_of(alternatives, text):
    return any(word.lower() in text.lower() for word in alternatives.split("|"))


def judge_web(house, script):
    got = replies(house, "web", script.name)
    if len(got) != 1:
        return f"{len(got)} replies"
    text = " ".join(read_reply.read(got[0], 0, True).split())
    if not one_of(script.says, text):
        return f"the reply does not say '{script.says}': {text[:600]}"
    if not house.heard(script):
        return "was never dialled"
    return ""


def judge_standing(script, standing):
    if script.kind != "smtp":
        return ""
    accepted = standing["accepted"] == 1
    return "" if accepted == script.harmless else f"stands as {standing}"


def judge_mail(house, script, log, standings):
    name = name_of(script)
    lines = [line for line in log.splitlines() if f"account {name}:" in line]
    if script.harmless and lines:
        return f"is complained about: {lines}"
    if not script.harmless and not lines:
        return "is not named in the log"
    if not script.harmless and not one_of(script.says, "\n".join(lines)):
        return f"the log does not say '{script.says}': {lines}"
    if len(lines) > 6:
        return f"{len(lines)} lines about it"
    if not house.heard(script):
        return "was never dialled"
    if script.secret_stays and any(SECRET in text or text.upper().startswith("AUTH")
                                   for text in house.heard(script)):
        return "was told the password"
    return judge_standing(script, standings[name])


def judge(house, scripts, log, standings, verbose):
    faults = []
    for script in scripts:
        fault = (judge_web(house, script) if script.kind == "web" else
                 judge_mail(house, script, log, standings))
        if fault:
            faults.append(f"{name_of(script)}: {fault}")
        elif verbose:
            print("ok", name_of(script))
    if house.caught:
        faults.append(f"dialled what must not be dialled: {house.caught}")
    if SECRET in log:
        faults.append("the password is in the log")
    if not any(SECRET in text for script in scripts for text in house.heard(script)):
        faults.append("nobody was told the password: this test would not see it")
    if len(replies(house, "sound", "bob")) != 1:
        faults.append("the sound account was not served")
    may_die = [f"account {name_of(script)}:" for script in scripts if script.may_die]
    faults += [line for line in log.splitlines() if "signal" in line or "Sanitizer" in line
               if not any(name in line for name in may_die)]
    return faults


def run(size, program, modules, verbose):
    scripts = scripts_of(size)
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        house = House(folder)
        house.make_certificates()
        for script in scripts:
            house.start(script)
        prepare(house, scripts)
        agent = Agent(house, program, modules)
        began = time.monotonic()
        code, _, log = agent.run(RUN_SECONDS[size], "--once")
        took = time.monotonic() - began
        if verbose:
            print(log)
        _, out, _ = agent.run(20, "status", "--json")
        standings = {one["account"]: one for one in json.loads(out)}
        faults = judge(house, scripts, log, standings, verbose)
        if code == 0:
            faults.append("nothing of all this went wrong?")
        if agent.peak > MEMORY_KIB and not os.environ.get("SANITIZED"):
            faults.append(f"all processes together took {agent.peak} KiB")
        code, _, log = agent.run(30, "--once", "-a", "sound")
        if code != 0:
            faults.append(f"the sound account alone: exit {code}: {log}")
        kinds = {kind: sum(script.kind == kind for script in scripts)
                 for kind in ("imap", "pop3", "smtp", "web")}
        print(f"figure: {len(scripts)} hostile servers in one run: {took:.0f} s, "
              f"{agent.peak // 1024} MiB at most  ({kinds})")
        return faults


def main():
    size, program, modules = sys.argv[1:4]
    faults = run(size, program, modules, "-v" in sys.argv)
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
