#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes entities.inc: the named character references of HTML, in byte order of their names."""

from html.entities import html5

NAMES = sorted(name[:-1] for name in html5 if name.endswith(";"))


def main():
    print("/* SPDX-License-Identifier: ISC */")
    print("/* Made by entities.py: do not edit.  Names stand one behind the other in the pool. */")
    print("static const char entity_pool[] =")
    for start in range(0, len(NAMES), 8):
        print('    "' + "".join(NAMES[start:start + 8]) + '"')
    print("    ;")
    print("/* offset and length of the name, whether it counts without `;`, its text in UTF-8 */")
    print("static const struct entity entities[] = {")
    offset = 0
    for name in NAMES:
        text = "".join(f"\\x{byte:02x}" for byte in html5[name + ";"].encode())
        print(f'    {{{offset}, {len(name)}, {int(name in html5)}, "{text}"}},')
        offset += len(name)
    print("};")


main()
