"""Breach of contract (7.5.7 to 7.5.9): what runs is suspended at once, and ends for breach unless put right in three weeks.

It concerns a premium, or the one account whose freemium it is (7.5.11). What carries out the end is in `terminating.py`.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts import find_account_row, open_email, read_ground
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.subscriptions.freemium import resume_freemium
from backend.subscriptions.giving import owes_a_period
from backend.subscriptions.premiums import PAYS, Premium, apply_to_members, change_premium, find_premium, set_plan_end
from backend.subscriptions.tables import RUNNING, breaches
from backend.terms import current_sheet
from backend.workspaces import members_of, note


class AlreadyOpen(Exception):
    """A breach of this subscriber, or of this account, runs already."""


def open_breach(
    connection: sa.Connection,
    kernel: Kernel,
    workspace_id: int,
    account_id: int,
    ground: str,
    at: datetime,
    *,
    conduct: bool = False,
    reason: str = "",
) -> datetime:
    """Suspend the premium of a locked workspace, or else the account's freemium; when the time to cure is over.

    With `conduct` it follows the suspension of the account and ends with it; else it is the subscriber's own, for a `reason` in
    words. Every member of a premium is told that they may leave before (X13). Raises AlreadyOpen.
    """
    premium = find_running(connection, workspace_id)
    alone = premium is None
    whose = breaches.c.account_id == account_id if alone or conduct else breaches.c.account_id.is_(None)
    where = breaches.c.premium_id.is_(None) if premium is None else _of_premium(premium)
    same = sa.and_(where, whose, breaches.c.conduct == conduct, breaches.c.closed_at.is_(None))
    if connection.execute(sa.select(breaches.c.breach_id).where(same)).first():
        raise AlreadyOpen
    due_at = at + timedelta(days=current_sheet(connection, at).policy.breach_cure_days)
    opened = breaches.insert().values(
        workspace_id=workspace_id,
        premium_id=premium.premium_id if premium else None,
        account_id=account_id if alone or conduct else None,
        conduct=conduct,
        ground=ground,
        reason=kernel.sealer.seal(reason, _place(workspace_id)) if reason else None,
        opened_at=at,
        due_at=due_at,
    )
    breach = connection.execute(opened.returning(breaches)).one()
    if premium is not None:
        suspend_premium(connection, kernel, premium, at)
        _tell_admins(connection, kernel, premium, breach, reason)
    else:
        set_plan_end(connection, None, workspace_id, account_id)
        if not conduct:
            facts = {"reason": reason, "due": due_at, "contact": kernel.settings.contact, **_clause(connection, account_id, ground)}
            tell(connection, kernel.sealer, Message(account_id, "freemium-suspended", _ref(breach), at, facts))
    return due_at


def suspend_premium(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> Premium:
    """Nobody spends or looks anything up from now on; it renews and is billed all the same (X26). Every member is told."""
    if premium.state != "suspended":
        note(connection, premium.workspace_id, None, "premium-suspended", at)
        premium = change_premium(connection, premium, state="suspended", suspended_at=at)
        _apply(connection, premium)
    for member in members_of(connection, premium.workspace_id):
        if member.role != "admin":
            warn_member(connection, kernel, premium, member.account_id, at)
    return premium


def resume_premium(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> Premium:
    """It runs again where no breach is open any more; frozen, where a payment for it failed meanwhile."""
    if premium.state != "suspended" or list_open(connection, premium):
        return premium
    note(connection, premium.workspace_id, None, "premium-resumed", at)
    state = "frozen" if owes_a_period(connection, premium) else "active"
    premium = change_premium(connection, premium, state=state, suspended_at=None)
    _apply(connection, premium)
    facts: dict[str, Fact] = {"plan": premium.plan_name}
    for member in members_of(connection, premium.workspace_id):
        if state not in PAYS:
            resume_freemium(connection, premium.workspace_id, member.account_id, at)
        ref = f"premium:{premium.premium_id}:{at.isoformat()}"
        tell(connection, kernel.sealer, Message(member.account_id, "premium-resumed", ref, at, facts))
    return premium


def cure_breaches(
    connection: sa.Connection, kernel: Kernel, premium: Premium | None, workspace_id: int, account_id: int, at: datetime
) -> int:
    """Operators found it put right: what they raised against the account's freemium and a locked premium is closed; how many.

    Where it began with an account that is suspended still, that account alone goes on to its end: lifting it is another decision.
    """
    own = sa.and_(breaches.c.account_id == account_id, breaches.c.premium_id.is_(None), sa.not_(breaches.c.conduct))
    cured = close_breaches(connection, own, at, "cured")
    if cured:
        set_plan_end(connection, find_premium(connection, workspace_id), workspace_id, account_id)
        tell(connection, kernel.sealer, Message(account_id, "freemium-resumed", _ref(cured[0]), at, {}))
    found = list_open(connection, premium) if premium is not None else []
    if premium is not None and found:
        leave_alone(connection, premium)
        close_of_premium(connection, premium, at, "cured")
        resume_premium(connection, kernel, premium, at)
    return len(cured) + len(found)


def warn_member(connection: sa.Connection, kernel: Kernel, premium: Premium, account_id: int, at: datetime) -> None:
    """Tell a member of a suspended premium until when they may leave to a freemium of their own (X13)."""
    due_at = min((breach.due_at for breach in list_open(connection, premium)), default=None)
    if due_at is None:
        return
    facts: dict[str, Fact] = {"plan": premium.plan_name, "due": due_at}
    ref = f"premium:{premium.premium_id}:{due_at.isoformat()}"
    tell(connection, kernel.sealer, Message(account_id, "premium-suspended-member", ref, at, facts))


def find_running(connection: sa.Connection, workspace_id: int) -> Premium | None:
    """The premium of a locked workspace, locked; None where none has begun."""
    premium = find_premium(connection, workspace_id, lock=True)
    return premium if premium is not None and premium.state in RUNNING else None


def list_open(connection: sa.Connection, premium: Premium) -> list[sa.Row[Any]]:
    """What runs against a premium, oldest first."""
    mine = sa.select(breaches).where(_of_premium(premium), breaches.c.closed_at.is_(None))
    return list(connection.execute(mine.order_by(breaches.c.breach_id)))


def close_breaches(connection: sa.Connection, which: sa.ColumnElement[bool], at: datetime, outcome: str) -> list[sa.Row[Any]]:
    """Close the open ones among these; the rows."""
    closed = {"closed_at": at, "outcome": outcome, "waiting_since": None}
    those = breaches.update().where(which, breaches.c.closed_at.is_(None)).values(closed)
    return list(connection.execute(those.returning(breaches)))


def close_of_premium(connection: sa.Connection, premium: Premium, at: datetime, outcome: str) -> list[sa.Row[Any]]:
    """Close all that runs against a premium; the rows."""
    return close_breaches(connection, _of_premium(premium), at, outcome)


def leave_alone(connection: sa.Connection, premium: Premium) -> None:
    """From now on what began with the conduct of an account concerns that account alone, until the same instant (7.5.11)."""
    own = sa.and_(_of_premium(premium), breaches.c.conduct, breaches.c.closed_at.is_(None))
    connection.execute(breaches.update().where(own).values(premium_id=None))


def read_reason(kernel: Kernel, breach: sa.Row[Any]) -> str:
    """Why, in the words the subscriber reads; empty where it followed the suspension of an account."""
    return kernel.sealer.open(breach.reason, _place(breach.workspace_id)) if breach.reason is not None else ""


def _apply(connection: sa.Connection, premium: Premium) -> None:
    apply_to_members(connection, premium)
    for member in members_of(connection, premium.workspace_id):
        set_plan_end(connection, premium, premium.workspace_id, member.account_id)


def _tell_admins(connection: sa.Connection, kernel: Kernel, premium: Premium, breach: sa.Row[Any], reason: str) -> None:
    """Those who act for the subscriber hear why, until when, and what follows; billing goes on (X26)."""
    culprit = find_account_row(connection, breach.account_id) if breach.account_id is not None else None
    why: dict[str, Fact] = (
        {"member": open_email(kernel, culprit)} if culprit is not None else {"reason": reason, "contact": kernel.settings.contact}
    )
    code = "premium-suspended-conduct" if culprit is not None else "premium-suspended"
    for member in members_of(connection, premium.workspace_id):
        if member.role == "admin":
            facts = {
                "plan": premium.plan_name,
                "due": breach.due_at,
                **why,
                **_clause(connection, member.account_id, breach.ground),
            }
            tell(connection, kernel.sealer, Message(member.account_id, code, _ref(breach), breach.opened_at, facts))


def _clause(connection: sa.Connection, account_id: int, ground: str) -> dict[str, Fact]:
    reader = find_account_row(connection, account_id)
    return {"ground": ground, "clause": read_ground(ground, reader.lang if reader is not None else "en")}


def _of_premium(premium: Premium) -> sa.ColumnElement[bool]:
    return sa.and_(breaches.c.workspace_id == premium.workspace_id, breaches.c.premium_id == premium.premium_id)


def _ref(breach: sa.Row[Any]) -> str:
    return f"breach:{breach.breach_id}"


def _place(workspace_id: int) -> str:
    return f"workspace:{workspace_id}:breach"
