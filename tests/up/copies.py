"""Copies of `candor up` as processes of their own, for the tests that kill them."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx
import psutil
import psycopg

from backend.up import launch
from backend.up.data_folder import REPOSITORY, DataFolder
from backend.up.server_user import ourselves

PATIENCE = 40
STAND_IN = ("-m", "tests.up.stand_in")
_STEERING = {"DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_URL", "CANDOR_DATA"}


class Copy:
    """One `candor up`, its output and its processes."""

    def __init__(
        self,
        data: Path,
        *options: str,
        port: int | None = None,
        program: tuple[str, ...] = STAND_IN,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115
        clean = {name: value for name, value in os.environ.items() if name not in _STEERING}
        self.process = subprocess.Popen(
            [sys.executable, *program, "up", f"--data={data}", f"--port={self.port}", *options],
            cwd=REPOSITORY,
            env={**clean, **(settings or {})},
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.family: list[psutil.Process] = []

    def said(self) -> str:
        self.output.seek(0)
        return self.output.read()

    def up(self) -> "Copy":
        until(lambda: "Ctrl-C stops it" in self.said() or self.process.poll() is not None, self.said)
        assert self.process.poll() is None, self.said()
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return self

    def refused(self) -> str:
        assert self.process.wait(PATIENCE) == 1, self.said()
        return self.said()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)

    def child(self, word: str) -> psutil.Process:
        return next(one for one in psutil.Process(self.process.pid).children() if word in " ".join(one.cmdline()))

    def api_workers(self) -> list[psutil.Process]:
        return [one for one in self.child("granian").children() if "resource_tracker" not in " ".join(one.cmdline())]

    def is_whole(self) -> bool:
        """Whether everything that was started runs, and the API can serve reveals with the limits on."""
        try:
            self.child("backend.cli worker")
            workers = self.api_workers()
            answer = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5)
        except (StopIteration, psutil.NoSuchProcess, httpx.TransportError):
            return False
        return len(workers) == launch.WORKERS and answer.json() == {"status": "ready", "database": True, "redis": True}

    def environment(self) -> dict[str, str]:
        note = DataFolder(self.data, ourselves()).running()
        assert note is not None
        return note["environment"]

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.environment()["DATABASE_OWNER_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


def until(true: Callable[[], bool], tell: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, tell()
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def alive(family: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
