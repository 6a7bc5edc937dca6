# SPDX-License-Identifier: ISC
"""Runs a command and tells the peak private memory of it and all its descendants together.

Private memory is the sum of Private_Clean and Private_Dirty in /proc/PID/smaps_rollup, added over
all processes at one moment; the peak is over moments a few milliseconds apart.
Prints "peak N KiB" on standard error; ends with the command's exit code.
"""
import os
import subprocess
import sys
import time


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def tree(pid):
    found, rest = [], [pid]
    while rest:
        one = rest.pop()
        found.append(one)
        rest += children(one)
    return found


def private(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
    except (OSError, IndexError, ValueError):
        return 0


def main():
    process = subprocess.Popen(sys.argv[1:])
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(private(pid) for pid in tree(process.pid)))
        time.sleep(0.003)
    print(f"peak {peak} KiB", file=sys.stderr)
    sys.exit(process.returncode if process.returncode >= 0 else 128 - process.returncode)


if __name__ == "__main__":
    main()
