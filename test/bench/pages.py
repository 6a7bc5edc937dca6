# SPDX-License-Identifier: ISC
"""Pages for figures: a sample of a folder of pages, or made here; the same ones for the same seed;
and large ones, glued from their bodies."""
import gzip
import pathlib
import random
import re

SEED = 1998
WORDS = """harbour tide wind boat light morning water chart north weather mail station small long
under between quiet rain report island crew anchor letter signal after before sailing winter coast
always never where which there their about would could other great little market paper village
Über façade naïve 東京 море""".split()


def sentence(dice):
    words = [dice.choice(WORDS) for _ in range(dice.randint(5, 22))]
    if dice.random() < 0.3:
        at = dice.randrange(len(words))
        words[at] = f'<a href="/{words[at]}/{dice.randrange(999)}.html" class="l">{words[at]}</a>'
    if dice.random() < 0.2:
        at = dice.randrange(len(words))
        words[at] = f"<{dice.choice(['b', 'em', 'span'])}>{words[at]}</b>"
    return " ".join(words) + dice.choice(". ,&nbsp; &amp; !".split(" "))


def block(dice):
    kind = dice.random()
    if kind < 0.08:
        return f"<h{dice.randint(2, 4)}>{sentence(dice)}</h2>"
    if kind < 0.18:
        return "<ul>" + "".join(f"<li>{sentence(dice)}" for _ in range(dice.randint(2, 9))) + "</ul>"
    if kind < 0.24:
        row = lambda cell: "<tr>" + "".join(f"<{cell}>{dice.choice(WORDS)}" for _ in range(4))
        return "<table>" + row("th") + "".join(row("td") for _ in range(dice.randint(2, 12))) + "</table>"
    if kind < 0.34:
        return f'<div class="share"><img src="/i/{dice.randrange(99)}.png" alt="{dice.choice(WORDS)}">' \
               f'<script>var x = {{"a": [{dice.random()}, "<b>"]}};</script></div>' * dice.randint(1, 6)
    return "<p>" + " ".join(sentence(dice) for _ in range(dice.randint(1, 7))) + "</p>\n"


def made(dice):
    size = int(dice.lognormvariate(10.6, 0.9))  # half of them below 40 KB
    page = ["<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Made</title>"
            "<style>" + ".a{color:red}\n" * (size // 100) + "</style></head><body><div id=main>"]
    length = len(page[0])
    while length < size:
        page.append(block(dice))
        length += len(page[-1])
    return "".join(page + ["</div></body></html>"]).encode()


def read(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def sample(folder, count):
    """So many pages as bytes: out of the .html and .html.gz of a folder (those called expected are
    answers to something, no pages), or made here."""
    dice = random.Random(SEED)
    if not folder:
        return [made(dice) for _ in range(count)]
    paths = sorted(p for suffix in ("html", "html.gz") for p in pathlib.Path(folder).rglob(f"*.{suffix}")
                   if not p.name.startswith("expected"))
    return [read(p) for p in dice.sample(paths, min(count, len(paths)))]


def glue(pages, size):
    """One page of that size and a bit more, of the bodies of others over and over."""
    bodies = []
    for page in pages:
        start = re.search(rb"<body[^>]*>", page, re.I)
        end = page.lower().rfind(b"</body")
        bodies.append(page[start.end() if start else 0:end if end > 0 else len(page)])
    out, length = [b"<!DOCTYPE html><meta charset=utf-8><title>Glued</title><body>"], 0
    while length < size:
        for body in bodies:
            out.append(b"<div>" + body[:size - length] + b"</div>")
            length += len(body)
            if length >= size:
                break
    return b"\n".join(out)
