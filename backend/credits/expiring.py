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

_AT_ONCE = 200


@dataclass(frozen=True)
class Expiring:
    """Metered credits of one owner that end on one Paris day, `kept` of them of a plan that keeps. No account: the pool's."""

    workspace_id: int
    account_id: int | None
    day: date
    ends_at: datetime
    amounts: dict[str, int]
    kept: int


def next_expiry_alert(days_ahead: int, until: datetime) -> sa.Select[Any]:
    """The statement whose one value is when the next day's alert is due, `days_ahead` Paris days before that day, or null."""
    # A handful of index look-ups, however many lots there are: the days that are done lie before the row's day.
    done = sa.select(expiry_alerts).where(expiry_alerts.c.days_ahead == days_ahead).subquery()
    day_ends = sa.func.timezone("Europe/Paris", sa.cast(done.c.day, sa.DateTime) + timedelta(days=1))
    in_day = sa.and_(lots.c.expires_at < day_ends, lots.c.workspace_id > done.c.workspace_id)
    day_begun = sa.func.timezone("Europe/Paris", sa.cast(done.c.day, sa.DateTime))
    ahead = sa.or_(done.c.days_ahead.is_(None), lots.c.expires_at >= day_ends, sa.and_(lots.c.expires_at >= day_begun, in_day))
    first = (
        sa.select(sa.func.min(lots.c.expires_at))
        .select_from(lots.outerjoin(done, sa.true()))
        .where(lots.c.open, lots.c.source != "unlimited", lots.c.expires_at < _horizon(days_ahead, until), ahead)
        .scalar_subquery()
    )
    local_day = sa.func.date_trunc("day", sa.func.timezone("Europe/Paris", first))
    return sa.select(sa.func.timezone("Europe/Paris", local_day - timedelta(days=days_ahead)))


def take_expiring(connection: sa.Connection, days_ahead: int, until: datetime) -> list[Expiring] | None:
    """The owners in the next workspaces whose alert is due; None where none is, or another worker has them.

    What is over at `until` is passed by in silence.
    """
    connection.execute(insert(expiry_alerts).values(days_ahead=days_ahead, day=date.min, workspace_id=0).on_conflict_do_nothing())
    this = expiry_alerts.c.days_ahead == days_ahead
    done = connection.execute(sa.select(expiry_alerts).where(this).with_for_update(skip_locked=True)).one_or_none()
    if done is None:
        return None
    metered = (lots.c.open, lots.c.source != "unlimited", lots.c.expires_at < _horizon(days_ahead, until))
    if done.day == date.min:
        ahead: sa.ColumnElement[bool] = sa.true()
    else:
        day_ends = day_begins(done.day + timedelta(days=1))
        in_day = sa.and_(lots.c.expires_at >= day_begins(done.day), lots.c.workspace_id > done.workspace_id)
        ahead = sa.or_(lots.c.expires_at >= day_ends, in_day)
    first = connection.execute(sa.select(sa.func.min(lots.c.expires_at)).where(*metered, ahead)).scalar_one()
    if first is None:
        return None
    day = first.astimezone(PARIS).date()
    after = done.workspace_id if day == done.day else 0
    that_day = (lots.c.expires_at >= day_begins(day), lots.c.expires_at < day_begins(day + timedelta(days=1)))
    those = sa.select(lots.c.workspace_id).distinct().where(*metered, *that_day, lots.c.workspace_id > after)
    workspaces = connection.execute(those.order_by(lots.c.workspace_id).limit(_AT_ONCE)).scalars().all()
    connection.execute(expiry_alerts.update().where(this).values(day=day, workspace_id=workspaces[-1]))
    return _read(connection, day, workspaces, [*metered, *that_day, lots.c.expires_at > until])


def _read(
    connection: sa.Connection, day: date, workspaces: Sequence[int], conditions: list[sa.ColumnElement[bool]]
) -> list[Expiring]:
    left = sa.func.sum(lots.c.remaining)
    found = connection.execute(
        sa.select(
            lots.c.workspace_id, lots.c.account_id, lots.c.kind, left.label("left"),
            sa.func.min(lots.c.expires_at).label("ends_at"), sa.func.coalesce(left.filter(lots.c.keeps), 0).label("kept"),
        )
        .where(lots.c.workspace_id.in_(workspaces), *conditions)
        .group_by(lots.c.workspace_id, lots.c.account_id, lots.c.kind)
    )  # fmt: skip
    owners: dict[tuple[int, int | None], Expiring] = {}
    for row in found:
        owner = (row.workspace_id, row.account_id)
        known = owners.get(owner, Expiring(*owner, day, row.ends_at, {}, 0))
        amounts = {**known.amounts, row.kind: int(row.left)}
        owners[owner] = Expiring(*owner, day, min(known.ends_at, row.ends_at), amounts, known.kept + int(row.kept))
    return list(owners.values())


def _horizon(days_ahead: int, until: datetime) -> datetime:
    """What ends before this instant lies at most so many Paris days ahead."""
    return day_begins(until.astimezone(PARIS).date() + timedelta(days=days_ahead + 1))
