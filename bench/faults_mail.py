"""A mail server for `bench.faults`: it takes letters, puts them off or is away, and keeps when it took each, by its Message-ID."""

import re
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from tests.up.copies import free_port

_ID = re.compile(rb"^Message-ID: <(.+)>\r$", re.MULTILINE | re.IGNORECASE)


@dataclass
class MailServer:
    """On a port of its own, also while it is away. `taken` are (when, Message-ID), which is the same whenever a letter is sent."""

    port: int = field(default_factory=free_port)
    puts_off: bool = False
    goodbye: str = "221 goodbye"
    taken: list[tuple[float, bytes]] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    _server: socketserver.ThreadingTCPServer | None = None

    def open(self) -> None:
        """Be there."""
        mail_server = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _talk(self, mail_server)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", self.port), Talk)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Be away: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def settings(self) -> dict[str, str]:
        """Of a Candor that sends its mail here, and behind whose proxy clients have addresses of their own."""
        return {"SMTP_URL": f"smtp://127.0.0.1:{self.port}", "TRUSTED_PROXIES": "127.0.0.1/32"}

    @property
    def times(self) -> Counter[bytes]:
        """How often each letter was taken."""
        return Counter(name for _, name in self.taken)

    def longest_silence(self, since: float, until: float) -> float:
        """The longest time without a letter, in seconds."""
        marks = [since, *sorted(at for at, _ in self.taken if since < at < until), until]
        return max(later - earlier for earlier, later in pairwise(marks))


def _talk(link: socketserver.StreamRequestHandler, server: MailServer) -> None:
    def say(line: str) -> None:
        link.wfile.write(f"{line}\r\n".encode())

    say("220 mail.example")
    for line in link.rfile:
        verb = line[:4].upper().strip()
        if verb == b"RCPT" and server.puts_off:
            server.refused["451"] += 1
            say("451 4.3.0 try again later")
            continue
        say({b"QUIT": server.goodbye, b"DATA": "354 go on"}.get(verb, "250 yes"))
        if verb == b"QUIT":
            return
        if verb == b"DATA":
            content = b"".join(iter(link.rfile.readline, b".\r\n"))
            name = _ID.search(content)
            assert name is not None
            server.taken.append((time.monotonic(), name[1]))
            say("250 taken")
