"""The only place that asks what time it is, so that time can be moved in tests and in the sandbox."""

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from backend.kernel.database import Database

PARIS = ZoneInfo("Europe/Paris")
"""Business days and periods are counted in this zone; instants are stored in UTC."""


class Clock(Protocol):
    """Tells the instant, always with its zone (UTC)."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's instant, in UTC."""
        return datetime.now(UTC)


class SandboxClock(SystemClock):
    """The machine's clock until it is put somewhere, where it stands still.

    It is kept in the database and read at every question, so that no process is of another opinion.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """Where it stands, in UTC."""
        rows = self._database.call("SELECT stands_at FROM sandbox_clock", ())
        return rows[0][0].astimezone(UTC) if rows else super().now()


class MovableClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Move to `instant`."""
        self._now = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move forward by a duration."""
        self._now += by
