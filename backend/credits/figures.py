"""Credits granted, spent and about to expire, and the rows behind, for those who run Candor. The unlimited lot is no grant."""

from datetime import date, datetime

import sqlalchemy as sa

from backend.credits.tables import entries, lots
from backend.kernel.figure_rows import Place, Row, list_rows
from backend.kernel.figures import paris_day

_SPENT = entries.c.action.in_(("reveal", "export"))
_GRANTED = sa.and_(
    entries.c.action == "grant",
    ~sa.exists().where(
        lots.c.workspace_id == entries.c.workspace_id, lots.c.lot_id == entries.c.lot_id, lots.c.source == "unlimited"
    ),
)
_METERED = sa.and_(lots.c.open, lots.c.source != "unlimited")

Days = dict[tuple[date, str], int]


def count_granted(connection: sa.Connection, since: datetime) -> Days:
    """Credits granted, by Paris day and kind."""
    return _sum(connection, since, _GRANTED, sa.func.sum(entries.c.delta))


def count_spent(connection: sa.Connection, since: datetime) -> Days:
    """Credits spent, by Paris day and kind."""
    return _sum(connection, since, _SPENT, -sa.func.sum(entries.c.delta))


def count_expiring(connection: sa.Connection, now: datetime, until: datetime) -> dict[str, int]:
    """Credits left of lots that end before `until`, by kind."""
    ends = sa.and_(lots.c.expires_at > now, lots.c.expires_at < until)
    found = sa.select(lots.c.kind, sa.func.sum(lots.c.remaining)).where(_METERED, ends).group_by(lots.c.kind)
    return {row[0]: int(row[1]) for row in connection.execute(found)}


def list_granted(connection: sa.Connection, place: Place) -> list[Row]:
    """The entries that granted."""
    return _list(connection, place, _GRANTED)


def list_spent(connection: sa.Connection, place: Place) -> list[Row]:
    """The entries that spent."""
    return _list(connection, place, _SPENT)


def list_expiring(connection: sa.Connection, place: Place) -> list[Row]:
    """The lots that end, the last one first."""
    c = lots.c
    facts = {"workspace": c.workspace_id, "account": c.account_id, "kind": c.kind, "source": c.source, "left": c.remaining}
    return list_rows(connection, place, c.expires_at, c.lot_id, facts, _METERED)


def _sum(connection: sa.Connection, since: datetime, which: sa.ColumnElement[bool], amount: sa.ColumnElement[int]) -> Days:
    day = paris_day(entries.c.at)
    found = sa.select(day, entries.c.kind, amount).where(entries.c.at >= since, which).group_by(day, entries.c.kind)
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(found)}


def _list(connection: sa.Connection, place: Place, which: sa.ColumnElement[bool]) -> list[Row]:
    c = entries.c
    facts = {"workspace": c.workspace_id, "account": c.account_id, "kind": c.kind, "action": c.action, "credits": c.delta}
    return list_rows(connection, place, c.at, c.entry_id, facts, which)
