"""The embedded Redis: rate windows and robot state, on a socket inside the data folder.

It never writes a journal: nothing in it is owed to anybody. A snapshot now and then, and at the end, keeps the windows
across a restart, so that restarting is no way around a limit.
"""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis

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
    def socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.socket))}"

    def prepare(self) -> None:
        self.user.make_folder(self.folder)

    def start(self) -> subprocess.Popen[bytes]:
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
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
        until = time.monotonic() + patience
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            while True:
                try:
                    client.ping()
                except redis.RedisError as error:
                    if child.poll() is not None:
                        raise CannotStart(f"Redis did not start. Its log ends:\n{last_lines(self.log)}") from error
                    if time.monotonic() > until:
                        raise CannotStart(f"Redis does not answer after {patience:.0f} s; see {self.log}") from error
                    time.sleep(0.02)
                else:
                    return
        finally:
            client.close()
