"""The embedded Redis: rate windows and robot state, on a socket inside the data folder.

It never writes a journal: nothing in it is owed to anybody. A snapshot now and then, and at the end, keeps the windows
across a restart, so that restarting is no way around a limit.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from backend.up.binaries import Binaries
from backend.up.children import last_lines, spawn
from backend.up.failures import CannotStart
from backend.up.server_user import ServerUser

STOP = signal.SIGTERM


@dataclass(frozen=True)
class Redis:
    folder: Path
    sockets: Path
    log: Path
    user: ServerUser
    binaries: Binaries
    durable: bool = True

    @property
    def _socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket))}"

    def prepare(self) -> None:
        self.user.make_folder(self.folder)

    def start(self) -> subprocess.Popen[bytes]:
        self._socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "daemonize": "no",
            "appendonly": "no",
            "save": "300 1" if self.durable else "",
            "maxmemory": "128mb",
            "maxmemory-policy": "volatile-ttl",
            "stop-writes-on-bgsave-error": "no",
            "loglevel": "notice",
        }
        return spawn(
            [self.binaries.redis_server, *(part for name, value in options.items() for part in (f"--{name}", value))],
            log=self.log,
            env={"LANG": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"},
            death=STOP,
            user=self.user,
        )

    def wait(self, child: subprocess.Popen[bytes], patience: float = 60) -> None:
        """Return once it answers."""
        until = time.monotonic() + patience
        while not self._answers():
            if child.poll() is not None:
                raise CannotStart(f"Redis did not start. Its log ends:\n{last_lines(self.log)}")
            if time.monotonic() > until:
                raise CannotStart(f"Redis does not answer after {patience:.0f} s; see {self.log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self._socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
            except OSError:
                return False
