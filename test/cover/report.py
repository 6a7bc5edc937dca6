#!/usr/bin/env python3
"""Prints what gcovr counted, room by room; `--floors`: fails below the floors, and names what is
missing to them.  `--missing PATH...` lists lines and branches that nothing reached in those files."""
import json
import os
import sys

LINES_FLOOR = 85  # per cent of the whole
# Where every branch must have been taken both ways.
WHOLE = ("agent/base/address.c", "agent/policy/loops.c", "agent/policy/match.c", "agent/ledger/")


class Count:
    def __init__(self):
        self.lines = self.lines_hit = self.branches = self.branches_hit = 0
        self.missing_lines, self.missing_branches = [], []

    def add(self, other):
        for name in ("lines", "lines_hit", "branches", "branches_hit"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def count_file(entry):
    count = Count()
    for line in entry["lines"]:
        if line.get("gcovr/noncode"):
            continue
        count.lines += 1
        count.lines_hit += line["count"] > 0
        if line["count"] == 0:
            count.missing_lines.append(line["line_number"])
        missed = sum(branch["count"] == 0 for branch in line["branches"])
        count.branches += len(line["branches"])
        count.branches_hit += len(line["branches"]) - missed
        if missed:
            count.missing_branches.append(f"{line['line_number']}({missed})")
    return count


def per_cent(hit, of):
    return f"{100 * hit / of:6.1f} %" if of else "      - "


def show(name, count):
    print(f"{name:20} {count.lines:7} {per_cent(count.lines_hit, count.lines)}"
          f" {count.branches:9} {per_cent(count.branches_hit, count.branches)}")


def tell_missing(name, count):
    print(f"{name}: lines {','.join(map(str, count.missing_lines)) or '-'};"
          f" branches {','.join(count.missing_branches) or '-'}")


def main(path, *options):
    with open(path, encoding="utf-8") as file:
        files = {entry["file"]: count_file(entry) for entry in json.load(file)["files"]}
    if options and options[0] == "--missing":
        for name in sorted(files):
            if not options[1:] or name.startswith(tuple(options[1:])):
                tell_missing(name, files[name])
        return 0
    rooms, total = {}, Count()
    for name, count in files.items():
        rooms.setdefault(os.path.dirname(name), Count()).add(count)
        total.add(count)
    print(f"{'room':20} {'lines':>7} {'reached':>8} {'branches':>9} {'taken':>8}")
    for room in sorted(rooms):
        show(room, rooms[room])
    show("all", total)
    if "--floors" not in options:
        return 0
    wanting = {name: count for name, count in files.items()
               if name.startswith(WHOLE) and count.branches_hit < count.branches}
    for name in sorted(wanting):
        tell_missing(name, wanting[name])
    low = total.lines_hit * 100 < LINES_FLOOR * total.lines
    if low:
        print(f"fewer than {LINES_FLOOR} % of all lines are reached")
    if wanting:
        print("branches of address classes, loop rules or the ledger are never taken")
    return 1 if low or wanting else 0


sys.exit(main(*sys.argv[1:]))
