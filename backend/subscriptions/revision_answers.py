"""What a subscriber sees of a new price and answers to it until the renewal: accept it, or keep the old one (10.2)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.incidents import move_limit
from backend.kernel.problems import Problem
from backend.subscriptions.coming import end_after, order_of_next_period
from backend.subscriptions.premiums import Premium, find_begun
from backend.subscriptions.prices import price_of
from backend.subscriptions.revision_notices import record_answer
from backend.subscriptions.revision_rules import is_offered, kept_until
from backend.subscriptions.revisions import Revision, change_revision, find_told, first_after, read_told, recalled_at
from backend.workspaces import enter, note

Answer = Literal["accept", "keep"]


@dataclass(frozen=True)
class NewPrice:
    """A price that was told. Where the old one is kept, `from_at` is the first renewal at the new one."""

    sheet_version: str
    old_price: Decimal
    new_price: Decimal
    from_at: datetime
    keep_until: datetime
    state: str


def read_new_price(connection: sa.Connection, premium: Premium) -> NewPrice | None:
    """The new price as things stand; None where none was told, or the premium ends before it."""
    revision = _find(connection, premium)
    return _show(connection, premium, revision) if revision is not None else None


def answer_price(kernel: Kernel, caller: Caller, answer: Answer) -> NewPrice:
    """Accept the new price or keep the old one for the time that is left to it. The same answer again changes nothing.

    Raises `admin-required`, `price-unchanged`, `price-keep-over`, and what `find_begun` raises.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        premium = find_begun(connection, caller.workspace_id, now)
        revision = _find(connection, premium)
        if revision is None:
            raise Problem("price-unchanged")
        changed = _answer(connection, premium, revision, answer, now)
        if changed is not None:
            record_answer(connection, changed, changed.state, caller.account_id, now)
            note(connection, caller.workspace_id, caller.account_id, f"price-{changed.state}", now, sheet=changed.sheet_version)
        return _show(connection, premium, changed or revision)


def _find(connection: sa.Connection, premium: Premium) -> Revision | None:
    found = find_told(connection, premium)
    return found if found is not None and is_offered(found.sheet, order_of_next_period(premium)) else None


def _answer(connection: sa.Connection, premium: Premium, revision: Revision, answer: Answer, now: datetime) -> Revision | None:
    """The row as it is answered; None where that is its answer already."""
    told_at = revision.told_at or read_told(connection, revision) or now
    if answer == "accept":
        if revision.state in ("accepted", "recalled"):
            return None
        # A click proves that the notice was seen, whatever became of the mail.
        return change_revision(connection, revision, state="accepted", told_at=told_at, due_at=None)
    if revision.state == "kept":
        return None
    keep_until = move_limit(connection, kept_until(premium.sheet.policy, told_at), now, since=told_at)
    if keep_until <= _applies_at(premium, revision):
        raise Problem("price-keep-over")
    due_at = recalled_at(premium, keep_until)
    return change_revision(connection, revision, state="kept", told_at=told_at, keep_until=keep_until, due_at=due_at)


def _applies_at(premium: Premium, revision: Revision) -> datetime:
    assert revision.period is not None
    return end_after(premium, max(revision.period, premium.period))


def _show(connection: sa.Connection, premium: Premium, revision: Revision) -> NewPrice:
    order = order_of_next_period(premium)
    told_at = revision.told_at or read_told(connection, revision) or revision.sent_at
    assert told_at is not None
    keeps = revision.keep_until if revision.state == "kept" else None
    return NewPrice(
        sheet_version=revision.sheet_version,
        old_price=price_of(premium.sheet, order),
        new_price=price_of(revision.sheet, order),
        from_at=end_after(premium, first_after(premium, keeps)) if keeps else _applies_at(premium, revision),
        keep_until=revision.keep_until or kept_until(premium.sheet.policy, told_at),
        state=revision.state,
    )
