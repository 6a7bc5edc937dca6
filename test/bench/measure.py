# SPDX-License-Identifier: ISC
"""What a command costs: processor and wall time, and the memory of all its processes together."""
import os
import pathlib
import resource
import statistics
import subprocess
import time


def run(command, page):
    """Seconds of processor (everything that was waited for) and of the clock."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with open(page, "rb") as source:
        code = subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if code != 0:
        raise SystemExit(f"{command[0]} ended with {code} on {page}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def pairs(ours, theirs, page, count):
    """Medians over pairs run side by side: CPU ratio, wall ratio, our CPU, their CPU (seconds)."""
    run(ours, page)
    run(theirs, page)
    taken = [(run(ours, page), run(theirs, page)) for _ in range(count)]
    return (statistics.median(a[0] / max(b[0], 1e-4) for a, b in taken),
            statistics.median(a[1] / max(b[1], 1e-4) for a, b in taken),
            statistics.median(a[0] for a, _ in taken), statistics.median(b[0] for _, b in taken))


def family(pid):
    yield pid
    for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def resident(pid):
    """Its part of what is mapped (what several share is divided among them), in bytes; a process
    that hides that is told by what is resident, which is more."""
    try:
        text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(text.split("\nPss:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        pages = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE")


def peak(command, page):
    """The most that all its processes had at once, looked at every millisecond, in bytes."""
    most = 0
    with open(page, "rb") as source:
        process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
    while process.poll() is None:
        try:
            most = max(most, sum(resident(pid) for pid in family(process.pid)))
        except (OSError, IndexError, ValueError):
            pass  # one of them has just ended
        time.sleep(0.001)
    return most
