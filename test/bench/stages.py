# SPDX-License-Identifier: ISC
"""Where the time of a page goes: a table of the renderer's stages."""
import statistics
import subprocess

WORDS = {
    "decode": "type, charset, UTF-8",
    "tokenizer": "tokenizer",
    "construct": "tree construction",
    "sheets": "style sheets",
    "hiding": "hiding, blocks",
    "tables": "tables of data",
    "links": "links",
    "facts": "title, facts, needs",
    "text": "lines of text",
    "whole": "as text",
    "html": "html instead of text",
    "article": "finding the article",
    "article_text": "... and its text",
}
TOGETHER = list(WORDS)[:9]  # the stages that the whole is made of


def rows(program, modules, paths):
    """Milliseconds by stage, of each page."""
    run = subprocess.run([program, modules, *map(str, paths)], check=True, capture_output=True,
                         text=True)
    names, *lines = run.stdout.splitlines()
    for line in lines:
        page = dict(zip(names.split("\t"), map(float, line.split("\t"))))
        page["whole"] = page["page"] + page["text"]
        yield page


def column(pages):
    """Of each stage milliseconds and per cent of its page as text: medians."""
    return {name: (statistics.median(page[name] for page in pages),
                   statistics.median(100 * page[name] / page["whole"] for page in pages))
            for name in WORDS}


def report(program, modules, groups):
    """Prints a table; `groups` are names and their pages."""
    groups = [(name, list(rows(program, modules, paths))) for name, paths in groups]
    columns = [column(pages) for _, pages in groups]
    print("\nstages of rendering: ms of CPU and per cent of a page as text; in one process, start-up "
          "aside; medians")
    print(f"{'':24}" + "".join(f"{name:>20}" for name, _ in groups))
    for name, words in WORDS.items():
        print(f"  {words:22}" + "".join(f"{c[name][0]:13.3f}{c[name][1]:5.0f} %" for c in columns))
    print("  one by one, they take " + ", ".join(
        f"{statistics.median(sum(p[n] for n in TOGETHER) / p['whole'] for p in pages):.2f}"
        for _, pages in groups) + " of what they take together", flush=True)
