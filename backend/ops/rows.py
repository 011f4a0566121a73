"""Which rows stand behind each number of the overview, and the place in them that an address names."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from backend.accounts import list_sign_ups, list_synchronised
from backend.credits import list_expiring, list_granted, list_spent
from backend.kernel.clock import PARIS
from backend.kernel.figure_names import ANSWERS, DUE_FAILED, LIMITER_AWAY, REVEALS, TIMES
from backend.kernel.figure_rows import Place, Row, list_bounces
from backend.kernel.figures import read_figures
from backend.ops.overview import begin_of

PAST: dict[str, Callable[[sa.Connection, Place], list[Row]]] = {
    "sign-ups": list_sign_ups,
    "syncs": list_synchronised,
    "granted": list_granted,
    "spent": list_spent,
    "bounces": list_bounces,
}
AHEAD: dict[str, Callable[[sa.Connection, Place], list[Row]]] = {"expiring": list_expiring}
COUNTED: dict[str, str] = {
    "reveals": REVEALS,
    "answers": ANSWERS,
    "times": TIMES,
    "due-failed": DUE_FAILED,
    "limiter-away": LIMITER_AWAY,
}
"""Figures that no row of ours tells: their rows are what was counted on each day."""
ALL = (*PAST, *AHEAD, *COUNTED)
AT_ONCE = 100


def read_rows(
    connection: sa.Connection, what: str, days: int, now: datetime, cursor: str, label: str = ""
) -> tuple[list[Row], str]:
    """The rows of one figure of so many days, the newest first, and the cursor of what follows. ValueError: no cursor of ours."""
    today = now.astimezone(PARIS).date()
    since = begin_of(today - timedelta(days=days - 1))
    if what in COUNTED:
        return _read_counted(connection, COUNTED[what], since.date(), cursor, label)
    ahead = what in AHEAD
    bounds = (now, now + timedelta(days=days)) if ahead else (since, begin_of(today + timedelta(days=1)))
    listed = (AHEAD if ahead else PAST)[what](connection, Place(*bounds, _read_cursor(cursor), AT_ONCE + 1))
    shown = listed[:AT_ONCE]
    return shown, _write_cursor(shown[-1]) if len(listed) > AT_ONCE else ""


def _read_counted(connection: sa.Connection, name: str, since: date, cursor: str, label: str) -> tuple[list[Row], str]:
    skip = _read_digits(cursor) if cursor else 0
    found = [row for row in read_figures(connection, since, name) if label in row[2].split("/") or not label]
    shown = found[skip : skip + AT_ONCE]
    rows = [Row(begin_of(day), n, {"day": day, "figure": said, "count": value}) for n, (day, _, said, value) in enumerate(shown)]
    return rows, str(skip + AT_ONCE) if len(found) > skip + AT_ONCE else ""


def _write_cursor(row: Row) -> str:
    since = row.at - datetime(1970, 1, 1, tzinfo=UTC)
    return f"{since // timedelta(microseconds=1)}-{row.number}"


def _read_cursor(cursor: str) -> tuple[datetime, int] | None:
    if not cursor:
        return None
    instant, _, number = cursor.partition("-")
    try:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=_read_digits(instant))
    except OverflowError as error:
        raise ValueError(cursor) from error
    return at, _read_digits(number)


def _read_digits(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(text)
    return int(text)
