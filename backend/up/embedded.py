"""Throw-away servers for tests, and the places the embedded servers keep their things.

with servers(folder, durable=False) as running: connect(running.owner_url)
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.up import postgres as pg
from backend.up import redis as rd
from backend.up.binaries import find_binaries
from backend.up.children import stop
from backend.up.failures import CannotStart
from backend.up.server_user import ServerUser, choose_server_user

LONGEST_SOCKET_FOLDER = 88  # a socket's whole path must fit in 107 bytes
_TEMPORARY = "candor-servers-"
_UNLOCKED = "candor-new-servers-"


@dataclass(frozen=True)
class Servers:
    """Where the running servers are. The URLs carry passwords: never log them."""

    owner_url: str
    app_url: str
    purge_url: str
    redis_url: str


@contextmanager
def servers(folder: Path, *, durable: bool = True) -> Iterator[Servers]:
    """Start PostgreSQL and Redis with fresh passwords, yield their URLs, stop them.

    `folder` is a new one. Call from the main thread (see children.py). With `durable=False` nothing is synced to disk
    and the owner may create databases; when root's servers could not enter `folder` (pytest's is closed), a temporary
    one takes its place.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        user = choose_server_user(folder / "pg")
        if not user.reaches(folder):
            if durable:
                raise CannotStart(f"“{user.name}”, who runs the servers, cannot enter {folder}.")
            folder = undo.enter_context(_temporary_folder())
        logs = folder / "logs"
        logs.mkdir(exist_ok=True)
        passwords = pg.Passwords(*(secrets.token_urlsafe(16) for _ in range(4)))
        database, cache = arrange(folder, user, passwords, durable)
        undo.callback(shutil.rmtree, database.sockets, ignore_errors=True)
        database.prepare()
        cache.prepare()
        database_child = database.start()
        undo.callback(stop, database_child, pg.STOP if durable else pg.STOP_AT_ONCE, 20)
        cache_child = cache.start()
        undo.callback(stop, cache_child, rd.STOP, 10)
        database.wait(database_child)
        database.ensure_roles()
        cache.wait(cache_child)
        yield Servers(database.url(pg.OWNER), database.url(pg.APP), database.url(pg.PURGE), cache.url)


@contextmanager
def redis_alone() -> Iterator[str]:
    """A throw-away Redis; yields its URL. Call from the main thread."""
    with ExitStack() as undo:
        folder = undo.enter_context(_temporary_folder())
        user = choose_server_user(folder)
        (folder / "logs").mkdir()
        _, cache = arrange(folder, user, pg.Passwords("", "", "", ""), durable=False)
        cache.prepare()
        child = cache.start()
        undo.callback(stop, child, rd.STOP, 10)
        cache.wait(child)
        yield cache.url


def arrange(folder: Path, user: ServerUser, passwords: pg.Passwords, durable: bool = True) -> tuple[pg.Postgres, rd.Redis]:
    """The two servers of a data folder, not yet started."""
    binaries = find_binaries(user, folder / "servers")
    sockets = _make_socket_folder(folder, user)
    logs = folder / "logs"
    return (
        pg.Postgres(folder / "pg", sockets, logs / "postgres.log", user, binaries, passwords, durable),
        rd.Redis(folder / "redis", sockets, logs / "redis.log", user, binaries, durable),
    )


def _make_socket_folder(data: Path, user: ServerUser) -> Path:
    """`<data>/run`, or a short stand-in of our own when that path is too long for a socket."""
    inside = data / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return user.make_folder(inside)
    name = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:16]
    short = Path("/run" if os.geteuid() == 0 else tempfile.gettempdir()) / f"candor-{os.geteuid()}-{name}"
    try:
        short.mkdir(mode=0o700)
    except FileExistsError:
        held = short.lstat()
        if not stat.S_ISDIR(held.st_mode) or held.st_uid not in {os.geteuid(), user.uid}:
            raise CannotStart(
                f"{short} belongs to somebody else, and {data} is too long for a socket. Choose a shorter --data."
            ) from None
    return user.make_folder(short)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder the server account can enter. Those whose makers were killed are cleared away here."""
    place = Path(tempfile.gettempdir())
    for old in place.glob(f"{_TEMPORARY}*"):
        with ExitStack() as undo:
            try:
                lock = undo.enter_context((old / "lock").open("r"))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            shutil.rmtree(old, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=_UNLOCKED))
    made.chmod(0o711)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Only now under a name at which others look: without its lock it would be cleared away.
        folder = made.rename(made.with_name(made.name.replace(_UNLOCKED, _TEMPORARY)))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
