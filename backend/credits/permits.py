"""Permits: the floors above write here, in the very transaction that changes the fact, whether an account may spend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

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


@dataclass(frozen=True)
class Permit:
    """A permit as it stands. `obstacle` is the code of what is in the way of spending, None where nothing is."""

    state: str
    reason: str | None
    obstacle: str | None
    terms_ok: bool
    synced_until: datetime | None
    extension_seen: bool
    plan_until: datetime | None
    unlimited_kind: str | None
    held: bool
    limits: Mapping[str, int] | None


# A plan without an end stands as infinity, which no Python date is.
_PERMIT = sa.text("""
SELECT p.state, p.reason, standing(p, NULL, :at), p.terms_ok, p.synced_until, p.extension_seen,
       CASE WHEN isfinite(p.plan_until) THEN p.plan_until END, p.unlimited_kind, p.held, p.limits
FROM permits p WHERE p.workspace_id = :workspace AND p.account_id = :account
""")


def read_permit(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> Permit | None:
    """The permit, with what `reveal()` would say now; None where the account never joined."""
    row = connection.execute(_PERMIT, {"workspace": workspace_id, "account": account_id, "at": at}).one_or_none()
    return Permit(*row) if row else None


def open_permit(connection: sa.Connection, workspace_id: int, account_id: int, *, terms_ok: bool) -> None:
    """The account joins the workspace, or comes back to it, and may spend there once every step is done."""
    fresh = {"state": "active", "reason": None, "synced_until": None, "extension_seen": False, "plan_until": None,
             "unlimited_kind": None, "held": False, "limits": None}  # fmt: skip
    opened = insert(permits).values(workspace_id=workspace_id, account_id=account_id, terms_ok=terms_ok, **fresh)
    came_back = {**fresh, "terms_ok": terms_ok}
    back = opened.on_conflict_do_update(
        index_elements=["workspace_id", "account_id"], set_=came_back, where=permits.c.state == "ended"
    )
    connection.execute(back)


def close_permit(connection: sa.Connection, workspace_id: int, account_id: int) -> None:
    """The account has left the workspace: nothing is spent there in its name any more, and no token of it opens it."""
    change_permit(connection, workspace_id, account_id, {"state": "ended"})


def workspaces_of(connection: sa.Connection, account_id: int) -> list[int]:
    """Every workspace that the account is or was in. Looks through them all: for what happens once in the life of an account."""
    mine = sa.select(permits.c.workspace_id).where(permits.c.account_id == account_id).order_by(permits.c.workspace_id)
    return list(connection.execute(mine).scalars())


def lock_permit(connection: sa.Connection, workspace_id: int, account_id: int) -> sa.Row[Any, Any, Any] | None:
    """The account's permit, for one action at a time that concerns the account here; None where it never joined."""
    this = sa.select(permits.c.state, permits.c.held, permits.c.limits)
    this = this.where(permits.c.workspace_id == workspace_id, permits.c.account_id == account_id)
    return connection.execute(this.with_for_update()).one_or_none()


def is_held(connection: sa.Connection, workspace_id: int, account_id: int) -> bool:
    """Whether the account's unlimited lot is held."""
    this = sa.and_(permits.c.workspace_id == workspace_id, permits.c.account_id == account_id)
    return bool(connection.execute(sa.select(permits.c.held).where(this)).scalar())


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


def carry_permit(connection: sa.Connection, account_id: int, from_workspace: int, to_workspace: int) -> None:
    """The account changes workspace: its permit ends in the one, and stands in the other just as it stood; limits do not go along.

    Ended sessions stay ended, also where the account comes back to a workspace whose access tokens may still be about.
    """
    carried = ["state", "reason", "terms_ok", "synced_until", "extension_seen", "plan_until", "unlimited_kind", "held"]
    this = sa.and_(permits.c.workspace_id == from_workspace, permits.c.account_id == account_id)
    standing = [permits.c[name] for name in (*carried, "ended_sessions")]
    old = sa.select(sa.literal(to_workspace), permits.c.account_id, *standing).where(this).with_for_update()
    new = insert(permits).from_select(["workspace_id", "account_id", *(column.name for column in standing)], old)
    told = permits.c.ended_sessions.op("||")(new.excluded.ended_sessions)
    again = {name: new.excluded[name] for name in carried} | {"ended_sessions": told, "limits": sa.null()}
    connection.execute(new.on_conflict_do_update(index_elements=["workspace_id", "account_id"], set_=again))
    connection.execute(permits.update().where(this).values(state="ended"))
