"""Formal notices by registered letter (7.5.10): fifteen days after sending without remedy, whoever sent one may terminate.

Operators enter those of both parties. One of the provider's for non-payment that is not paid carries itself out (10.4.5).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.breaches import find_running
from backend.subscriptions.debts import list_unpaid, need_rate
from backend.subscriptions.premiums import Premium
from backend.subscriptions.subscribers import tell_subscriber
from backend.subscriptions.tables import formal_notices
from backend.terms import current_sheet
from backend.workspaces import members_of

Sender = Literal["provider", "subscriber"]
Cause = Literal["breach", "non-payment"]


class NotEnterable(ValueError):
    """Why this notice cannot be entered, in words."""


@dataclass(frozen=True)
class FormalNotice:
    """One row. From `due_at` on its sender may terminate, unless it was closed before."""

    workspace_id: int
    notice_id: int
    premium_id: int | None
    account_id: int
    sender: Sender
    cause: Cause
    registered_number: str
    sent_at: datetime
    due_at: datetime
    outcome: str | None


_COLUMNS = [formal_notices.c[name] for name in FormalNotice.__dataclass_fields__]


def enter_notice(
    connection: sa.Connection,
    kernel: Kernel,
    workspace_id: int,
    account_id: int,
    sender: Sender,
    cause: Cause,
    sent_at: datetime,
    registered_number: str,
    reason: str,
) -> FormalNotice:
    """Enter a notice that concerns the premium of a locked workspace, or the account's freemium. Raises NotEnterable.

    Whoever acts for the subscriber is told; of one that may end the accounts of the others, they are told too (X13).
    """
    premium, now = find_running(connection, workspace_id), kernel.clock.now()
    if sent_at > now:
        raise NotEnterable("It cannot have been sent yet.")
    due_at = sent_at + timedelta(days=current_sheet(connection, sent_at).policy.formal_notice_days)
    if sender == "provider" and due_at <= now:
        raise NotEnterable("Its days are over, and nobody here was told of it: send another.")
    if premium is None and (sender == "subscriber" or cause == "non-payment"):
        raise NotEnterable("There is no premium that this could be about.")
    if sender == "subscriber" and cause == "non-payment":
        raise NotEnterable("A subscriber's notice is for breach.")
    if premium is not None and cause == "non-payment" and not _unpaid_since(connection, premium, sent_at):
        raise NotEnterable("Nothing was unpaid when it was sent.")
    if cause == "non-payment":
        need_rate(connection, now)
    entered = insert(formal_notices).values(
        workspace_id=workspace_id,
        premium_id=premium.premium_id if premium else None,
        account_id=account_id,
        sender=sender,
        cause=cause,
        reason=kernel.sealer.seal(reason, _place(workspace_id)),
        registered_number=registered_number,
        sent_at=sent_at,
        due_at=due_at,
        entered_at=now,
    )
    row = connection.execute(entered.on_conflict_do_nothing().returning(*_COLUMNS)).one_or_none()
    if row is None:
        raise NotEnterable("A notice of this registered number was entered before.")
    notice = FormalNotice(*row)
    facts: dict[str, Fact] = {"reason": reason, "number": registered_number, "sent": sent_at, "due": notice.due_at}
    facts["contact"] = kernel.settings.contact
    code = f"formal-notice-{sender}" if sender == "subscriber" else f"formal-notice-{cause}"
    if premium is None:
        tell(connection, kernel.sealer, Message(account_id, code, _ref(notice), now, facts))
        return notice
    tell_subscriber(connection, kernel, premium, code, _ref(notice), now, facts)
    for member in members_of(connection, workspace_id):
        if member.role != "admin":
            warn_of_notices(connection, kernel, premium, member.account_id, now)
    return notice


def remedy(connection: sa.Connection, kernel: Kernel, notice: FormalNotice, at: datetime) -> None:
    """What a notice asked for was put right: it gives no right to terminate any more. Raises `notice-closed`, asked again."""
    if notice.outcome is not None:
        raise Problem("notice-closed")
    connection.execute(formal_notices.update().where(_this(notice)).values(closed_at=at, outcome="remedied"))
    premium = find_running(connection, notice.workspace_id) if notice.premium_id is not None else None
    facts: dict[str, Fact] = {"number": notice.registered_number}
    told = [member.account_id for member in members_of(connection, notice.workspace_id)] if premium else [notice.account_id]
    for account_id in told:
        tell(connection, kernel.sealer, Message(account_id, "formal-notice-remedied", _ref(notice), at, facts))


def mark_terminated(connection: sa.Connection, notice: FormalNotice, at: datetime) -> None:
    """Its sender has terminated."""
    connection.execute(formal_notices.update().where(_this(notice)).values(closed_at=at, outcome="terminated"))


def find_notice(connection: sa.Connection, premium: Premium | None, account_id: int, registered_number: str) -> FormalNotice | None:
    """The notice of this number about a premium, or about the account's own freemium, locked; None where there is none."""
    this = sa.select(*_COLUMNS).where(_about(premium, account_id), formal_notices.c.registered_number == registered_number)
    row = connection.execute(this.order_by(formal_notices.c.notice_id.desc()).limit(1).with_for_update()).one_or_none()
    return FormalNotice(*row) if row else None


def list_notices(connection: sa.Connection, premium: Premium | None, account_id: int) -> list[FormalNotice]:
    """Every notice about a premium, and about the account's own freemium, newest first."""
    mine = sa.select(*_COLUMNS).where(_about(premium, account_id))
    return [FormalNotice(*row) for row in connection.execute(mine.order_by(formal_notices.c.notice_id.desc()))]


@dataclass(frozen=True)
class OpenNotice:
    """A notice that is open, with what it asks for."""

    notice: FormalNotice
    reason: str


def list_open_notices(connection: sa.Connection, kernel: Kernel, most: int = 200) -> list[OpenNotice]:
    """Notices of both parties that nothing came of yet, those first whose days are over first."""
    waiting = sa.select(*_COLUMNS, formal_notices.c.reason).where(formal_notices.c.closed_at.is_(None))
    rows = connection.execute(waiting.order_by(formal_notices.c.due_at).limit(most)).all()
    return [OpenNotice(FormalNotice(*row[:-1]), kernel.sealer.open(row.reason, _place(row.workspace_id))) for row in rows]


def open_reason(kernel: Kernel, row: sa.Row[Any]) -> str:
    """What the other party was to put right, in the words it was told."""
    return kernel.sealer.open(row.reason, _place(row.workspace_id))


def close_notices(connection: sa.Connection, workspace_id: int, at: datetime, outcome: str) -> None:
    """The premium has ended: no notice about it is open any more."""
    here = sa.and_(formal_notices.c.workspace_id == workspace_id, formal_notices.c.premium_id.is_not(None))
    _close(connection, here, at, outcome)


def close_own_notices(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """The account is gone: no notice about its freemium is open any more."""
    _close(connection, _about(None, account_id), at, "ended")


def warn_of_notices(connection: sa.Connection, kernel: Kernel, premium: Premium, account_id: int, at: datetime) -> None:
    """Tell a member until when they may leave, where a notice of the provider's may end every account of the premium (X13)."""
    for notice in list_notices(connection, premium, account_id):
        if notice.premium_id is not None and notice.outcome is None and notice.sender == "provider":
            facts: dict[str, Fact] = {"plan": premium.plan_name, "due": notice.due_at}
            tell(connection, kernel.sealer, Message(account_id, "formal-notice-member", _ref(notice), at, facts))


def is_unpaid(connection: sa.Connection, premium: Premium, notice: FormalNotice) -> bool:
    """Whether something that was due when a notice was sent is unpaid still; a debit under way is not (X8)."""
    return _unpaid_since(connection, premium, notice.sent_at)


def lock_notice(connection: sa.Connection, row: sa.Row[Any]) -> FormalNotice | None:
    """A notice that is open still, locked."""
    this = sa.and_(formal_notices.c.workspace_id == row.workspace_id, formal_notices.c.notice_id == row.notice_id)
    found = sa.select(*_COLUMNS).where(this, formal_notices.c.closed_at.is_(None))
    kept = connection.execute(found.with_for_update()).one_or_none()
    return FormalNotice(*kept) if kept else None


def _unpaid_since(connection: sa.Connection, premium: Premium, sent_at: datetime) -> bool:
    unpaid = list_unpaid(connection, premium.workspace_id)
    return any(due.premium_id == premium.premium_id and due.due_at <= sent_at for due in unpaid)


def _about(premium: Premium | None, account_id: int) -> sa.ColumnElement[bool]:
    of_account = sa.and_(formal_notices.c.account_id == account_id, formal_notices.c.premium_id.is_(None))
    if premium is None:
        return of_account
    here = formal_notices.c.workspace_id == premium.workspace_id
    return sa.or_(of_account, sa.and_(here, formal_notices.c.premium_id == premium.premium_id))


def _close(connection: sa.Connection, which: sa.ColumnElement[bool], at: datetime, outcome: str) -> None:
    open_ones = formal_notices.update().where(which, formal_notices.c.closed_at.is_(None))
    connection.execute(open_ones.values(closed_at=at, outcome=outcome))


def _this(notice: FormalNotice) -> sa.ColumnElement[bool]:
    return sa.and_(
        formal_notices.c.workspace_id == notice.workspace_id,
        formal_notices.c.notice_id == notice.notice_id,
        formal_notices.c.closed_at.is_(None),
    )


def _place(workspace_id: int) -> str:
    return f"workspace:{workspace_id}:notice"


def _ref(notice: FormalNotice) -> str:
    return f"notice:{notice.workspace_id}:{notice.notice_id}"
