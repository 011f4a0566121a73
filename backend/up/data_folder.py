"""Where Candor keeps its things, and the lock that lets one copy at a time use them."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypedDict

from backend.up.failures import CannotStart
from backend.up.server_user import ServerUser, choose_server_user, ourselves

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT = REPOSITORY / "data"
FALLBACK_AS_ROOT = Path("/var/lib/candor")


class Samples(NamedTuple):
    """The sample account, and a profile to try it on."""

    email: str
    password: str
    profile_url: str
    profile_name: str


class Running(TypedDict):
    """What a running copy tells `bin/candor`: its process, address, samples, and the environment of its processes."""

    pid: int
    url: str
    samples: Samples | None
    environment: dict[str, str]


@dataclass(frozen=True)
class DataFolder:
    """One folder with everything in it; `user` runs the embedded servers."""

    path: Path
    user: ServerUser

    @property
    def secrets(self) -> Path:
        return self.path / "secrets.env"

    @property
    def database(self) -> Path:
        return self.path / "pg"

    @property
    def cache(self) -> Path:
        return self.path / "redis"

    @property
    def servers(self) -> Path:
        return self.path / "servers"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def metrics(self) -> Path:
        return self.path / "metrics"

    @property
    def kept(self) -> Path:
        return self.path / "kept-by-fresh"

    @contextmanager
    def locked(self, patience: float = 1) -> Iterator[None]:
        """Hold the folder; refuses when another copy has it. The kernel lets go of it when we die, however we die."""
        lock = self.path / "lock"
        with open(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as held:
            until = time.monotonic() + patience
            while True:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise CannotStart(self._who_has_it(held.read().strip())) from None
                    time.sleep(0.1)
            held.truncate(0)
            held.write(str(os.getpid()))
            held.flush()
            self._note.unlink(missing_ok=True)
            try:
                yield
            finally:
                self._note.unlink(missing_ok=True)

    def announce(self, running: Running) -> None:
        """Leave a note for `bin/candor`, readable by its owner only: it holds passwords."""
        unfinished = self._note.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
            json.dump(running, output, indent=1)
        unfinished.rename(self._note)

    def running(self) -> Running | None:
        """The note of the copy that runs on this folder now, or None."""
        try:
            note: Running = json.loads(self._note.read_text())
        except FileNotFoundError:
            return None
        note["samples"] = Samples(*note["samples"]) if note["samples"] else None
        return note if self.is_held() else None

    def is_held(self) -> bool:
        """Whether somebody holds the lock."""
        with (self.path / "lock").open("r+") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @property
    def _note(self) -> Path:
        return self.path / "run.json"

    def _who_has_it(self, pid: str) -> str:
        note = self.running()
        if note is not None:
            return (
                f"Candor already runs on {self.path}, at {note['url']} (process {note['pid']}).\n"
                "Use that one, stop it with Ctrl-C or `bin/candor stop`, or choose another folder with --data."
            )
        return (
            f"{self.path} is in use by process {pid or 'unknown'}, which is starting, stopping or running a command.\n"
            "Wait a moment, or choose another folder with --data."
        )


def open_data_folder(asked: Path | None, embedded: bool) -> tuple[DataFolder, str]:
    """The folder asked for, or the default one; made when missing. Also a remark for the user, mostly empty.

    As root the servers run as somebody else, who must be able to get there; only the folder's own mode is ever changed.
    """
    try:
        if asked is not None:
            return _open(asked.absolute(), embedded), ""
        try:
            return _open(DEFAULT, embedded), ""
        except _Unreachable as unreachable:
            remark = f"{unreachable}\nThe data folder is therefore {FALLBACK_AS_ROOT}."
            return _open(FALLBACK_AS_ROOT, embedded), remark
    except _Unreachable as unreachable:
        raise CannotStart(f"{unreachable}\nChoose a folder it can enter with --data, or run Candor as a user.") from None
    except OSError as error:
        raise CannotStart(f"{error.filename}: {error.strerror}. Choose another folder with --data.") from error


class _Unreachable(Exception):
    """As root: the account that runs the servers cannot enter."""


def _open(path: Path, embedded: bool) -> DataFolder:
    user = choose_server_user(path / "pg") if embedded else ourselves()
    for parent in reversed(path.parents):
        if parent.exists() and not user.reaches(parent):
            raise _Unreachable(f"PostgreSQL runs as “{user.name}”, who may not enter {parent}.")
    if path.exists() and any(path.iterdir()) and not (path / "lock").exists():
        raise CannotStart(f"{path} holds other things. Choose an empty folder, or a new one, with --data.")
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o711 if user.drops else 0o700)
    if not user.reaches(path):
        raise _Unreachable(f"PostgreSQL runs as “{user.name}”, who may not enter {path}.")
    folder = DataFolder(path, user)
    (path / "lock").touch(mode=0o600)
    for part in (folder.logs, folder.metrics):
        part.mkdir(mode=0o700, exist_ok=True)
    return folder
