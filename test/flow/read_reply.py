#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Reads replies as their reader's mail program would, with python's own parser.

usage: read_reply.py [-q] [-m MAX_BYTES] [--delivered] FILE.eml ...

Checks each file (bytes on the wire, header fields, every part decodes) and prints the decoded
body, flowed text joined again.  With --delivered the files are local copies: line ends are LF.  Exit 1 with the reason at the first thing that is wrong.
"""
import argparse
import email
import email.policy
import re
import sys

ONCE = ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-Loop", "X-Www4mail-Job", "X-Www4mail-Part", "MIME-Version", "Content-Type"]
NEVER = ["Cc", "Bcc", "Reply-To", "Sender", "Disposition-Notification-To",
         "Return-Receipt-To", "Precedence"]


class Wrong(Exception):
    pass


def check_wire(data, max_bytes):
    if max_bytes and len(data) > max_bytes:
        raise Wrong(f"{len(data)} bytes, more than {max_bytes}")
    if not data.endswith(b"\r\n"):
        raise Wrong("does not end with CRLF")
    if b"\r" in data.replace(b"\r\n", b"") or b"\n" in data.replace(b"\r\n", b""):
        raise Wrong("a bare CR or LF")
    if any(byte >= 0x7F or byte < 9 for byte in data):
        raise Wrong("a byte that is no 7-bit text")
    header, _, _ = data.partition(b"\r\n\r\n")
    for number, line in enumerate(data.split(b"\r\n"), 1):
        if len(line) > 998:
            raise Wrong(f"line {number} has {len(line)} bytes")
    for line in header.split(b"\r\n"):
        words = len(line.split()) - (not line.startswith(b" "))
        if len(line) > 78 and words > 1:
            raise Wrong(f"a header line of {len(line)} bytes that could be folded: {line!r}")


def check_fields(mail):
    for name in ONCE:
        if len(mail.get_all(name, [])) != 1:
            raise Wrong(f"{len(mail.get_all(name, []))} fields {name}")
    for name in NEVER:
        if name in mail:
            raise Wrong(f"a field {name}")
    if len(mail["To"].addresses) != 1 or len(mail["From"].addresses) != 1:
        raise Wrong("not one address in To and From")
    if mail["Date"].datetime is None or not str(mail["Date"]).endswith("+0000"):
        raise Wrong(f"Date {mail['Date']}")
    if str(mail["Auto-Submitted"]) != "auto-replied":
        raise Wrong("Auto-Submitted")
    if not re.fullmatch(r"<[^<>\s]+@[^<>\s]+>", str(mail["Message-ID"]).strip()):
        raise Wrong(f"Message-ID {mail['Message-ID']}")
    if not str(mail["Subject"]).startswith("Re: "):
        raise Wrong(f"Subject {mail['Subject']}")
    ids = str(mail.get("References", "")).split()
    if len(ids) > 20 or ("In-Reply-To" in mail and mail["In-Reply-To"].strip() != ids[-1]):
        raise Wrong("References")


def check_defects(mail):
    for part in mail.walk():
        if part.defects:
            raise Wrong(f"defects of a part: {part.defects}")
        for name, value in part.items():
            if getattr(value, "defects", ()):
                raise Wrong(f"defects of {name}: {value.defects}")


def unflow(text):
    """RFC 3676: unstuffs, joins soft lines."""
    out, joined = [], ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line.startswith(" "):
            line = line[1:]
        elif line.startswith(">"):
            raise Wrong("a line of flowed text begins with '>', unstuffed")
        joined += line
        if line.endswith(" ") and line != "-- ":
            continue
        out.append(joined)
        joined = ""
    if joined:
        raise Wrong("the last line of a flowed text is soft")
    return "\n".join(out)


def show(part, out):
    encoding = str(part["Content-Transfer-Encoding"] or "7bit").lower()
    raw = part.get_payload()
    if encoding == "quoted-printable" and any(len(l) > 76 for l in raw.splitlines()):
        raise Wrong("a quoted-printable line of more than 76 characters")
    if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
        charset = part.get_content_charset("us-ascii")
        text = part.get_payload(decode=True).decode(charset)
        if part.get_param("format") == "flowed":
            text = unflow(text)
        out.append(f"--- {part.get_content_type()}\n{text}")
    else:
        data = part.get_payload(decode=True)
        out.append(f"--- {part.get_content_type()} {part.get_filename()} {len(data)} bytes")


def read(path, max_bytes, delivered):
    with open(path, "rb") as file:
        data = file.read()
    if delivered:
        if b"\r" in data:
            raise Wrong("a CR in a delivered mail")
        data = data.replace(b"\n", b"\r\n")
    check_wire(data, max_bytes)
    mail = email.message_from_bytes(data, policy=email.policy.default)
    check_defects(mail)
    check_fields(mail)
    out = [f"Subject: {mail['Subject']}"]
    for part in mail.walk():
        if not part.is_multipart():
            show(part, out)
    return "\n".join(out)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("-q", action="store_true", help="check only")
    options.add_argument("-m", type=int, default=0, help="no file is larger")
    options.add_argument("--delivered", action="store_true", help="LF line ends")
    options.add_argument("files", nargs="+")
    options = options.parse_args()
    for path in options.files:
        try:
            text = read(path, options.m, options.delivered)
        except (Wrong, OSError, UnicodeError, LookupError, ValueError) as error:
            print(f"{path}: {error}", file=sys.stderr)
            return 1
        if not options.q:
            print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
