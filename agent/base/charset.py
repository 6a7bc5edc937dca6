#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Writes charset.inc: what bytes 0x80 to 0xFF mean in the single-byte encodings."""

ENCODINGS = [
    ("ibm866", "cp866"), ("ibm437", "cp437"), ("ibm850", "cp850"), ("ibm852", "cp852"),
    ("ibm858", "cp858"),
    *((f"iso-8859-{n}", f"iso8859_{n}") for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    ("koi8-r", "koi8_r"), ("koi8-u", "koi8_u"), ("macintosh", "mac_roman"),
    ("windows-874", "cp874"), *((f"windows-{n}", f"cp{n}") for n in range(1250, 1259)),
    ("x-mac-cyrillic", "mac_cyrillic"),
]
# Where the standard knows more than Python's tables.
EXTRA = {("windows-1255", 0xCA): 0x05BA, ("koi8-u", 0xAE): 0x045E, ("koi8-u", 0xBE): 0x040E}


def meaning(name, codec, byte):
    if (name, byte) in EXTRA:
        return EXTRA[name, byte]
    try:
        return ord(bytes([byte]).decode(codec))
    except UnicodeDecodeError:
        return byte if byte < 0xA0 else 0xFFFD


def main():
    print("/* SPDX-License-Identifier: ISC */")
    print("/* Made by charset.py: do not edit. */")
    print("#define CHARSET_SINGLE(X) \\")
    print(" \\\n".join(f'    X("{name}")' for name, _ in ENCODINGS))
    print("static const uint16_t single_byte[][128] = {")
    for name, codec in ENCODINGS:
        print(f"    {{ /* {name} */")
        row = [meaning(name, codec, byte) for byte in range(0x80, 0x100)]
        for start in range(0, 128, 12):
            print("     " + " ".join(f"0x{code:04x}," for code in row[start:start + 12]))
        print("    },")
    print("};")


main()
