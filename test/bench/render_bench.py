# SPDX-License-Identifier: ISC
"""Figures of the renderer: `render --as text` in pairs with other programs on the same pages,
start-up included; large pages; peak memory; the way a page goes in a run; and which stage takes how
much of it.

usage: render_bench.py [RIVAL...]   environment: B, CORPUS (a folder of pages; without it pages are
made here), PAGES (60), PAIRS (5); RIVAL `none`: the last two alone
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import measure
import pages
import stages

B = os.environ.get("B", "build")
OURS = [f"{B}/www4mail", "--modules", f"{B}/modules", "render", "--as", "text"]
RIVALS = {
    "w3m": ["w3m", "-dump", "-T", "text/html"],
    "lynx": ["lynx", "-dump", "-stdin", "-force_html"],
    "links2": ["links2", "-dump", "-force-html", "/dev/stdin"],
    "html2text": ["html2text"],
}
GOALS = {"ordinary": 0.6, "large": 0.5}
PAIRS = int(os.environ.get("PAIRS", "5"))
MB = 1_000_000


def spread(values):
    values = sorted(values)
    return f"median {statistics.median(values):.2f}, p90 {values[int(len(values) * 0.9)]:.2f}"


def verdict(rival, value, goal):
    if rival != "w3m":
        return ""
    return f"  (goal {goal}: {'reached' if value <= goal else 'MISSED'})"


def compare_ordinary(rival, paths):
    got = [measure.pairs(OURS, RIVALS[rival], path, PAIRS) for path in paths]
    middle = statistics.median(g[0] for g in got)
    print(f"{rival}: {len(paths)} pages: CPU ratio {spread(g[0] for g in got)}, "
          f"wall ratio {spread(g[1] for g in got)}; "
          f"{statistics.median(g[2] for g in got) * 1000:.1f} ms against "
          f"{statistics.median(g[3] for g in got) * 1000:.1f} ms"
          + verdict(rival, middle, GOALS["ordinary"]), flush=True)


def compare_large(rival, path, size):
    cpu, wall, ours, theirs = measure.pairs(OURS, RIVALS[rival], path, 3)
    print(f"{rival}: {size / MB:.0f} MB: CPU ratio {cpu:.2f}, wall ratio {wall:.2f}; "
          f"{size / MB / ours:.0f} MB/s against {size / MB / theirs:.0f} MB/s"
          + verdict(rival, cpu, GOALS["large"]), flush=True)


def compare_memory(rival, path, name):
    ours, theirs = measure.peak(OURS, path), measure.peak(RIVALS[rival], path)
    print(f"{rival}: peak memory, {name}: {ours / MB:.1f} MB against {theirs / MB:.1f} MB"
          + verdict(rival, ours / max(theirs, 1), 1), flush=True)


def main():
    wanted = [r for r in sys.argv[1:] or RIVALS if r in RIVALS and shutil.which(RIVALS[r][0])]
    sample = pages.sample(os.environ.get("CORPUS"), int(os.environ.get("PAGES", "60")))
    with tempfile.TemporaryDirectory() as folder:
        def put(name, page):
            path = pathlib.Path(folder) / name
            path.write_bytes(page)
            return path
        paths = [put(f"{n:03}.html", page) for n, page in enumerate(sample)]
        sizes = sorted(len(p) for p in sample)
        print(f"pages: {len(sample)}, median {sizes[len(sizes) // 2] / 1000:.0f} KB, "
              f"largest {sizes[-1] / 1000:.0f} KB; {PAIRS} pairs a page")
        middle = sorted(paths, key=lambda p: p.stat().st_size)[len(paths) // 2]
        large = {size: put(f"{size // MB}MB.html", pages.glue(sample, size)) for size in (MB, 10 * MB)}
        for rival in wanted:
            compare_ordinary(rival, paths)
            for size, path in large.items():
                compare_large(rival, path, size)
        for rival in wanted[:1]:
            compare_memory(rival, middle, "a page of middle size")
            for size, path in large.items():
                compare_memory(rival, path, f"{size / MB:.0f} MB")
        subprocess.run([f"{B}/bench/parse_bench", f"{B}/modules", *map(str, paths)], check=True)
        stages.report(f"{B}/bench/stage_bench", f"{B}/modules",
                      [(f"{len(paths)} pages", paths),
                       *((f"{size // MB} MB", [path]) for size, path in large.items())])


main()
