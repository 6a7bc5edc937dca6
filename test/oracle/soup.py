#!/usr/bin/env python3
"""Writes pages of tags put together at random, misnested as no author would, into a folder: all the
ways that the rules of tree construction meet.  The same seed gives the same pages.  Left out is where
gumbo itself is not true to the standard: <object> in <marquee>, and text right before </form>."""
import os
import random
import sys

GROUPS = [
    "a b i font nobr code em u".split(),
    "p div h1 h2 blockquote pre address section center article".split(),
    "ul ol li dl dt dd".split(),
    "table tbody thead tr td th caption colgroup col".split(),
    "form button select option optgroup input textarea label fieldset".split(),
    "span ruby rt rp marquee noscript x-y blink br hr img body html".split(),
]


def tag(chance, group):
    name = chance.choice(group)
    if chance.random() < .4:
        return "<br></form>" if name == "form" else "</%s>" % name
    attr = chance.choice(["", "", "", " class=c%d" % chance.randrange(3), " href=/%d" % chance.randrange(3)])
    return "<%s%s>" % (name, attr)


def page(chance):
    parts = ["<!DOCTYPE html>"] if chance.random() < .6 else []
    groups = [chance.choice(GROUPS) for _ in range(chance.randrange(1, 4))]
    for number in range(chance.randrange(3, 40)):
        parts.append(tag(chance, chance.choice(groups)))
        if chance.random() < .5:
            parts.append(chance.choice(["", " ", "\n"]) + "w%d" % number + chance.choice(["", " ", "&amp;"]))
    return "".join(parts)


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    for number in range(count):
        with open(os.path.join(folder, "soup-%d.html" % number), "w") as out:
            out.write(page(chance))


if __name__ == "__main__":
    main()
