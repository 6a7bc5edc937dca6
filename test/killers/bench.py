# CPU time and memory of `www4mail render` for pages made to do harm: bench.py AGENT MODULES FOLDER
# [FOLDER of more pages].  Prints the worst, and those beyond 100 ms (pages below 1 MB) or 120 ms a MB,
# or 64 MB of memory, after the start of the program itself is taken off.  What is beyond is measured
# twice more, and its least time counts: what else the machine does can only add to it.
import ctypes, os, pathlib, subprocess, sys, tempfile

import pages, patterns

PR_SET_CHILD_SUBREAPER = 36
SMALL_MS, LARGE_MS_A_MB, MEMORY_MB, SECONDS = 100, 120, 64, 60
TYPES = {".json": "application/json", ".csv": "text/csv", ".xml": "application/rss+xml",
         ".md": "text/markdown", ".txt": "text/plain"}


def cost(command):
    """User and system time in ms and the largest resident set in MB, of the program and of all it
    started; also of those it did not wait for."""
    pid = os.fork()
    if pid == 0:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        with open(os.devnull, "wb") as nowhere:
            try:
                code = subprocess.run(command, stdout=nowhere, stderr=nowhere, timeout=SECONDS).returncode
            except subprocess.TimeoutExpired:
                code = 99
        try:
            while True:
                os.wait()
        except ChildProcessError:
            pass
        os._exit(code)
    # What this helper itself takes is part of every measurement, and so of what is taken off.
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status), usage


def measure(agent, modules, path, form):
    declared = ["--type", TYPES[path.suffix]] if path.suffix in TYPES else []
    code, usage = cost([agent, "--modules", modules, "render", "--as", form] + declared + [str(path)])
    return code, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss / 1024


def measure_fairly(start, limit, *what):
    """(exit code, ms without the start, MB)"""
    code, ms, memory = measure(*what)
    for _ in range(2):
        if code == 0 and ms - start > limit:
            ms = min(ms, measure(*what)[1])
    return code, max(0, ms - start), memory


def main(agent, modules, *folders):
    with tempfile.TemporaryDirectory() as made:
        made = pathlib.Path(made)
        pages.write(made / "small", pages.small())
        pages.write(made / "large", pages.large())
        patterns.write(made / "patterns")
        empty = made / "empty.html"
        empty.write_text("<p>x")
        start = min(measure(agent, modules, empty, "text")[1] for _ in range(5))
        paths = sorted(made.glob("*/*")) + [p for f in folders for p in sorted(pathlib.Path(f).iterdir())]
        rows, beyond = [], 0
        for path in paths:
            mb = path.stat().st_size / 1e6
            for form in ("text", "html"):
                limit = SMALL_MS if mb < 1 else LARGE_MS_A_MB * mb
                code, ms, memory = measure_fairly(start, limit, agent, modules, path, form)
                over = code != 0 or ms > limit or memory > MEMORY_MB and mb < 1
                beyond += over
                name = path.stem if path.suffix == ".html" else path.name
                rows.append((ms / limit, f"{path.parent.name}/{name} as {form}: {mb:.2f} MB, "
                             f"{ms:.0f} ms, {memory:.0f} MB, exit {code}{'  BEYOND' if over else ''}"))
        rows.sort(reverse=True)
        for share, row in rows[:25] + [r for r in rows[25:] if "BEYOND" in r[1]]:
            print(f"{share:5.2f}  {row}")
        print(f"start {start:.0f} ms (taken off); {len(rows)} renderings, {beyond} beyond "
              f"{SMALL_MS} ms or {LARGE_MS_A_MB} ms a MB, or {MEMORY_MB} MB")


main(*sys.argv[1:])
