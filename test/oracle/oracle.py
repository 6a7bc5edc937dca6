#!/usr/bin/env python3
"""Runs the oracle over pages: those of the folders given (HTML files, also packed with gzip, and the
inputs of html5lib's tokenizer tests) and prints how alike ours and gumbo's are, and the worst pages.
Fails when recall, precision, order or structure of words is below what is promised on the mean of a
folder, or when what is hidden is not what rules written independently hide.  Where elements of no
list are misnested, gumbo is not true to the standard: the end tag of one ends whichever is open.
Pages of a folder named killers may lose structure, never words: that is what ends them."""
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile

RECALL, PRECISION, ORDER, STRUCTURE = 0.999, 0.999, 0.999, 0.998
CHUNK = 200
WORST = 5
# Where gumbo is not true to the standard: it changes these characters and references.
BEYOND = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef]|&#(x[0-9a-f]{7}|[0-9]{8})", re.I)


def snippets(path):
    for test in json.load(open(path, encoding="utf-8")).get("tests", []):
        text = test["input"]
        if test.get("doubleEscaped"):
            text = text.encode("utf-8").decode("unicode_escape", "replace")
        if not BEYOND.search(text) and not any(ord(c) & 0xfffe == 0xfffe for c in text):
            yield text.encode("utf-8", "replace")


def pages_of(folder, scratch):
    """Yields (kind, name, path)."""
    for base, dirs, names in sorted(os.walk(folder)):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(base, name)
            inside = os.path.relpath(path, folder)
            kind = inside.split(os.sep)[0] if os.sep in inside else os.path.basename(folder)
            if name.endswith(".html"):
                yield kind, inside, path
            elif name.endswith(".html.gz"):
                copy = os.path.join(scratch, path[:-3].replace(os.sep, "_"))
                with gzip.open(path) as packed, open(copy, "wb") as out:
                    out.write(packed.read())
                yield kind, inside, copy
            elif name.endswith(".test"):
                for number, text in enumerate(snippets(path)):
                    copy = os.path.join(scratch, "%s-%d" % (name, number))
                    with open(copy, "wb") as out:
                        out.write(text)
                    yield kind + " snippets", "%s %d" % (name, number), copy


def run(program, paths):
    """Yields a page's numbers by path."""
    for start in range(0, len(paths), CHUNK):
        done = subprocess.run([program] + paths[start:start + CHUNK], stdout=subprocess.PIPE,
                              check=False)
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            fields = line.split("\t")
            yield fields[0], [int(field) for field in fields[1:]]
        if done.returncode:
            sys.exit("%s failed (%d)" % (program, done.returncode))


def ratio(part, whole):
    return part / whole if whole else 1.0


def report(kind, rows):
    mean = lambda values: sum(values) / len(values)
    recall = [ratio(row[2], row[0]) for _, row in rows]
    precision = [ratio(row[2], row[1]) for _, row in rows]
    order = [ratio(row[3], row[4]) for _, row in rows]
    shape = [ratio(row[5], row[2]) for _, row in rows]
    print("%-22s %6d pages  recall %.5f  precision %.5f  order %.5f  structure %.5f  hiding apart %d"
          "  %.2f ms" % (kind, len(rows), mean(recall), mean(precision), mean(order), mean(shape),
                         sum(row[6] for _, row in rows), mean([row[7] for _, row in rows]) / 1000))
    worst = sorted(zip(recall, precision, order, shape, [name for name, _ in rows]))
    unlike = [page for page in worst if min(page[:4]) < .9999]
    for page in unlike[:WORST]:
        print("    recall %.4f  precision %.4f  order %.4f  structure %.4f  %s" % page)
    return (mean(recall) >= RECALL and mean(precision) >= PRECISION and mean(order) >= ORDER and
            (kind == "killers" or mean(shape) >= STRUCTURE) and not any(row[6] for _, row in rows))


def main():
    program, good = sys.argv[1], True
    with tempfile.TemporaryDirectory() as scratch:
        for folder in sys.argv[2:]:
            pages = list(pages_of(folder, scratch))
            results = dict(run(program, [path for _, _, path in pages]))
            for kind in sorted(set(kind for kind, _, _ in pages)):
                rows = [(name, results[path]) for k, name, path in pages if k == kind]
                good &= report(kind, rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
