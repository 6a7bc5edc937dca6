# SPDX-License-Identifier: ISC
"""Fills a fresh ledger with a long time's work: usage: fill_ledger.py STATE ROWS [LIVE]

ROWS mails with a job, a part, a memory and a counter each, settled one every seven seconds up to now; their
bytes are gone but for the last 2000.  LIVE jobs more wait: a tenth is due, the others are put off,
and so are half as many parts.  A second call with ROWS 0 adds only what waits.
"""
import sqlite3
import sys
import time

state, rows = sys.argv[1], int(sys.argv[2])
live = int(sys.argv[3]) if len(sys.argv) > 3 else 0
now = int(time.time())
db = sqlite3.connect(f"{state}/ledger.db")
db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;")


def digest(n):
    return (n * 2654435761 % 2**64).to_bytes(8, "little") * 4


def many(text, values):
    db.executemany(text, values)


def at(n):
    return now - (rows - n) * 7


def settled(first, last):
    numbers = range(first, last)
    many("INSERT INTO mail VALUES (?, 'web', 'INBOX', 7, ?, 2000, ?)",
         ((n, str(n), digest(n)) for n in numbers))
    many("INSERT INTO job (id, mail, account, state, created_at, settled_at, kept, attempts)"
         " VALUES (?, ?, 'web', 'settled', ?, ?, ?, 1)",
         ((n, n, at(n), at(n), n > rows - 2000) for n in numbers))
    many("INSERT INTO part (id, job, n, account, message_id, sender, recipient, state, tries,"
         " answer) VALUES (?, ?, 1, 'web', ?, 'web@agent.example', ?, 'accepted', 1, '250 ok')",
         ((n, n, f"<{n}.1@agent.example>", f"user{n % 5000}@people.example") for n in numbers))
    many("INSERT INTO memory (kind, who, name, expires, value, job) VALUES ('link', ?, ?, ?, ?, ?)",
         ((f"user{n % 5000}@people.example", f"{n}/1/1", now + 86400 + n,
           b"http://www.example/a/page", n) for n in numbers))
    many("INSERT INTO counter (who, kind, period, total) VALUES (?, ?, ?, 3)",
         ((f"user{n % 5000}@people.example", f"kind{n // 400000}", now - n // 5000 % 80 * 86400)
          for n in numbers))


def bytes_of(first, last):
    many("INSERT INTO mail_bytes VALUES (?, ?, ?)",
         ((n, b"From: user@people.example\n", b"x" * 2000) for n in range(first, last)))


def waiting(first, last):
    for n in range(first, last):
        due = n % 10 == 0
        db.execute("INSERT INTO mail VALUES (?, 'web', 'INBOX', 7, ?, 2000, ?)",
                   (n, str(n), digest(n)))
        db.execute("INSERT INTO job (id, mail, account, created_at, not_before)"
                   " VALUES (?, ?, 'web', ?, ?)", (n, n, now, 0 if due else now + 86400))
        if n % 2:
            db.execute("INSERT INTO part (id, job, n, account, message_id, sender, recipient,"
                       " not_before) VALUES (?, ?, 1, 'web', ?, 'w@x', 'u@x', ?)",
                       (n, n, f"<{n}.1@agent.example>", now + 86400))
            db.execute("INSERT INTO part_bytes VALUES (?, ?)", (n, b"x" * 2000))


if rows:
    settled(1, rows + 1)
    bytes_of(max(1, rows - 2000), rows + 1)
    db.execute("INSERT INTO total VALUES ('web', 'settled', ?), ('web', 'accepted', ?)",
               (rows, rows))
first = db.execute("SELECT ifnull(max(id), 0) + 1 FROM mail").fetchone()[0]
waiting(first, first + live)
bytes_of(first, first + live)
db.execute("COMMIT")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
db.close()
