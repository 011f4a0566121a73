"""Moving: an account that changes its workspace takes its own lots along, and the reveals they paid (X11, X12, X30)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.credits.grants import add_lot
from backend.credits.lots import belongs_to, lock_lots, take_all
from backend.credits.permits import lock_permit
from backend.credits.tables import lots, reveals

MOVED = "moved:"
"""The reason of what is carried between workspaces; the other workspace follows, so that the audit can look there."""
_FOREVER = ("registration", "reward")
"""Granted once in an account's life: even what is spent and over goes along, so that a grant replayed there is ignored."""


def move_personal(connection: sa.Connection, account_id: int, from_workspace: int, to_workspace: int, at: datetime) -> int:
    """Carry the account's own lots to the other workspace, each with its key and its clock, and show there what they paid for.

    The unlimited lot goes along however much is left of it: there is no second one in the month. Returns how many credits moved;
    a second time there are none.
    """
    lock_permit(connection, from_workspace, account_id)
    lasting = sa.or_(lots.c.expires_at.is_(None), lots.c.expires_at > at)
    moved = 0
    for lot in lock_lots(connection, belongs_to(from_workspace, account_id), sa.or_(lasting, lots.c.source.in_(_FOREVER))):
        over = lot.expires_at is not None and lot.expires_at <= at
        amount = take_all(connection, lot, "carry_out", at, f"{MOVED}{to_workspace}") if lot.remaining and not over else 0
        add_lot(
            connection,
            action="carry_in",
            reason=f"{MOVED}{from_workspace}",
            at=at,
            workspace_id=to_workspace,
            account_id=account_id,
            kind=lot.kind,
            source=lot.source,
            rank=lot.rank,
            granted=amount,
            remaining=amount,
            valid_from=lot.valid_from,
            expires_at=lot.expires_at,
            keeps=lot.keeps,
            grant_key=_key_there(connection, lot, to_workspace, amount),
        )
        moved += amount
    _take_reveals(connection, account_id, from_workspace, to_workspace)
    return moved


def _key_there(connection: sa.Connection, lot: sa.Row[Any], to_workspace: int, amount: int) -> str:
    """The lot's own key, under which it may have been there before; another where a stranger has it."""
    same = (lots.c.workspace_id == to_workspace, lots.c.grant_key == lot.grant_key, lots.c.kind == lot.kind)
    there = connection.execute(sa.select(lots).where(*same)).one_or_none()
    was_here = there is None or (there.account_id == lot.account_id and there.granted - there.remaining - there.frozen >= amount)
    return str(lot.grant_key) if was_here else f"{lot.grant_key}:from:{lot.workspace_id}"


def _take_reveals(connection: sa.Connection, account_id: int, from_workspace: int, to_workspace: int) -> None:
    """What the account's own lots paid is free in the other workspace, too; the lot that paid stays named, with its workspace."""
    paid_by = sa.and_(lots.c.workspace_id == reveals.c.workspace_id, lots.c.lot_id == reveals.c.lot_id)
    own = sa.or_(reveals.c.paid_in.is_not(None), lots.c.account_id == account_id)
    found = (
        sa.select(
            sa.literal(to_workspace, sa.BigInteger), reveals.c.person_id, reveals.c.kind, reveals.c.account_id, reveals.c.lot_id,
            reveals.c.revealed_at, sa.func.coalesce(reveals.c.paid_in, reveals.c.workspace_id),
        )
        .select_from(reveals.outerjoin(lots, paid_by))
        .where(reveals.c.workspace_id == from_workspace, reveals.c.account_id == account_id, own)
    )  # fmt: skip
    names = ["workspace_id", "person_id", "kind", "account_id", "lot_id", "revealed_at", "paid_in"]
    connection.execute(insert(reveals).from_select(names, found).on_conflict_do_nothing())
