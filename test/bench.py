# SPDX-License-Identifier: ISC
"""Figures of whole processes: CPU of rendering in pairs with other programs, and the time from exec
to the first job in the stage `process`.

usage: bench.py [PAGE...]    without pages, the ones of test/pages and a 1 MB page made here
"""
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

B = os.environ.get("B", "build")
PAIRS = 7


def cpu(command, page):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(page, "rb") as source:
        subprocess.run(command, stdin=source, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(ours, theirs, page):
    cpu(ours, page)
    cpu(theirs, page)
    return statistics.median(cpu(ours, page) / max(cpu(theirs, page), 1e-4) for _ in range(PAIRS))


def large_page(folder):
    page = pathlib.Path(folder) / "large-1MB.html"
    body = pathlib.Path("test/pages/harbour.html").read_text()
    body = body[body.index("<h1>"):body.index("</body>")]
    page.write_text("<title>Large</title>" + body * (1_000_000 // len(body)))
    return page


REQUEST = """From: ann@people.example
To: web@agent.example

help
"""
ACCOUNTS = """state: state
accounts:
  - name: web
    address: web@agent.example
    mailbox: {kind: maildir, path: in}
    submission: {kind: maildir, path: out}
    senders: {allow: ['*@people.example']}
"""


def start_up(folder):
    """Milliseconds from exec until a job has gone through parsemail, medians of RUNS."""
    times = []
    root = pathlib.Path(folder)
    (root / "accounts.yaml").write_text(ACCOUNTS)
    for name in "tmp", "new", "cur":
        (root / "in" / name).mkdir(parents=True)
    for n in range(PAIRS * 3):
        (root / "in" / "new" / f"17000000{n:02d}.bench").write_text(REQUEST + "\n" * n)
        began = time.monotonic()
        command = [f"{B}/www4mail", "-c", str(root / "accounts.yaml"), "--modules", f"{B}/modules",
                   "--once", "-v"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr:
                if "parsemail" in line:
                    times.append((time.monotonic() - began) * 1000)
        if process.returncode != 0:
            sys.exit(f"bench: the agent ended with {process.returncode}")
    return statistics.median(times), min(times)


def main():
    with tempfile.TemporaryDirectory() as folder:
        median, best = start_up(folder)
        print(f"from exec to the first job in process: median {median:.1f} ms, best {best:.1f} ms")
    ours = [f"{B}/www4mail", "--modules", f"{B}/modules", "render", "--as", "text"]
    rivals = {"w3m": ["w3m", "-dump", "-T", "text/html"], "lynx": ["lynx", "-dump", "-stdin"]}
    with tempfile.TemporaryDirectory() as folder:
        pages = [pathlib.Path(p) for p in sys.argv[1:]] or [
            *sorted(pathlib.Path("test/pages").glob("*.html")), large_page(folder)]
        for name, command in rivals.items():
            if not shutil.which(command[0]):
                print(f"{name}: not installed")
                continue
            ratios = [compare(ours, command, page) for page in pages]
            for page, ratio in zip(pages, ratios) if len(pages) < 10 else []:
                print(f"render, CPU over that of {name}: {page.name} {ratio:.2f}")
            print(f"render, CPU over that of {name}: median of {len(pages)} pages "
                  f"{statistics.median(ratios):.2f}, worst {max(ratios):.2f}")


main()
