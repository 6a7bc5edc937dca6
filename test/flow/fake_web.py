# SPDX-License-Identifier: ISC
"""A web server that misbehaves on purpose, on 127.0.0.1, for a bounded time.

/slow     sends the head and then a byte now and then
/hang     takes the request and never answers
/cut      closes in the middle of a declared body
/garbage  answers something that is not HTTP
/endless  sends a body without end
/bomb     a small gzip that grows to 300 MB
/latin1   a page in ISO-8859-1 without saying so in HTML
/hold     answers when the file named on the command line is there
"""
import gzip
import io
import os
import socket
import socketserver
import sys
import time

LIFE_SECONDS = 600


def gzip_bomb():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9) as packed:
        for _ in range(300):
            packed.write(b"\0" * (1 << 20))
    return out.getvalue()


BOMB = gzip_bomb()


class Handler(socketserver.BaseRequestHandler):
    def head(self, kind="text/html", length=None, extra=""):
        lines = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n{extra}"
        if length is not None:
            lines += f"Content-Length: {length}\r\n"
        self.request.sendall((lines + "\r\n").encode("ascii"))

    def handle(self):
        self.request.settimeout(60)
        try:
            words = self.request.recv(65536).split(b" ")
            getattr(self, words[1].decode("ascii").strip("/"), self.plain)()
        except (OSError, IndexError):
            pass

    def plain(self):
        body = b"<title>Plain</title><p>A plain page."
        self.head(length=len(body))
        self.request.sendall(body)

    def slow(self):
        self.head(length=100000)
        for _ in range(100):
            self.request.sendall(b"x")
            time.sleep(0.3)

    def hold(self):
        for _ in range(600):
            if os.path.exists(sys.argv[2]):
                break
            time.sleep(0.1)
        self.plain()

    def hang(self):
        time.sleep(30)

    def cut(self):
        self.head(length=100000)
        self.request.sendall(b"<p>half")

    def garbage(self):
        self.request.sendall(b"220 this is no web server\r\n" * 3)

    def endless(self):
        self.head()
        for _ in range(4000):
            self.request.sendall(b"<p>more and more\n" * 1000)

    def bomb(self):
        body = BOMB
        self.head(length=len(body), extra="Content-Encoding: gzip\r\n")
        self.request.sendall(body)

    def latin1(self):
        body = "<title>Grüße</title><p>Käse und Brötchen".encode("latin-1")
        self.head(kind="text/html; charset=iso-8859-1", length=len(body))
        self.request.sendall(body)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", int(sys.argv[1])), Handler) as server:
    server.timeout = 1
    end = time.monotonic() + LIFE_SECONDS
    while time.monotonic() < end:
        server.handle_request()
