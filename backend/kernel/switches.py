"""Switches: few named facts that every process must learn soon, such as «the extension is off»; and the incidents that last.

They are read at most once in a few seconds for a whole process, so that the hot path pays nothing for them.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import psycopg
import sqlalchemy as sa

from backend.kernel.database import Database

EXTENSION_OFF = "extension-off"
NOTICES_LATE = "notices-late"
MAINTENANCE = "maintenance"

_FRESH_SECONDS = 2.0
_READ = """
SELECT name, ends_at, NULL::jsonb FROM switches
UNION ALL (SELECT NULL, NULL, words FROM incidents WHERE closed_at IS NULL ORDER BY incident_id)
"""


class Switches:
    """The switches that are on, as read from the table `switches`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at = float("-inf")
        self._on: Mapping[str, datetime | None] = {}
        self._lasting: Sequence[Mapping[str, str]] = ()
        self._lock = threading.Lock()

    def is_on(self, name: str) -> bool:
        """Whether `name` was on a few seconds ago at the latest."""
        self._refresh()
        return name in self._on

    def planned_end(self, name: str) -> datetime | None:
        """Until when it is planned to stay on; None where nobody said, or it is off."""
        self._refresh()
        return self._on.get(name)

    def lasting_incidents(self) -> Sequence[Mapping[str, str]]:
        """What users are told of each incident that lasts, by language, the oldest first."""
        self._refresh()
        return self._lasting

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at > _FRESH_SECONDS and self._lock.acquire(blocking=False):
            try:
                rows = self._database.call(_READ, ())
                self._on = {name: ends_at for name, ends_at, _ in rows if name is not None}
                self._lasting = [words for _, _, words in rows if words is not None]
            except psycopg.OperationalError:
                pass  # The database is away: what was known stays, and the answer says itself what is wrong.
            finally:
                self._read_at = time.monotonic()
                self._lock.release()

    def forget(self) -> None:
        """Read anew at the next question."""
        self._read_at = float("-inf")


def switch(connection: sa.Connection, name: str, on: bool, reason: str, ends_at: datetime | None = None) -> None:
    """Turn a switch on or off, in the caller's transaction; what is on already gets another planned end."""
    if on:
        statement = (
            "INSERT INTO switches (name, reason, ends_at) VALUES (:name, :reason, :ends_at)"
            " ON CONFLICT (name) DO UPDATE SET ends_at = excluded.ends_at"
        )
        connection.execute(sa.text(statement), {"name": name, "reason": reason, "ends_at": ends_at})
    else:
        connection.execute(sa.text("DELETE FROM switches WHERE name = :name"), {"name": name})
