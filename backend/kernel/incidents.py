"""Incidents, and what a force majeure does to limits: while one lasts none runs out for a user, and then they move by its length.

Stored limits are moved by the rooms that keep them when it closes; those that are worked out are moved here (13.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.due import Piece, Until
from backend.kernel.tables import FORCE_MAJEURE, incident_notices, incidents


class NotNow(ValueError):
    """Why an incident cannot be opened, closed or found permanent: `overlaps`, `future`, `closed`, `temporary`."""


@dataclass(frozen=True)
class Incident:
    """One row. It is open while `closed_at` is None."""

    incident_id: int
    kind: str
    words: Mapping[str, str]
    opened_at: datetime
    closed_at: datetime | None
    permanent_at: datetime | None
    carried_out_at: datetime | None


_COLUMNS = [incidents.c[name] for name in Incident.__dataclass_fields__]
_FORCE_MAJEURE = incidents.c.kind == FORCE_MAJEURE
_LASTS = sa.and_(_FORCE_MAJEURE, incidents.c.closed_at.is_(None))


def open_incident(connection: sa.Connection, kind: str, words: Mapping[str, str], opened_at: datetime, at: datetime) -> int:
    """Something is wrong since `opened_at`, and users are to be told; its number. Raises NotNow."""
    if opened_at > at:
        raise NotNow("future")
    if kind == FORCE_MAJEURE:
        # Two lengths that overlap would be counted twice.
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('candor.incidents'))"))
        later = sa.or_(incidents.c.closed_at.is_(None), incidents.c.closed_at > opened_at)
        if connection.execute(sa.select(incidents.c.incident_id).where(_FORCE_MAJEURE, later)).first():
            raise NotNow("overlaps")
    opened = incidents.insert().values(kind=kind, words=dict(words), opened_at=opened_at)
    incident_id = int(connection.execute(opened.returning(incidents.c.incident_id)).scalar_one())
    _owe_notice(connection, incident_id, "opened", at)
    return incident_id


def close_incident(connection: sa.Connection, incident_id: int, at: datetime) -> Incident:
    """It is over, and users are to be told. Raises NotNow where it is not open."""
    return _change(connection, incident_id, "closed", at, closed_at=at)


def find_permanent(connection: sa.Connection, incident_id: int, at: datetime) -> Incident:
    """A force majeure that is open turns out to be for good (13.3). Raises NotNow where it is none, or was found to be."""
    return _change(connection, incident_id, "permanent", at, _FORCE_MAJEURE, incidents.c.permanent_at.is_(None), permanent_at=at)


def list_incidents(connection: sa.Connection, most: int = 50) -> list[Incident]:
    """The newest, open ones first."""
    newest = sa.select(*_COLUMNS).order_by(incidents.c.closed_at.is_not(None), incidents.c.incident_id.desc())
    return [Incident(*row) for row in connection.execute(newest.limit(most))]


def is_force_majeure(connection: sa.Connection) -> bool:
    """Whether one lasts now."""
    return connection.execute(sa.select(incidents.c.incident_id).where(_LASTS)).first() is not None


def stands_still(connection: sa.Connection, limit: datetime) -> bool:
    """Whether a limit that is kept in a row cannot run out now: a force majeure lasts that began before it."""
    return connection.execute(sa.select(incidents.c.incident_id).where(_LASTS, incidents.c.opened_at <= limit)).first() is not None


def move_limit(connection: sa.Connection, limit: datetime, at: datetime, *, since: datetime | None = None) -> datetime:
    """Where a limit of a user's stands at `at`, after every force majeure that began before it.

    One that falls into a force majeure is moved by its length, and so is a term that was running, `since` then, while it lasted.
    """
    rows = connection.execute(
        sa.select(incidents.c.opened_at, incidents.c.closed_at)
        .where(_FORCE_MAJEURE, incidents.c.opened_at <= at)
        .order_by(incidents.c.opened_at)
    )
    for opened_at, closed_at in rows:
        until = closed_at or at
        if limit >= opened_at and (limit <= until or (since is not None and since < until)):
            limit += until - opened_at
    return limit


class Held:
    """A piece of due work by which a limit runs out for a user: it rests while a force majeure lasts."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self.name = piece.name

    def next_due(self, until: Until) -> sa.Select[Any]:
        """The piece's own instant, or nothing while it rests."""
        lasts = sa.exists(sa.select(incidents.c.incident_id).where(_LASTS))
        return sa.select(sa.case((sa.not_(lasts), self._piece.next_due(until).scalar_subquery())))

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """The piece's own step."""
        return 0 if is_force_majeure(connection) else self._piece.run(connection, until)


def _change(
    connection: sa.Connection, incident_id: int, stage: str, at: datetime, *more: sa.ColumnElement[bool], **change: datetime
) -> Incident:
    this = sa.and_(incidents.c.incident_id == incident_id, incidents.c.closed_at.is_(None), *more)
    row = connection.execute(incidents.update().where(this).values(**change).returning(*_COLUMNS)).one_or_none()
    if row is None:
        raise NotNow("closed" if stage == "closed" else "temporary")
    _owe_notice(connection, incident_id, stage, at)
    return Incident(*row)


def _owe_notice(connection: sa.Connection, incident_id: int, stage: str, at: datetime) -> None:
    connection.execute(insert(incident_notices).values(incident_id=incident_id, stage=stage, due_at=at))
