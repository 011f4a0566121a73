"""Permits: the floors above write here, in the very transaction that changes the fact, whether an account may spend."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from backend.credits.tables import permits
from backend.kernel.database import Database
from backend.kernel.http import Caller
from backend.kernel.problems import Problem


class PermitChange(TypedDict, total=False):
    """What can change; what is left out stays."""

    state: str
    reason: str | None
    terms_ok: bool
    synced_until: datetime | None
    extension_seen: bool
    plan_until: datetime | sa.sql.ColumnElement[datetime] | None
    unlimited_kind: str | None
    held: bool


def open_permit(connection: sa.Connection, workspace_id: int, account_id: int, *, terms_ok: bool) -> None:
    """The account joins the workspace and may spend there once every step is done."""
    connection.execute(permits.insert().values(workspace_id=workspace_id, account_id=account_id, terms_ok=terms_ok))


def change_permit(connection: sa.Connection, workspace_id: int, account_id: int, change: PermitChange) -> None:
    """Write what has changed for this account in this workspace."""
    this = sa.and_(permits.c.workspace_id == workspace_id, permits.c.account_id == account_id)
    connection.execute(permits.update().where(this).values(**change))


def end_sessions(
    connection: sa.Connection, workspace_id: int, account_id: int, ended: Sequence[int], still_told: Sequence[int]
) -> None:
    """Refuse the access tokens of sessions just `ended`; `still_told` are those ended within a token's lifetime before."""
    this = sa.and_(permits.c.workspace_id == workspace_id, permits.c.account_id == account_id)
    told = sorted({*ended, *still_told})
    connection.execute(permits.update().where(this).values(ended_sessions=told))


def check_session(database: Database, caller: Caller) -> None:
    """Raise `session-ended` or `account-suspended` where the token may no longer be used. One read."""
    rows = database.call(
        "SELECT state, reason, %s = ANY(ended_sessions) FROM permits WHERE workspace_id = %s AND account_id = %s",
        (caller.session_id, caller.workspace_id, caller.account_id),
    )
    if not rows or rows[0][0] == "ended" or rows[0][2]:
        raise Problem("session-ended")
    if rows[0][0] == "suspended":
        raise Problem("account-suspended", rows[0][1] or "")
