"""What is about to expire, for those who alert its owners: day by day, and of a day some workspaces at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.credits.rules import day_begins
from backend.credits.tables import expiry_alerts, lots
from backend.kernel.clock import PARIS
from backend.kernel.due import Until
from backend.kernel.figures import paris_day

_AT_ONCE = 200
_ALL = 2**63 - 1
"""Stands for the last workspace: the day is done."""


@dataclass(frozen=True)
class Expiring:
    """Metered credits of one owner that end on one Paris day, `kept` of them of a plan that keeps. No account: the pool's."""

    workspace_id: int
    account_id: int | None
    day: date
    ends_at: datetime
    amounts: dict[str, int]
    kept: int


def next_expiry_alert(days_ahead: int, until: Until) -> sa.Select[Any]:
    """The statement whose one value is when the next day's alerts are due, `days_ahead` Paris days before that day, or null."""
    this = expiry_alerts.c.days_ahead == days_ahead
    unfinished = sa.select(expiry_alerts.c.day).where(this, expiry_alerts.c.workspace_id < _ALL).scalar_subquery()
    done_until = sa.select(_begins(expiry_alerts.c.day + 1)).where(this).scalar_subquery()
    since = sa.func.coalesce(done_until, sa.literal_column("'-infinity'::timestamptz"))
    ahead = sa.select(sa.func.min(lots.c.expires_at)).where(*_metered(days_ahead, until), lots.c.expires_at >= since)
    next_day = sa.cast(sa.func.timezone("Europe/Paris", ahead.scalar_subquery()), sa.Date)
    return sa.select(_begins(sa.func.coalesce(unfinished, next_day) - days_ahead))


def take_expiring(connection: sa.Connection, days_ahead: int, until: datetime) -> list[Expiring] | None:
    """The owners in the next workspaces whose alert is due; None where none is, or another worker is at it.

    What is over at `until` is passed by in silence.
    """
    begun = insert(expiry_alerts).values(days_ahead=days_ahead, day=date.min, workspace_id=_ALL)
    connection.execute(begun.on_conflict_do_nothing())
    this = expiry_alerts.c.days_ahead == days_ahead
    done = connection.execute(sa.select(expiry_alerts).where(this).with_for_update(skip_locked=True)).one_or_none()
    if done is None:
        return None
    metered, day, after = _metered(days_ahead, until), done.day, done.workspace_id
    if after == _ALL:
        since = day_begins(day + timedelta(days=1)) if day > date.min else None
        ahead = sa.select(sa.func.min(lots.c.expires_at)).where(*metered, *([lots.c.expires_at >= since] if since else []))
        first = connection.execute(ahead).scalar_one()
        if first is None:
            return None
        day, after = first.astimezone(PARIS).date(), 0
    that_day = (*metered, lots.c.expires_at >= day_begins(day), lots.c.expires_at < day_begins(day + timedelta(days=1)))
    those = sa.select(lots.c.workspace_id).distinct().where(*that_day, lots.c.workspace_id > after)
    workspaces = connection.execute(those.order_by(lots.c.workspace_id).limit(_AT_ONCE)).scalars().all()
    reached = workspaces[-1] if len(workspaces) == _AT_ONCE else _ALL
    connection.execute(expiry_alerts.update().where(this).values(day=day, workspace_id=reached))
    return _read(connection, day, workspaces, [*that_day, lots.c.expires_at > until])


def _read(
    connection: sa.Connection, day: date, workspaces: Sequence[int], conditions: list[sa.ColumnElement[bool]]
) -> list[Expiring]:
    left = sa.func.sum(lots.c.remaining)
    first, kept = sa.func.min(lots.c.expires_at), sa.func.coalesce(left.filter(lots.c.keeps), 0)
    found = connection.execute(
        sa.select(
            lots.c.workspace_id, lots.c.account_id, lots.c.kind, left.label("left"), first.label("ends_at"), kept.label("kept")
        )
        .where(lots.c.workspace_id.in_(workspaces), *conditions)
        .group_by(lots.c.workspace_id, lots.c.account_id, lots.c.kind)
    )
    owners: dict[tuple[int, int | None], Expiring] = {}
    for row in found:
        owner = (row.workspace_id, row.account_id)
        known = owners.get(owner, Expiring(*owner, day, row.ends_at, {}, 0))
        amounts = {**known.amounts, row.kind: int(row.left)}
        owners[owner] = Expiring(*owner, day, min(known.ends_at, row.ends_at), amounts, known.kept + int(row.kept))
    return list(owners.values())


def _metered(days_ahead: int, until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    """The condition that a lot has something left, is not the unlimited one, and ends at most so many Paris days ahead."""
    horizon = _begins(paris_day(until) + (days_ahead + 1))
    return lots.c.open, lots.c.source != "unlimited", lots.c.expires_at < horizon


def _begins(day: Any) -> sa.ColumnElement[datetime]:
    """The first instant of a Paris day."""
    return sa.func.timezone("Europe/Paris", sa.cast(day, sa.DateTime))
