"""The embedded PostgreSQL: makes the cluster once, starts it in the foreground, keeps its roles.

It listens on a socket inside the data folder and nowhere else, and every connection needs a password.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from backend.up.binaries import POSTGRES_MAJOR, Binaries
from backend.up.children import last_lines, spawn
from backend.up.failures import CannotStart
from backend.up.server_user import ServerUser

SUPERUSER = "postgres"
OWNER, APP, PURGE = "candor_owner", "candor_app", "candor_purge"
DATABASE = "candor"
STOP = signal.SIGINT  # "fast": ends sessions and writes a checkpoint; SIGTERM would wait for every session to leave
STOP_AT_ONCE = signal.SIGQUIT  # no checkpoint, for clusters about to be thrown away
_ENVIRONMENT = {"LANG": "C.UTF-8", "TZ": "UTC", "PATH": "/usr/bin:/bin"}

# For two cores and little memory. Errors stay out of the log on purpose: their text may carry a person's data, and the
# application reports its own.
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_compression": "on",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
_THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "track_commit_timestamp": "on",  # the tests of contention ask when a charge was committed
}


@dataclass(frozen=True)
class Passwords:
    superuser: str
    owner: str
    app: str
    purge: str


@dataclass(frozen=True)
class Postgres:
    """`folder` holds the cluster, `sockets` the socket; `durable=False` trades safety for speed, for tests."""

    folder: Path
    sockets: Path
    log: Path
    user: ServerUser
    binaries: Binaries
    passwords: Passwords
    durable: bool = True

    def url(self, role: str, database: str = DATABASE) -> str:
        password = {
            SUPERUSER: self.passwords.superuser,
            OWNER: self.passwords.owner,
            APP: self.passwords.app,
            PURGE: self.passwords.purge,
        }[role]
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self.sockets))}"

    def prepare(self) -> None:
        """Make the cluster if there is none. Call only while holding the folder's lock."""
        if not self.folder.exists():
            self._make_cluster()
        made_by = (self.folder / "PG_VERSION").read_text().strip()
        if made_by != str(POSTGRES_MAJOR):
            raise CannotStart(
                f"{self.folder} was made by PostgreSQL {made_by}; Candor now brings {POSTGRES_MAJOR}.\n"
                "Dump it with the old version and load it into the new one, or start anew with --data."
            )

    def start(self) -> subprocess.Popen[bytes]:
        self._wait_for_the_last_one()
        settings = {**_SETTINGS, **({} if self.durable else _THROW_AWAY), "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return spawn(
            [self.binaries.postgres, "-D", self.folder, *options],
            log=self.log,
            env=_ENVIRONMENT,
            death=STOP,
            user=self.user,
        )

    def wait(self, child: subprocess.Popen[bytes], patience: float = 120) -> None:
        """Return once it answers. After a crash it replays its journal first, which may take a while."""
        until = time.monotonic() + patience
        while True:
            try:
                psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if child.poll() is not None:
                    raise CannotStart(f"PostgreSQL did not start. Its log ends:\n{last_lines(self.log)}") from error
                if "password authentication failed" in str(error):
                    raise CannotStart(
                        f"{self.folder} does not take the password in secrets.env: the two do not belong together."
                    ) from error
                if time.monotonic() > until:
                    raise CannotStart(f"PostgreSQL does not answer after {patience:.0f} s; see {self.log}") from error
                time.sleep(0.02)
            else:
                return

    def ensure_roles(self) -> None:
        """Roles and database: the owner migrates, the application may not change the schema, purge erases."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role, password in (
                (OWNER, self.passwords.owner),
                (APP, self.passwords.app),
                (PURGE, self.passwords.purge),
            ):
                if role not in roles:
                    scrambled = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
                    connection.execute(
                        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(scrambled.decode()))
                    )
            # The owner hands out rights in their name, and may act as them.
            connection.execute(
                sql.SQL("GRANT {}, {} TO {}").format(sql.Identifier(APP), sql.Identifier(PURGE), sql.Identifier(OWNER))
            )
            if not self.durable:
                connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                self._make_database(connection)

    def drop_database(self) -> None:
        """Everything in it goes, the roles stay; an empty one takes its place."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
            self._make_database(connection)

    @staticmethod
    def _make_database(connection: psycopg.Connection) -> None:
        database = sql.Identifier(DATABASE)
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, sql.Identifier(OWNER)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}, {}").format(
                database, sql.Identifier(APP), sql.Identifier(PURGE)
            )
        )

    def _make_cluster(self) -> None:
        """Made beside its place and renamed, so that a start cut short leaves no half cluster behind."""
        unfinished = self.folder.with_name(f"{self.folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.user.make_folder(unfinished)
        password = self.sockets / "initial-password"
        password.touch(mode=0o600)
        password.write_text(self.passwords.superuser)
        self.user.owns(password)
        try:
            child = spawn(
                [
                    self.binaries.initdb,
                    *("-D", unfinished, "-U", SUPERUSER, f"--pwfile={password}"),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
                    *(["--no-sync"] if not self.durable else []),
                ],
                log=self.log,
                env=_ENVIRONMENT,
                death=signal.SIGKILL,
                user=self.user,
            )
            try:
                code = child.wait()
            finally:
                if child.poll() is None:
                    child.kill()
        finally:
            password.unlink()
        if code != 0:
            raise CannotStart(f"PostgreSQL could not make its data folder. Its log ends:\n{last_lines(self.log)}")
        unfinished.rename(self.folder)

    def _wait_for_the_last_one(self, patience: float = 20) -> None:
        """Wait for a server that is still going down, then forget a process id that now belongs to somebody else.

        PostgreSQL would take a recycled id for a living server. An id that is free is left to PostgreSQL's own checks.
        """
        for end in (signal.SIGQUIT, signal.SIGKILL):
            until = time.monotonic() + patience
            while (left := _processes_in(self.folder)) and time.monotonic() < until:
                time.sleep(0.05)
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, end)
        note = self.folder / "postmaster.pid"
        if note.exists():
            first = note.read_text().split("\n", 1)[0].strip().lstrip("-")
            if first.isdigit() and Path(f"/proc/{first}").exists():
                note.unlink()
        for left_over in self.sockets.glob(".s.PGSQL.*"):
            left_over.unlink()


def _processes_in(folder: Path) -> list[int]:
    """Processes whose working folder this is: PostgreSQL's all work in their data folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.path.samefile(entry / "cwd", folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
