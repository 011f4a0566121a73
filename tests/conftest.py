"""What every test stands on: throw-away servers, emptied between tests, and an application whose clock stands still."""

import base64
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from flask import Flask
from flask.testing import FlaskClient

from backend import app as application
from backend.accounts import passwords
from backend.accounts.callers import SEEN
from backend.app import create_app
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import Piece
from backend.kernel.migrate import upgrade
from backend.kernel.ops import make_operator
from backend.ops_cli import ops_command
from backend.settings import Settings
from backend.up.embedded import Servers, servers

_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    " AND tablename NOT IN ('alembic_version', 'documents', 'publications')"
)
# The documents come with the migrations; what a test published besides goes.
_SHIPPED_DOCUMENTS = (
    "DELETE FROM publications WHERE published_at < effective_at",
    "DELETE FROM documents WHERE (kind, version) NOT IN (SELECT kind, version FROM publications)",
)
_COUNT_ANEW = "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences"
_MANY = 100
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REASON = "Details of 200 people were offered for sale."
Ops = Callable[..., Result]


def _key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture(scope="session")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers, migrated."""
    folder = Path(tmp_path_factory.mktemp("servers"))
    with servers(folder, durable=False) as running:
        upgrade(running.owner_url)
        yield running


@pytest.fixture(scope="session")
def settings(stand: Servers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The embedded default's settings, with keys of the tests."""
    return Settings(
        database_url=stand.app_url,
        database_owner_url=stand.owner_url,
        redis_url=stand.redis_url,
        jwt_secret="j" * 40,
        id_key="i" * 40,
        digest_keys=f"d1:{_key('d')}",
        sealing_keys=f"s1:{_key('s')}",
        rate_limits=False,
        candor_data=tmp_path_factory.mktemp("data"),
    )


_pieces: dict[int, tuple[Kernel, list[Piece]]] = {}


def due_pieces(kernel: Kernel) -> list[Piece]:
    """What time does, made once for each kernel: each piece writes its question once."""
    if id(kernel) not in _pieces:
        _pieces[id(kernel)] = kernel, application.due_pieces(kernel)
    return list(_pieces[id(kernel)][1])


def empty_tables(connection: psycopg.Connection[Any]) -> None:
    """Start anew, with the documents as they were shipped."""
    tables = [row[0] for row in connection.execute(_TABLES).fetchall()]
    some = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM (SELECT FROM {table} LIMIT {_MANY}) AS rows" for table in tables)
    counts: list[tuple[str, int]] = connection.execute(some).fetchall()  # type: ignore[call-overload]
    # A few rows are removed a hundred times quicker than a table's file is made anew.
    few = [f"DELETE FROM {table}" for table, count in counts if 0 < count < _MANY]
    full = [table for table, count in counts if count >= _MANY]
    if full:
        few.append(f"TRUNCATE {', '.join(full)}")
    connection.execute(";".join([*few, _COUNT_ANEW]))  # type: ignore[call-overload]
    for statement in _SHIPPED_DOCUMENTS:
        connection.execute(statement)


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> Iterator[PasswordHasher]:
    """What hashes passwords outside of tests; in them it costs nothing, unless one takes `real_passwords`."""
    real = passwords._HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield real


@pytest.fixture
def real_passwords(real_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Passwords cost what they cost outside of tests."""
    monkeypatch.setattr(passwords, "_HASHER", real_hasher)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


@pytest.fixture
def owner(stand: Servers) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, to arrange and to look: it may do what the application may not. Every table is emptied first."""
    with psycopg.connect(stand.owner_url, autocommit=True) as connection:
        empty_tables(connection)
        yield connection


@pytest.fixture(scope="session")
def one_clock() -> MovableClock:
    """The clock of every application that is built."""
    return MovableClock(START)


@pytest.fixture
def clock(one_clock: MovableClock) -> MovableClock:
    """Monday 2 March 2026, 10:00 in Paris."""
    one_clock.set(START)
    return one_clock


@pytest.fixture(scope="session")
def build(one_clock: MovableClock) -> Iterator[Callable[[Settings], Flask]]:
    """Builds an application, once for all tests with the same settings: it takes longer than most of them."""
    built: dict[int, Flask] = {}

    def make(settings: Settings) -> Flask:
        if id(settings) not in built:
            built[id(settings)] = create_app(settings, one_clock)
        return built[id(settings)]

    yield make
    for made in built.values():
        made.extensions["candor"].database.close()


@pytest.fixture
def app(
    settings: Settings, clock: MovableClock, owner: psycopg.Connection[Any], stand: Servers, build: Callable[[Settings], Flask]
) -> Iterator[Flask]:
    """The application as it was built, on empty tables. What a test changes of it is undone."""
    redis.Redis.from_url(stand.redis_url).flushall()
    made = build(settings)
    kernel: Kernel = made.extensions["candor"]
    kernel.switches.forget()
    made.extensions[SEEN].clear()
    extensions, parts = dict(made.extensions), dict(vars(kernel))
    heard = {event: list(handlers) for event, handlers in kernel.events._handlers.items()}
    yield made
    made.extensions.clear()
    made.extensions.update(extensions)
    vars(kernel).update(parts)
    kernel.events._handlers.clear()
    kernel.events._handlers.update(heard)


@pytest.fixture
def kernel(app: Flask) -> Kernel:
    """The application's kernel, for verbs."""
    found: Kernel = app.extensions["candor"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client without a token."""
    return app.test_client()


@pytest.fixture
def ops(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> Ops:
    """Types `candor ops …` as Olga does, or as Otto, who is there too."""
    with kernel.database.begin() as connection:
        for name in ("olga", "otto"):
            make_operator(connection, name, "admin", kernel.clock.now())
    monkeypatch.setattr("backend.kernel.ops.Settings", lambda: None)

    def run(*words: str, by: str = "olga", reason: str = REASON) -> Result:
        arguments = [*words, "--by", by, "--reason", reason]
        return CliRunner().invoke(ops_command, arguments, obj=lambda _settings: kernel)

    return run


os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
