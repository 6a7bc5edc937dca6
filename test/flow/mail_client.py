#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A person's mail program: reads over IMAP, sends by submission.  Only loopback is ever dialled.

usage: mail_client.py PORT CA_FILE USER PASSWORD COMMAND [ARGUMENTS]

count [FOLDER]        how many mails
flags [FOLDER]        a line of flags for each mail
wait COUNT            until INBOX holds COUNT mails, at most 20 s
read DIR              every mail of INBOX into DIR, as a file each with CRLF line ends
append FOLDER FILE    puts a mail there
delete FOLDER         empties a folder
send TO FILE          by submission with STARTTLS on PORT
"""
import imaplib
import os
import smtplib
import ssl
import sys
import time


def select(box, folder):
    code, data = box.select(folder)
    return int(data[0]) if code == "OK" else 0


def wait(box, count):
    for _ in range(200):
        if select(box, "INBOX") >= count:
            return 0
        time.sleep(0.1)
    print(f"{select(box, 'INBOX')} mails, not {count}", file=sys.stderr)
    return 1


def read(box, folder):
    os.makedirs(folder, exist_ok=True)
    for number in range(1, select(box, "INBOX") + 1):
        _, data = box.fetch(str(number), "(BODY.PEEK[])")
        body = data[0][1]
        # What delivery wrote above the mail is not the mail.
        while body.split(b":")[0].lower() in (b"return-path", b"delivered-to", b"received"):
            end = body.index(b"\r\n") + 2
            while body[end:end + 1] in (b" ", b"\t"):
                end = body.index(b"\r\n", end) + 2
            body = body[end:]
        with open(os.path.join(folder, f"{number}.eml"), "wb") as file:
            file.write(body)


def flags(box, folder):
    if select(box, folder):
        for line in box.fetch("1:*", "(FLAGS)")[1]:
            print(line.decode())


def send(port, context, user, password, to, path):
    with smtplib.SMTP("127.0.0.1", port) as server, open(path, "rb") as file:
        server.starttls(context=context)
        server.login(user, password)
        server.sendmail(user, [to], file.read().replace(b"\n", b"\r\n"))


def main():
    port, ca_file, user, password, command = sys.argv[1:6]
    rest = sys.argv[6:]
    context = ssl.create_default_context(cafile=ca_file)
    if command == "send":
        return send(int(port), context, user, password, *rest)
    box = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=context)
    box.login(user, password)
    folder = rest[0] if rest else "INBOX"
    if command == "count":
        print(select(box, folder))
    elif command == "flags":
        flags(box, folder)
    elif command == "wait":
        return wait(box, int(rest[0]))
    elif command == "read":
        read(box, folder)
    elif command == "append":
        with open(rest[1], "rb") as file:
            box.append(folder, None, None, file.read().replace(b"\n", b"\r\n"))
    elif command == "delete":
        if select(box, folder):
            box.store("1:*", "+FLAGS", "\\Deleted")
            box.expunge()
    else:
        raise SystemExit(__doc__)
    box.logout()
    return 0


sys.exit(main())
