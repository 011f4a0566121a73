"""The environment in which Candor's processes and commands run: addresses of the servers, keys, the data folder.

`with_servers` gives it to a command: that of the running copy, or of servers started for as long as the command takes.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psycopg

from backend.up import postgres as pg
from backend.up import redis as rd
from backend.up.address import Address
from backend.up.data_folder import DataFolder, open_data_folder
from backend.up.data_option import data_option
from backend.up.embedded import arrange
from backend.up.failures import CannotStart
from backend.up.fresh import restore_kept
from backend.up.progress import briefly, step
from backend.up.secrets import KEYS, passwords_of, read_or_make_secrets
from backend.up.supervise import Supervisor, Watched

MARK = "CANDOR_SURROUNDED"


@dataclass(frozen=True)
class Options:
    """What `candor up` was asked for."""

    sandbox: bool = False
    limits: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Surroundings:
    """The servers of one data folder, embedded or not, and the environment that leads to them."""

    folder: DataFolder
    database: pg.Postgres | None
    cache: rd.Redis | None
    environment: dict[str, str]

    def forget_sockets(self) -> None:
        """Remove the sockets' folder, which may stand outside the data folder."""
        for server in (self.database, self.cache):
            if server is not None:
                shutil.rmtree(server.sockets, ignore_errors=True)

    @property
    def owner_url(self) -> str:
        return self.environment.get("DATABASE_OWNER_URL") or self.environment["DATABASE_URL"]


def surround(folder: DataFolder, address: Address | None = None, options: Options | None = None) -> Surroundings:
    """Work out the environment. What the caller's own environment says goes first. Call while holding the lock."""
    options = options or Options()
    given = {name: value for name, value in os.environ.items() if value}
    known = read_or_make_secrets(folder.secrets, folder.database)
    own_database = own_cache = None
    if needs_embedded():
        database, cache = arrange(folder.path, folder.user, passwords_of(known))
        own_database = None if "DATABASE_URL" in given else database
        own_cache = None if "REDIS_URL" in given else cache
    environment = {name: given.get(name, known[name]) for name in KEYS}
    environment["CANDOR_DATA"] = str(folder.path)
    environment["PROMETHEUS_MULTIPROC_DIR"] = str(folder.metrics)
    if own_database is not None:
        environment["DATABASE_URL"] = own_database.url(pg.APP)
        environment["DATABASE_OWNER_URL"] = own_database.url(pg.OWNER)
        environment["DATABASE_PURGE_URL"] = own_database.url(pg.PURGE)
    if own_cache is not None:
        environment["REDIS_URL"] = own_cache.url
    if address is not None:
        environment["PUBLIC_URL"] = address.public_url
    environment["SANDBOX"] = "1" if options.sandbox else "0"
    environment["RATE_LIMITS"] = "0" if options.sandbox and not options.limits else given.get("RATE_LIMITS", "1")
    passed_on = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PURGE_URL", "REDIS_URL")
    environment.update({name: given[name] for name in passed_on if name in given and name not in environment})
    environment[MARK] = "1"
    return Surroundings(folder, own_database, own_cache, environment)


def start_servers(around: Surroundings, supervisor: Supervisor) -> None:
    """Start what is embedded."""
    database, cache = around.database, around.cache
    if database is not None and not database.folder.exists():
        with step("Making the database", "The database is made"):
            database.prepare()
    if cache is not None:
        with step("Starting Redis", "Redis runs"):
            cache.prepare()
            supervisor.add(Watched("Redis", cache.log, cache.start, cache.wait, rd.STOP, 5))
    if database is not None:
        with step("Starting PostgreSQL", "PostgreSQL runs"):
            database.prepare()
            supervisor.add(Watched("PostgreSQL", database.log, database.start, database.wait, pg.STOP, 30))
            database.ensure_roles()


def migrate(around: Surroundings) -> None:
    """Bring the database to the present; put back what a `--fresh` kept."""
    from backend.kernel.migrate import upgrade
    from backend.terms import DocumentChanged

    with step("Migrating the database", "The database is up to date"):
        try:
            upgrade(around.owner_url)
            restore_kept(around.folder.kept, around.owner_url)
        except psycopg.OperationalError as error:
            raise CannotStart(f"The database does not answer: {error}") from error
        except DocumentChanged as error:
            raise CannotStart(str(error)) from error


def needs_embedded() -> bool:
    """Whether a server is left for us to start."""
    return not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))


def asked_folder() -> Path | None:
    """The folder of `--data`, or of CANDOR_DATA."""
    asked = os.environ.get("CANDOR_DATA")
    return Path(asked) if asked else None


@contextmanager
def surroundings() -> Iterator[None]:
    """Put into this process's environment what a command needs to reach the servers; start them if nothing runs."""
    if os.environ.get(MARK):  # a child of `candor up`, or a command within a command
        yield
        return
    folder, _ = open_data_folder(asked_folder(), needs_embedded())
    running = _await_copy(folder)
    if running is not None:
        with _environment(running):
            yield
        return
    with ExitStack() as undo:
        undo.enter_context(folder.locked(patience=10))
        undo.enter_context(stop_on_signals())
        around = surround(folder)
        undo.callback(around.forget_sockets)
        supervisor = Supervisor()
        undo.callback(supervisor.stop)
        undo.enter_context(_environment(around.environment))
        _start_quietly(around, supervisor)
        yield


def _start_quietly(around: Surroundings, supervisor: Supervisor) -> None:
    """A command's own output goes to standard output; what we say while starting must not mix with it."""
    with redirect_stdout(sys.stderr), briefly():
        start_servers(around, supervisor)
        migrate(around)


def _await_copy(folder: DataFolder, patience: float = 60) -> Mapping[str, str] | None:
    """The environment of the running copy; waits for one that is just starting."""
    until = time.monotonic() + patience
    while folder.is_held():
        note = folder.running()
        if note is not None:
            return note["environment"]
        if time.monotonic() > until:
            raise CannotStart(f"{folder.path} has been in use for a minute by something that is not ready.")
        time.sleep(0.1)
    return None


@contextmanager
def _environment(names: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal all end us through every `finally`."""

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    # SIGINT too: a script that starts us with `&` has it ignored, and we would inherit that.
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup asked to stay
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def with_servers(command: click.Command) -> click.Command:
    """The command, run with the servers within reach."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            with_servers(each)
        return command
    original = command.callback
    if original is None or hasattr(original, "with_servers"):
        return command

    @functools.wraps(original)
    def run(*args: Any, **options: Any) -> Any:
        try:
            with surroundings():
                return original(*args, **options)
        except CannotStart as failure:
            raise click.ClickException(str(failure)) from failure

    run.with_servers = True  # type: ignore[attr-defined]
    command.callback = run
    return data_option(command)
