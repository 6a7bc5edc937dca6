#!/usr/bin/env python3
# Scores `www4mail render --as article` against pages whose article is known.
#
# usage: test/article_score.py WWW4MAIL FOLDER [--each] [--splits N]
#   FOLDER holds ground-truth.json ({id: {articleBody, url}}) and html/ID.html.gz: shingles of four words,
#   F1 of the mean precision and the mean recall;
#   or folders with source.html.gz and expected.html.gz: words, mean of the pages' F1.
#   --splits N: the same figure for both halves of N random divisions of the pages.
import collections
import gzip
import html.parser
import json
import os
import random
import re
import subprocess
import sys

INLINE = set("a abbr b code em font i small span strong sub sup u".split())


class Text(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.skip = [], 0

    def tag(self, name, step):
        self.skip = max(0, self.skip + step * (name in ("script", "style", "template")))
        self.parts.append("" if name in INLINE else " ")

    def handle_starttag(self, name, attrs):
        self.tag(name, 1)

    def handle_endtag(self, name):
        self.tag(name, -1)

    def handle_data(self, data):
        self.parts.append("" if self.skip else data)


def words_of(text, size):
    words = re.findall(r"\w+", text)
    return collections.Counter(tuple(words[i:i + size]) for i in range(max(1, len(words) - size + 1))) if words else collections.Counter()


def unzip(path):
    with gzip.open(path) as file:
        return file.read()


def article_pages(folder):
    with open(f"{folder}/ground-truth.json", encoding="utf-8") as file:
        truth = json.load(file)
    for key, page in sorted(truth.items()):
        yield key, unzip(f"{folder}/html/{key}.html.gz"), page["url"], page["articleBody"], []


def readability_pages(folder):
    for key in sorted(os.listdir(folder)):
        text = Text()
        text.feed(unzip(f"{folder}/{key}/expected.html.gz").decode("utf-8", "replace"))
        text.close()
        yield (key, unzip(f"{folder}/{key}/source.html.gz"), "http://page.invalid/a/b.html", "".join(text.parts),
               ["--charset", "utf-8"])


def f1(p, r):
    return 2 * p * r / (p + r) if p + r else 0.0


def measure(pages, by_shingles):
    """Of pages as (hits, said, wanted)."""
    if not by_shingles:
        return sum(2 * hit / max(1, said + wanted) for hit, said, wanted in pages) / max(1, len(pages))
    precision = [hit / said for hit, said, wanted in pages if said]
    recall = [hit / wanted for hit, said, wanted in pages if wanted]
    return f1(sum(precision) / max(1, len(precision)), sum(recall) / max(1, len(recall)))


def main():
    program, folder = sys.argv[1:3]
    by_shingles = os.path.exists(f"{folder}/ground-truth.json")
    size, results, failed = 4 if by_shingles else 1, {}, 0
    for key, page, url, want, more in (article_pages if by_shingles else readability_pages)(folder):
        run = subprocess.run([program, "render", "--as", "article", "--url", url, *more], input=page,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False)
        failed += run.returncode != 0
        said, wanted = words_of(run.stdout.decode("utf-8", "replace"), size), words_of(want, size)
        results[key] = sum((said & wanted).values()), sum(said.values()), sum(wanted.values())
    if "--each" in sys.argv:
        for key, (hit, said, wanted) in sorted(results.items(), key=lambda item: 2 * item[1][0] / max(1, item[1][1] + item[1][2])):
            print(f"  {2 * hit / max(1, said + wanted):.3f}  {key[:40]}  too much {said - hit}  missing {wanted - hit}")
    if "--splits" in sys.argv:
        for seed in range(int(sys.argv[sys.argv.index("--splits") + 1])):
            keys = sorted(results)
            random.Random(seed).shuffle(keys)
            halves = [measure([results[key] for key in keys[i::2]], by_shingles) for i in range(2)]
            print(f"  split {seed}: {halves[0]:.3f} {halves[1]:.3f}")
    print(f"{len(results)} pages, {failed} failed, F1 {measure(list(results.values()), by_shingles):.4f}")


main()
