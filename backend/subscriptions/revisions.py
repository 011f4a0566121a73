"""Later plan sheets and a premium that runs under an older one: planned for each, applied at a renewal or left for the next (10.2).

A row of `price_revisions` is changed under the lock of its premium, but for those that nobody was told of when a newer sheet is
announced. Of what was told, at most one row is not settled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.messages import read_deliveries
from backend.kernel.ops import open_task
from backend.subscriptions.coming import end_after, order_of_next_period
from backend.subscriptions.premiums import Premium, read_order
from backend.subscriptions.prices import Order
from backend.subscriptions.revision_rules import (
    is_affected,
    is_covered,
    is_offered,
    kept_until,
    last_moment_to_tell,
    notice_goes_at,
    told_in_time,
)
from backend.subscriptions.revision_tables import TOLD, price_revisions
from backend.subscriptions.tables import RUNNING, premiums
from backend.terms import Sheet, SheetPublished, find_announced, find_in_force, read_sheet

WAITING = ("planned", "unaffected", "withdrawn")
_UNTOLD: dict[str, Any] = {
    "state": "planned", "period": None, "told_order": None, "notice": None, "notice_ref": None, "told_to": [],
    "sent_at": None, "told_at": None, "keep_until": None,
}  # fmt: skip


@dataclass(frozen=True)
class Revision:
    """One row of `price_revisions`."""

    workspace_id: int
    premium_id: int
    sheet_version: str
    effective_at: datetime
    state: str
    due_at: datetime | None
    period: int | None
    told_order: Order | None
    notice: str | None
    notice_ref: str | None
    told_to: Sequence[int]
    sent_at: datetime | None
    told_at: datetime | None
    keep_until: datetime | None

    @property
    def sheet(self) -> Sheet:
        """The new version."""
        return read_sheet(self.sheet_version)


def plan_for_sheet(connection: sa.Connection, event: SheetPublished) -> None:
    """A new sheet is announced: every running premium is looked at for it, and older ones that nobody was told of are dropped."""
    waiting = price_revisions.c.state.in_(WAITING)
    connection.execute(price_revisions.update().where(waiting).values(state="dropped", due_at=None))
    said = [sa.literal(value) for value in (event.version, event.effective_at, "planned", event.at)]
    running = sa.select(premiums.c.workspace_id, premiums.c.premium_id, *said).where(premiums.c.state.in_(RUNNING))
    names = ["workspace_id", "premium_id", "sheet", "effective_at", "state", "due_at"]
    connection.execute(insert(price_revisions).from_select(names, running))


def plan_at_start(connection: sa.Connection, premium: Premium, at: datetime) -> None:
    """A premium begins: where a later sheet than its own is in force or announced by then, its notice is planned."""
    # A sheet that is being published right now has looked for running premiums already, or waits until this one runs.
    connection.execute(sa.text("SELECT pg_advisory_xact_lock_shared(hashtext('candor.publish'))"))
    newest = find_announced(connection, "plan-sheet", at) or find_in_force(connection, "plan-sheet", at)
    if newest.version != premium.sheet_version:
        whose = {"workspace_id": premium.workspace_id, "premium_id": premium.premium_id}
        values = {"sheet": newest.version, "effective_at": newest.effective_at, "state": "planned", "due_at": at}
        connection.execute(price_revisions.insert().values(**whose, **values))
        schedule(connection, premium, list_revisions(connection, premium)[0], at)


def sheet_of_next_period(connection: sa.Connection, premium: Premium, at: datetime) -> str:
    """The version that the period beginning at `at` is pinned to: the newest that was told in time and not declined, or its own.

    Called once, by the renewal of a locked premium; what applies is settled by it.
    """
    order = order_of_next_period(premium)
    rows = [row for row in list_revisions(connection, premium) if row.effective_at <= at]
    for number, revision in enumerate(rows):
        if not _is_offered(connection, premium, revision, order, at):
            continue
        affected = is_affected(premium.sheet, revision.sheet, order)
        if affected and not _applies(connection, premium, revision, order, at):
            continue
        for older in rows[number + 1 :]:
            change_revision(connection, older, state="dropped", due_at=None)
        if affected:
            change_revision(connection, revision, state="applied", due_at=None)
            return revision.sheet_version
        break
    return premium.sheet_version


def follow_renewal(connection: sa.Connection, premium: Premium, at: datetime) -> None:
    """The next period has begun: what waits is planned for its end, and what could not apply is told again."""
    for revision in list_revisions(connection, premium):
        if revision.state in WAITING:
            schedule(connection, premium, revision, at)
        elif revision.state in ("kept", "recalled"):
            change_revision(connection, revision, state="kept", due_at=recalled_at(premium, revision.keep_until))
        elif revision.period is not None and revision.period < premium.period:
            covered = revision.told_order is not None and is_covered(revision.told_order, order_of_next_period(premium))
            if revision.state == "accepted" and covered:
                change_revision(connection, revision, period=premium.period)
            else:
                schedule(connection, premium, change_revision(connection, revision, **_UNTOLD), at)


def take_up(connection: sa.Connection, premium: Premium, at: datetime) -> None:
    """A premium that was to end renews after all: what time had laid aside is looked at again."""
    for revision in list_revisions(connection, premium):
        if revision.state in WAITING:
            schedule(connection, premium, revision, at)
        elif revision.state == "told":
            change_revision(connection, revision, due_at=at)
        elif revision.state == "kept":
            change_revision(connection, revision, due_at=recalled_at(premium, revision.keep_until))


def schedule(connection: sa.Connection, premium: Premium, revision: Revision, at: datetime) -> Revision:
    """Plan when the notice goes, as things stand; a premium that the new sheet does not concern gets none."""
    order = order_of_next_period(premium)
    if not _is_offered(connection, premium, revision, order, at):
        return change_revision(connection, revision, state="withdrawn", due_at=None)
    if not is_affected(premium.sheet, revision.sheet, order):
        return change_revision(connection, revision, state="unaffected", due_at=None)
    period, goes_at = plan_notice(premium, revision.effective_at, at)
    return change_revision(connection, revision, state="planned", due_at=goes_at, period=period)


def plan_notice(premium: Premium, effective_at: datetime, at: datetime) -> tuple[int, datetime]:
    """At the end of which period the new price applies, and when its notice goes: ahead, or at once where that is past (X5).

    Too late for one renewal it is for the one after; and where that is so far off that the old price could not be kept beyond
    it by then, the notice waits.
    """
    policy, interval, period = premium.sheet.policy, premium.order.interval, premium.period
    while end_after(premium, period) < effective_at:
        period += 1
    if at > last_moment_to_tell(policy, end_after(premium, period)):
        period += 1
        if kept_until(policy, at) > end_after(premium, period):
            return period, at
    return period, max(at, notice_goes_at(policy, interval, end_after(premium, period)))


def recalled_at(premium: Premium, keep_until: datetime | None) -> datetime:
    """When a subscriber who keeps the old price is told again: ahead of the first renewal that is not before `keep_until`."""
    assert keep_until is not None
    return notice_goes_at(premium.sheet.policy, premium.order.interval, end_after(premium, first_after(premium, keep_until)))


def first_after(premium: Premium, keep_until: datetime) -> int:
    """The period whose end is the first that is not before an instant."""
    period = premium.period
    while end_after(premium, period) < keep_until:
        period += 1
    return period


def find_told(connection: sa.Connection, premium: Premium) -> Revision | None:
    """What the subscriber was told and may still answer: nothing where the premium ends with its running period."""
    if premium.is_in_last_period:
        return None
    return next((row for row in list_revisions(connection, premium) if row.state in TOLD), None)


def is_notice_open(connection: sa.Connection, premium: Premium) -> bool:
    """Whether a new price was told for the coming renewal: until then it may be kept off or the premium ended (X5)."""
    found = find_told(connection, premium)
    return found is not None and found.period == premium.period


def was_notice_open(connection: sa.Connection, premium: Premium, at: datetime) -> bool:
    """Whether the running period began at a new price that had been told by `at`: the same, looked back at."""
    began_with = sa.select(price_revisions.c.sheet).where(
        price_revisions.c.workspace_id == premium.workspace_id,
        price_revisions.c.premium_id == premium.premium_id,
        price_revisions.c.state == "applied",
        price_revisions.c.period == premium.period - 1,
        price_revisions.c.sent_at <= at,
    )
    return connection.execute(began_with).first() is not None


def find_coming_sheet(connection: sa.Connection, premium: Premium, order: Order) -> Sheet:
    """The version of the next period, were it of this order and nothing more were said: what a preview names."""
    found = find_told(connection, premium)
    if found is None or found.period != premium.period or found.state == "kept" or found.told_order is None:
        return premium.sheet
    return found.sheet if is_covered(found.told_order, order) and is_offered(found.sheet, order) else premium.sheet


def list_revisions(connection: sa.Connection, premium: Premium) -> list[Revision]:
    """What is not settled, the newest sheet first."""
    mine = sa.and_(price_revisions.c.workspace_id == premium.workspace_id, price_revisions.c.premium_id == premium.premium_id)
    open_ = price_revisions.c.state.in_((*WAITING, *TOLD))
    return [_read(row) for row in connection.execute(
        sa.select(price_revisions).where(mine, open_).order_by(price_revisions.c.effective_at.desc())
    )]  # fmt: skip


def change_revision(connection: sa.Connection, revision: Revision, **change: Any) -> Revision:
    """Write a change; the row as it then is."""
    this = sa.and_(
        price_revisions.c.workspace_id == revision.workspace_id,
        price_revisions.c.premium_id == revision.premium_id,
        price_revisions.c.sheet == revision.sheet_version,
    )
    return _read(connection.execute(price_revisions.update().where(this).values(**change).returning(price_revisions)).one())


def read_told(connection: sa.Connection, revision: Revision) -> datetime | None:
    """When somebody who acts for the subscriber first had the last notice on both channels; a mail that came back never counts."""
    if revision.notice is None or revision.notice_ref is None:
        return None
    delivered = read_deliveries(connection, revision.notice, revision.notice_ref, revision.told_to)
    return min((at for at in delivered.values() if at is not None), default=None)


def _applies(connection: sa.Connection, premium: Premium, revision: Revision, order: Order, at: datetime) -> bool:
    if revision.told_order is None or not is_covered(revision.told_order, order):
        return False
    match revision.state:
        case "accepted":  # who clicked has seen the notice, whatever became of the mail
            told_at = revision.told_at
        case "tacit" | "recalled":
            told_at = read_told(connection, revision)
        case _:
            return False
    return told_in_time(premium.sheet.policy, told_at, at)


def _is_offered(connection: sa.Connection, premium: Premium, revision: Revision, order: Order, at: datetime) -> bool:
    if is_offered(revision.sheet, order):
        return True
    subject = f"workspace {premium.workspace_id}, premium {premium.premium_id}: {order.plan} in sheet {revision.sheet_version}"
    open_task(connection, "plan-withdrawn", subject, at)
    return False


def _read(row: sa.Row[Any]) -> Revision:
    return Revision(
        workspace_id=row.workspace_id,
        premium_id=row.premium_id,
        sheet_version=row.sheet,
        effective_at=row.effective_at,
        state=row.state,
        due_at=row.due_at,
        period=row.period,
        told_order=read_order(row.told_order) if row.told_order else None,
        notice=row.notice,
        notice_ref=row.notice_ref,
        told_to=row.told_to,
        sent_at=row.sent_at,
        told_at=row.told_at,
        keep_until=row.keep_until,
    )
