# SPDX-License-Identifier: ISC
"""Where a run of hostile servers lives: certificates, the servers themselves in threads, and what
clients said to them."""
import pathlib
import socket
import subprocess
import threading

from honest import CONVERSATIONS
from peer import Over, Peer

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class House:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ports = {}     # Script is its own key, by identity
        self.said = {}
        self.caught = []    # whoever dialled the trap
        (self.folder / "tls").mkdir()
        self.trap = self.make_trap()

    # ---- certificates ----

    def certificate(self, name, what):
        return str(self.folder / "tls" / f"{name}.{what}")

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def make_ca(self):
        self.openssl("req", "-x509", *KEY, "-days", "2", "-subj", "/CN=the CA of this test",
                     "-keyout", self.certificate("ca", "key"), "-out", self.certificate("ca", "pem"))

    def make_certificate(self, name, extension, days="2"):
        with open(self.certificate(name, "ext"), "w") as file:
            file.write(extension)
        self.openssl("req", *KEY, "-subj", f"/CN={name}", "-keyout", self.certificate(name, "key"),
                     "-out", self.certificate(name, "csr"))
        self.openssl("x509", "-req", "-in", self.certificate(name, "csr"), "-CA",
                     self.certificate("ca", "pem"), "-CAkey", self.certificate("ca", "key"),
                     "-CAcreateserial", "-days", days, "-extfile", self.certificate(name, "ext"),
                     "-out", self.certificate(name, "pem"))

    def make_certificates(self):
        here = "subjectAltName=DNS:localhost,IP:127.0.0.1"
        self.make_ca()
        self.make_certificate("server", here)
        self.make_certificate("other", "subjectAltName=DNS:elsewhere.example")
        self.make_certificate("expired", here, "-1")
        self.make_certificate("names", here + "".join(f",DNS:n{n}.example" for n in range(10000)))
        self.make_certificate("large", here + "\nnsComment=" + "x" * 1000000)
        self.openssl("req", "-x509", *KEY, "-days", "2", "-subj", "/CN=localhost", "-addext", here,
                     "-keyout", self.certificate("self", "key"), "-out", self.certificate("self", "pem"))

    # ---- servers ----

    @staticmethod
    def scheme(script):
        return "http" if script.tls == "none" else "https"

    def note(self, script, text):
        self.said.setdefault(id(script), []).append(text)

    def heard(self, script):
        return self.said.get(id(script), [])

    def serve_one(self, connection, script):
        peer = Peer(connection, script, self)
        self.note(script, "-- connection")
        try:
            if script.tls == "implicit" and script.cert:
                peer.start_tls()
            # What stands where a handshake should be comes before any request.
            if script.kind == "web" and script.tls == "implicit" and not script.cert:
                script.answer(peer, "")
            CONVERSATIONS[script.kind](peer)
        except (Over, OSError, ValueError):
            pass
        finally:
            peer.socket.close()
            connection.close()

    def serve(self, server, script):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=self.serve_one, args=(connection, script), daemon=True).start()

    def start(self, script):
        server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.ports[script] = server.getsockname()[1]
        threading.Thread(target=self.serve, args=(server, script), daemon=True).start()

    def catch(self, server):
        while True:
            connection, address = server.accept()
            self.caught.append(f"{server.getsockname()} from {address}")
            connection.close()

    def make_trap(self):
        """One port on every address of this machine that nobody is to be sent to."""
        for port in range(20000, 32000):
            try:
                servers = [socket.create_server((at, port)) for at in ("127.0.0.1", "127.0.0.2")]
                if socket.has_ipv6:
                    servers.append(socket.create_server(("::1", port), family=socket.AF_INET6))
            except OSError:
                continue
            for server in servers:
                threading.Thread(target=self.catch, args=(server,), daemon=True).start()
            return port
        raise SystemExit("no port is free for the trap")
