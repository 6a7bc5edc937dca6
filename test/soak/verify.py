# SPDX-License-Identifier: ISC
"""Compares what was asked, what the ledger says and what the servers saw."""
import collections
import os
import sqlite3


def rows(state, text):
    db = sqlite3.connect(f"file:{state}/ledger.db?mode=ro", uri=True, timeout=30)
    try:
        return db.execute(text).fetchall()
    finally:
        db.close()


def parts_of(state):
    """Recipient -> Message-ID -> (state, tries) of each part."""
    found = collections.defaultdict(dict)
    for recipient, message_id, what in rows(state,
                                            "SELECT recipient, message_id, state FROM part"):
        found[recipient][message_id] = what
    return found


def answered_wrong(request, parts, seen, smtp):
    """What is wrong about one request; None when all is well."""
    if not request.answered:
        return "was answered" if seen or parts else None
    if not parts:
        return "has no answer in the ledger"
    sent = {message_id for message_id, what in parts.items() if what == "accepted"}
    never = [what for what in parts.values() if what == "never"]
    if any(what not in ("accepted", "never") for what in parts.values()):
        return f"is stuck: {parts}"
    if never and request.person not in smtp.refused and smtp.unsaid == 0:
        return "was given up without a refusal"
    if not sent <= set(seen) or not set(seen) <= set(parts):
        return f"the ledger says {sorted(sent)}, the server saw {sorted(seen)}"
    for copies in seen.values():
        if len({digest for digest, _ in copies}) > 1:
            return "got two different mails with one Message-ID"
        if any(reply_to != request.id for _, reply_to in copies):
            return f"got a reply to {copies[0][1]}"
    return None


def check(state, requests, smtp, kills):
    """Prints what is wrong, and the ledger's account; True when all is well."""
    parts, seen, wrong = parts_of(state), collections.defaultdict(dict), 0
    for (recipient, message_id), copies in smtp.accepted.items():
        seen[recipient][message_id] = copies
    people = {request.person for request in requests}
    for stranger in set(seen) - people:
        print(f"WRONG: {stranger} asked nothing and got {seen[stranger]}")
        wrong += 1
    for request in requests:
        trouble = answered_wrong(request, parts.get(request.person, {}),
                                 seen.get(request.person, {}), smtp)
        if trouble:
            wrong += 1
            print(f"WRONG: request {request.number} ({request.kind}): {trouble}")
    twice = sum(len(copies) - 1 for copies in smtp.accepted.values())
    allowed = smtp.unsaid + kills.get("mail", 0)
    print(f"arrived twice, with the same bytes: {twice}; answers of the server lost, or mail "
          f"processes killed: {allowed}")
    if twice > allowed:
        print("WRONG: more arrived twice than broke off")
        wrong += 1
    claimed = rows(state, "SELECT count(*) FROM job")[0][0]
    if claimed != len(requests):
        print(f"WRONG: {claimed} jobs for {len(requests)} mails")
        wrong += 1
    return wrong == 0


def account(state):
    print("the ledger's account:")
    for what, rule, count, crashes in rows(
            state, "SELECT state, rule, count(*), sum(crashes) FROM job GROUP BY 1, 2"):
        print(f"  jobs   {what:9} {rule or '-':14} {count:6}   crashes {crashes}")
    for what, count, tries in rows(state,
                                   "SELECT state, count(*), sum(tries) FROM part GROUP BY 1"):
        print(f"  parts  {what:9} {'':14} {count:6}   submissions {tries}")
    for table in ("mail", "mail_bytes", "part_bytes", "memory", "counter"):
        print(f"  rows   {table:24} {rows(state, f'SELECT count(*) FROM {table}')[0][0]:6}")
    print(f"  file   {os.stat(state + '/ledger.db').st_size >> 10} KiB")
