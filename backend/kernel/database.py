"""PostgreSQL, two ways: `begin()` for business actions (SQLAlchemy Core), `call()` for the hot path (the bare driver).

Every session acts as `candor_app`, which may neither rewrite the ledger nor read across what a grant does not name.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

APP_ROLE = "candor_app"

metadata = sa.MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "pk": "%(table_name)s_pkey",
    }
)
"""Every room's tables; no foreign key crosses a family, so none is declared at all."""

# A rival's lock cycle or a fail-over is answered by asking again: every statement of `call()` is one transaction.
_TRY_AGAIN = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_TRIES = 3
GENERIC_PLANS = "-c plan_cache_mode=force_generic_plan"
"""For the statements of `call()`: they find few rows by their keys, and planning one anew costs more than running it."""


def instant(name: str, **options: Any) -> sa.Column[Any]:
    """A column for an instant: `timestamptz`."""
    return sa.Column(name, sa.DateTime(timezone=True), **options)


def listed(column: str, words: tuple[str, ...]) -> str:
    """The condition that a text is one of these words."""
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({quoted})"


def one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    """A check that a text column holds one of these words."""
    return sa.CheckConstraint(listed(column, words), name=column)


class Database:
    """One server, as the role of the application (or another, for migrations and erasure)."""

    def __init__(self, url: str, role: str | None = APP_ROLE) -> None:
        self._url = url
        self._options = f"-c role={role}" if role else ""
        self.engine = sa.create_engine(
            "postgresql+psycopg://", creator=self._connect, pool_pre_ping=True, pool_size=5, max_overflow=15
        )
        self._own = threading.local()
        self._last: Callable[[sa.Connection], Callable[[], object] | None] | None = None

    def _connect(self, options: str = "") -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, options=f"{self._options} {options}", application_name="candor")

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction: committed at the end of the block, undone when it raises."""
        committed = None
        with self.engine.begin() as connection:
            yield connection
            if self._last is not None:
                committed = self._last(connection)
        if committed is not None:
            committed()

    def end_each_with(self, last: Callable[[sa.Connection], Callable[[], object] | None]) -> None:
        """Let `last` have the last word in every transaction of `begin()`; what it returns is called once that has committed."""
        self._last = last

    def call(self, statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """One statement in a transaction of its own, on this thread's own connection, prepared once.

        A lost connection is opened anew and the statement sent again; send only what may run twice.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                return self._cursor().execute(statement, parameters, prepare=True).fetchall()
            except _TRY_AGAIN:
                if attempt == _TRIES:
                    raise
            except psycopg.OperationalError:
                self._forget()
                if attempt == _TRIES:
                    raise
        raise AssertionError("unreachable")

    def _cursor(self) -> psycopg.Cursor[Any]:
        cursor: psycopg.Cursor[Any] | None = getattr(self._own, "cursor", None)
        if cursor is None:
            connection = self._connect(GENERIC_PLANS)
            connection.autocommit = True
            cursor = self._own.cursor = connection.cursor()
        return cursor

    def _forget(self) -> None:
        cursor = getattr(self._own, "cursor", None)
        self._own.cursor = None
        if cursor is not None:
            cursor.connection.close()

    def close(self) -> None:
        """Close this thread's connection and the pool."""
        self._forget()
        self.engine.dispose()
