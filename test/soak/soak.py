# SPDX-License-Identifier: ISC
"""Many mails through a daemon while servers fail and processes are killed now and then.

usage: soak.py FOLDER AGENT MODULES COUNT [--seed N] [--rate R] [--kill SECONDS] [--daemon SECONDS]

--daemon is how long the daemon runs at most; what it has not done by then, runs of --once do.
"""
import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import time

import requests
import verify
from fakes import Box, Failures, Imap, Smtp, Web, serve
from watch import Watch

ACCOUNTS = [f"web{n}" for n in range(8)]
WINDOW = 1200  # so many wait for their answers at a time
GROWTH_KIB, GROWTH_FDS = 1024, 4
ROUNDS = 30
NOTHING = {"stdout": asyncio.subprocess.DEVNULL, "stdin": asyncio.subprocess.DEVNULL}


def write_accounts(folder, web_port, imap_port, smtp_port):
    with open(f"{folder}/secret", "w") as file:
        file.write("secret\n")
    os.chmod(f"{folder}/secret", 0o600)
    with open(f"{folder}/accounts.yaml", "w") as file:
        file.write(f"state: {folder}/state\nworkers: {{min: 1, max: 6}}\naccounts:\n")
        for name in ACCOUNTS:
            file.write(f"""  - name: {name}
    address: {name}@agent.example
    mailbox: {{kind: imap, host: 127.0.0.1, port: {imap_port}, tls: none, user: {name},
              password_file: {folder}/secret, poll_every: 10s}}
    submission: {{kind: smtp, host: 127.0.0.1, port: {smtp_port}, tls: none, in_doubt_wait: 1}}
    senders: {{allow: ['*@people.example']}}
    urls: {{allow_addresses: [127.0.0.0/8], ports: [{web_port}, 1],
           deny: ['http://127.0.0.1:{web_port}/secret/*']}}
    limits: {{page_time: 4s, page_bytes: 200k}}
    replies: {{part: 16k}}
""")


class Soak:
    def __init__(self, options):
        self.options, self.folder = options, options.folder
        self.state = f"{self.folder}/state"
        self.chance = random.Random(options.seed)
        self.failures = Failures(options.seed, options.rate)
        self.kills, self.heard, self.stopped = {}, set(), False
        self.began = time.monotonic()

    async def start_servers(self):
        self.boxes = {name: Box() for name in ACCOUNTS}
        self.imap = Imap(self.boxes, self.failures)
        self.smtp = Smtp(self.failures, self.heard.add)
        self.web = Web(self.failures)
        ports = [await serve(server) for server in (self.web, self.imap, self.smtp)]
        write_accounts(self.folder, *ports)
        self.requests = requests.make(self.options.count, f"http://127.0.0.1:{ports[0]}", ACCOUNTS,
                                      self.options.seed)
        self.awaited = {one.person for one in self.requests if one.answered}

    async def start_agent(self, mode):
        self.log = open(f"{self.folder}/log", "ab")
        return await asyncio.create_subprocess_exec(
            self.options.agent, "-c", f"{self.folder}/accounts.yaml", "--modules",
            self.options.modules, mode, stderr=self.log, **NOTHING)

    def outstanding(self):
        return len(self.awaited - self.heard - self.smtp.refused)

    async def deliver(self):
        """Mails come as answers go, so that there is always a crowd and never all of them."""
        for number, one in enumerate(self.requests):
            while not self.stopped and number - len(self.heard) > WINDOW:
                await asyncio.sleep(0.05)
            self.boxes[one.account].add(one.mail)

    def let_time_pass(self):
        """What was put off is due at once: nobody wants to wait for an hour here."""
        db = sqlite3.connect(f"{self.state}/ledger.db", timeout=10)
        with db:
            db.execute("UPDATE part SET not_before = 1 WHERE not_before > 1 AND state = 'ready'")
            db.execute("UPDATE job SET not_before = 1 WHERE not_before > 1 AND state = 'claimed'")
            db.execute("UPDATE part SET in_doubt_since = 1 WHERE in_doubt_since > 1"
                       " AND state = 'in_doubt'")
        db.close()

    def kill_one(self):
        role = self.chance.choice(["worker", "mail"])
        victims = self.watch.of(role) or self.watch.of("child")
        if victims:
            os.kill(self.chance.choice(victims), signal.SIGKILL)
            self.kills[role] = self.kills.get(role, 0) + 1

    async def disturb(self):
        next_kill = time.monotonic() + self.options.kill
        for second in range(1000000):
            await asyncio.sleep(1)
            if self.stopped:
                return
            await asyncio.to_thread(self.watch.sample, len(self.heard), f"{self.state}/ledger.db-wal")
            if second % 3 == 2:
                await asyncio.to_thread(self.let_time_pass)
            if time.monotonic() > next_kill:
                self.kill_one()
                next_kill = time.monotonic() + self.options.kill

    async def run_daemon(self):
        daemon = await self.start_agent("--daemon")
        self.watch = Watch(daemon.pid)
        tasks = [asyncio.create_task(self.deliver()), asyncio.create_task(self.disturb())]
        told = 0
        try:
            while self.outstanding() and time.monotonic() - self.began < self.options.daemon:
                if daemon.returncode is not None:
                    sys.exit(f"WRONG: the daemon ended with {daemon.returncode}")
                await asyncio.sleep(0.1)
                if time.monotonic() - self.began > told + 60:
                    told += 60
                    print(f"  {told} s: {len(self.heard)} answered", flush=True)
            self.took = time.monotonic() - self.began
        finally:
            self.stopped = True
            if daemon.returncode is None:
                daemon.terminate()
            await asyncio.gather(*tasks)
            code = await daemon.wait()
        if code not in (0, 75):
            sys.exit(f"WRONG: the daemon ended with {code}")

    async def run_to_the_end(self):
        """Rounds until nothing waits, without failures; then one more, which must do nothing."""
        self.failures.rate = 0
        for _ in range(ROUNDS):
            self.let_time_pass()
            code = await (await self.start_agent("--once")).wait()
            if code == 0:
                break
        before = sum(map(len, self.smtp.accepted.values()))
        code = await (await self.start_agent("--once")).wait()
        after = sum(map(len, self.smtp.accepted.values()))
        if code or after != before:
            print(f"WRONG: a last run ended with {code} and sent {after - before} mails")
            return False
        return True

    def check_growth(self):
        well = True
        print("most private memory and descriptors of one process, early and late in the run:")
        for role, early, late in self.watch.growth():
            limit = GROWTH_KIB * (8 if role == "all" else 1) + early[0] // 4
            if os.environ.get("SANITIZED"):  # a sanitizer keeps what was freed
                limit = early[0] + late[0]
            bad = late[0] - early[0] > limit or late[1] - early[1] > GROWTH_FDS
            print(f"  {role:11} {early[0]:6} KiB {early[1]:3}  ->  {late[0]:6} KiB {late[1]:3}"
                  + ("   WRONG: it grows" if bad else ""))
            well = well and not bad
        print(f"  the ledger's log was never larger than {self.watch.largest_log >> 10} KiB")
        return well and self.watch.largest_log < 32 << 20

    def tell(self):
        count = len(self.requests)
        print(f"{count} mails in {self.took:.0f} s, {count / self.took:.0f} a second; "
              f"{self.web.asked} pages asked for; killed: {self.kills or 'nobody'}")
        for kind, number in sorted(self.failures.done.items()):
            print(f"  failed on purpose  {kind:30} {number:5}")

    async def run(self):
        await self.start_servers()
        await self.run_daemon()
        well = await self.run_to_the_end()
        self.tell()
        well = self.check_growth() and well
        well = verify.check(self.state, self.requests, self.smtp, self.kills) and well
        verify.account(self.state)
        return well


def main():
    options = argparse.ArgumentParser()
    for name in ("folder", "agent", "modules"):
        options.add_argument(name)
    options.add_argument("count", type=int)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rate", type=float, default=0.01)
    options.add_argument("--kill", type=float, default=7)
    options.add_argument("--daemon", type=float, default=1200)
    sys.exit(0 if asyncio.run(Soak(options.parse_args()).run()) else 1)


main()
