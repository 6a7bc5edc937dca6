# SPDX-License-Identifier: ISC
"""One --once run over an IMAP folder of MAILS mails that the ledger knows: poll_known.py FOLDER
AGENT MODULES MAILS.  Prints the median of three, in microseconds."""
import asyncio
import statistics
import sys
import time

from fakes import Box, Failures, Imap, serve

FOLDER, AGENT, MODULES, MAILS = sys.argv[1:4] + [int(sys.argv[4])]


async def run():
    box = Box()
    for _ in range(MAILS):
        box.add(b"From: a@people.example\r\n\r\n")
    port = await serve(Imap({"web": box}, Failures(1, 0)))
    with open(f"{FOLDER}/imap.yaml", "w") as file:
        file.write(f"""state: {FOLDER}/state
accounts:
  - name: web
    address: web@agent.example
    mailbox: {{kind: imap, host: 127.0.0.1, port: {port}, tls: none, user: web,
              password_command: [echo, secret]}}
    submission: {{kind: maildir, path: {FOLDER}/out/%u}}
    senders: {{allow: ['*@people.example']}}
""")
    took = []
    for _ in range(3):
        began = time.monotonic()
        agent = await asyncio.create_subprocess_exec(
            AGENT, "-c", f"{FOLDER}/imap.yaml", "--modules", MODULES, "--once")
        if await agent.wait():
            sys.exit("the run failed")
        took.append(time.monotonic() - began)
    print("poll-10000", round(statistics.median(took) * 1e6))


asyncio.run(run())
