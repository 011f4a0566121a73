"""The rows behind a number, by cursor, newest first: each has its instant and a number of our own, and nothing personal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel.tables import messages


@dataclass(frozen=True)
class Place:
    """Which rows: of an instant from `since` until before `until`, older than the row (`at`, `number`) if one is named."""

    since: datetime
    until: datetime
    before: tuple[datetime, int] | None = None
    most: int = 100


@dataclass(frozen=True)
class Row:
    """One of them: when it was, its number, and what stands in it."""

    at: datetime
    number: int
    facts: Mapping[str, Any]


def list_rows(
    connection: sa.Connection,
    place: Place,
    instant: sa.Column[Any],
    number: sa.Column[Any],
    facts: Mapping[str, Any],
    *conditions: sa.ColumnElement[bool],
) -> list[Row]:
    """The rows of a table in this place."""
    columns = [column.label(f"fact_{name}") for name, column in facts.items()]
    found = sa.select(instant, number, *columns).where(instant >= place.since, instant < place.until, *conditions)
    if place.before is not None:
        at, last = place.before
        found = found.where(instant <= at, sa.tuple_(instant, number) < sa.tuple_(sa.literal(at), sa.literal(last)))
    rows = connection.execute(found.order_by(instant.desc(), number.desc()).limit(place.most))
    return [Row(row[0], row[1], dict(zip(facts, row[2:], strict=True))) for row in rows]


def list_bounces(connection: sa.Connection, place: Place) -> list[Row]:
    """Messages whose mail came back."""
    m = messages.c
    facts = {"account": m.account_id, "message": m.code, "mailed": m.mailed_at}
    return list_rows(connection, place, m.bounced_at, m.message_id, facts)
