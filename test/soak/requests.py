# SPDX-License-Identifier: ISC
"""The mails of a soak: of every kind some, each from a person of its own, so that what comes back
tells what it answers."""
import random

# kind, share, what the mail says ({web}: the server, {n}: its number), is it answered
KINDS = [
    ("text", 36, "get {web}/page/{n}", True),
    ("html", 14, "html {web}/page/{n}", True),
    ("both", 5, "both {web}/page/{n}", True),
    ("source", 9, "source {web}/page/{n}", True),
    ("bare", 5, "{web}/page/{n}", True),
    ("long", 4, "get {web}/long/{n}", True),
    ("three", 3, "get {web}/page/{n}\nsource {web}/page/{n}\nget {web}/page/b{n}", True),
    ("help", 5, "help", True),
    ("missing", 4, "get {web}/missing/{n}", True),
    ("slow", 2, "get {web}/slow/{n}", True),
    ("huge", 2, "get {web}/huge/{n}", True),
    ("hang", 0.2, "get {web}/hang/{n}", True),
    ("forbidden", 2, "get {web}/secret/{n}", True),
    ("closed", 1, "get http://127.0.0.1:1/", True),
    ("not-yet", 1, "next", True),
    ("chatter", 2, "Hello, how are you?\nBest wishes", True),
    ("stranger", 3, "get {web}/page/{n}", False),
    ("robot", 2, "get {web}/page/{n}", False),
]


class Request:
    def __init__(self, number, kind, text, answered, account):
        self.number, self.kind, self.answered, self.account = number, kind, answered, account
        place = "strangers.example" if kind == "stranger" else "people.example"
        self.person = f"ann{number}@{place}"
        self.id = f"<request-{number}@people.example>"
        extra = "Auto-Submitted: auto-replied\r\n" if kind == "robot" else ""
        self.mail = (f"From: Ann <{self.person}>\r\nTo: {account}@agent.example\r\n"
                     f"Subject: number {number}\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
                     f"Message-ID: {self.id}\r\n{extra}MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n\r\n"
                     + text.replace("\n", "\r\n") + "\r\n").encode()


def make(count, web, accounts, seed):
    chance = random.Random(seed)
    kinds = chance.choices(KINDS, [share for _, share, _, _ in KINDS], k=count)
    kinds[:len(KINDS)] = KINDS[:count]  # of each one at least
    return [Request(n, kind, text.format(web=web, n=n), answered, accounts[n % len(accounts)])
            for n, (kind, _, text, answered) in enumerate(kinds, 1)]
