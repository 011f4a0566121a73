"""Which version of the extension each account uses, since when: told updates are compared with it (12.14)."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.terms.tables import versions_in_use


def note_version(connection: sa.Connection, account_id: int, version: str, at: datetime) -> None:
    """The account calls with this version; noted again, only its last instant moves."""
    row = {"account_id": account_id, "version": version, "first_used_at": at, "last_used_at": at}
    again = insert(versions_in_use).values(**row)
    newest = sa.func.greatest(versions_in_use.c.last_used_at, at)
    connection.execute(again.on_conflict_do_update(index_elements=["account_id", "version"], set_={"last_used_at": newest}))


def read_versions(connection: sa.Connection, account_ids: Sequence[int]) -> dict[int, list[tuple[str, datetime]]]:
    """By account, the versions it used and since when."""
    found: dict[int, list[tuple[str, datetime]]] = {}
    these = sa.select(versions_in_use).where(versions_in_use.c.account_id.in_(account_ids))
    for row in connection.execute(these.order_by(versions_in_use.c.first_used_at)):
        found.setdefault(row.account_id, []).append((row.version, row.first_used_at))
    return found


def forget_versions(connection: sa.Connection, account_id: int) -> None:
    """The account is gone, and what it used with it."""
    connection.execute(versions_in_use.delete().where(versions_in_use.c.account_id == account_id))


def read_version(version: str) -> tuple[int, ...]:
    """`1.2` as four numbers, to compare."""
    parts = [int(part) for part in version.split(".")]
    return tuple(parts + [0] * (4 - len(parts)))
