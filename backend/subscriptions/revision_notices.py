"""What time does about a new price: the notice goes, silence becomes acceptance, who kept the old one is told again (10.2)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.incidents import move_limit
from backend.kernel.messages import Fact
from backend.subscriptions.coming import end_after, order_of_next_period
from backend.subscriptions.premiums import Premium, read_premium, write_order
from backend.subscriptions.prices import price_of
from backend.subscriptions.revision_rules import kept_until, last_moment_to_tell, notice_goes_at, silence_counts_at
from backend.subscriptions.revision_tables import price_answers, price_revisions
from backend.subscriptions.revisions import Revision, change_revision, list_revisions, read_told, schedule
from backend.subscriptions.rules import start_day
from backend.subscriptions.subscribers import acting_for, tell_subscriber
from backend.subscriptions.tables import RUNNING
from backend.workspaces import lock_workspaces


class PriceRevisions:
    """Due work: one step of one premium's new price; named before the renewals, so that at one instant silence counts first."""

    name = "price-revisions"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest step was due."""
        due = price_revisions.c.due_at
        return sa.select(sa.func.min(due)).where(due <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Take one step. Locks are taken as everywhere: the workspace, then the premium."""
        over = sa.select(price_revisions).where(price_revisions.c.due_at <= until)
        row = connection.execute(over.order_by(price_revisions.c.due_at, price_revisions.c.premium_id).limit(1)).one_or_none()
        if row is None:
            return False
        lock_workspaces(connection, row.workspace_id)
        premium = read_premium(connection, row.workspace_id, row.premium_id, lock=True)
        for revision in list_revisions(connection, premium):
            if revision.sheet_version == row.sheet and revision.due_at is not None and revision.due_at <= until:
                _take_step(connection, self._kernel, premium, revision, until)
        return True


def _take_step(connection: sa.Connection, kernel: Kernel, premium: Premium, revision: Revision, at: datetime) -> None:
    if premium.state not in RUNNING:
        change_revision(connection, revision, state="dropped", due_at=None)
    elif premium.is_in_last_period:
        change_revision(connection, revision, due_at=None)  # laid aside: an end because of refused terms may be taken back
    elif revision.state == "planned":
        planned = schedule(connection, premium, revision, at)
        if planned.due_at is not None and planned.due_at <= at:
            _send_notice(connection, kernel, premium, planned, at)
    elif revision.state == "told":
        _count_silence(connection, premium, revision, at)
    else:
        _recall(connection, kernel, premium, revision, at)


def _send_notice(connection: sa.Connection, kernel: Kernel, premium: Premium, revision: Revision, at: datetime) -> None:
    """Tell the subscriber of the new price. What was told of an older sheet is overtaken by it."""
    for other in list_revisions(connection, premium):
        if other.sheet_version != revision.sheet_version and other.effective_at < revision.effective_at:
            change_revision(connection, other, state="dropped", due_at=None)
    assert revision.period is not None
    policy = premium.sheet.policy
    dates: dict[str, Fact] = {
        "silent_until": start_day(silence_counts_at(policy, at)),
        "keep_until": start_day(kept_until(policy, at)),
    }
    told = _tell(connection, kernel, premium, revision, "price-changes", revision.period, at, dates)
    change_revision(connection, told, state="told", due_at=silence_counts_at(policy, at))


def _count_silence(connection: sa.Connection, premium: Premium, revision: Revision, at: datetime) -> None:
    """Silence since the notice was there on both channels is acceptance; where it is not there yet, look again when it may be."""
    policy = premium.sheet.policy
    assert revision.period is not None
    told_at, last = read_told(connection, revision), last_moment_to_tell(policy, end_after(premium, revision.period))
    if told_at is None:
        change_revision(connection, revision, due_at=last if at < last else None)
        return
    counts_at = move_limit(connection, silence_counts_at(policy, told_at), at, since=told_at)
    if counts_at > at:
        change_revision(connection, revision, due_at=counts_at)
        return
    change_revision(connection, revision, state="tacit", told_at=told_at, due_at=None)
    record_answer(connection, revision, "tacit", None, counts_at)


def _recall(connection: sa.Connection, kernel: Kernel, premium: Premium, revision: Revision, at: datetime) -> None:
    """The old price was kept as long as it can be: say so ahead of the renewal that brings the new one."""
    policy = premium.sheet.policy
    if at > last_moment_to_tell(policy, premium.ends_at):
        goes_at = notice_goes_at(policy, premium.order.interval, end_after(premium, premium.period + 1))
        change_revision(connection, revision, due_at=goes_at)
        return
    told = _tell(connection, kernel, premium, revision, "price-kept-ends", premium.period, at, {})
    change_revision(connection, told, state="recalled", due_at=None)


def _tell(
    connection: sa.Connection,
    kernel: Kernel,
    premium: Premium,
    revision: Revision,
    what: str,
    period: int,
    at: datetime,
    dates: dict[str, Fact],
) -> Revision:
    order = order_of_next_period(premium)
    code, ref = f"{what}-{order.interval}", f"premium:{premium.premium_id}:{revision.sheet_version}:{period}"
    facts: dict[str, Fact] = {
        "plan": premium.sheet.plan(order.plan).name,
        "seats": order.seats,
        "old_price": price_of(premium.sheet, order),
        "new_price": price_of(revision.sheet, order),
        "from_day": start_day(end_after(premium, period)),
        "address": f"{kernel.settings.public_url}/plan-sheet/{revision.sheet_version}",
        **dates,
    }
    tell_subscriber(connection, kernel, premium, code, ref, at, facts)
    told = {"period": period, "told_order": write_order(order), "notice": code, "notice_ref": ref, "sent_at": at}
    return change_revision(connection, revision, told_to=acting_for(connection, premium), **told)


def record_answer(connection: sa.Connection, revision: Revision, answer: str, account_id: int | None, at: datetime) -> None:
    """Keep what was answered, by whom; `tacit` is nobody's click."""
    values = {"workspace_id": revision.workspace_id, "premium_id": revision.premium_id, "sheet": revision.sheet_version}
    connection.execute(price_answers.insert().values(**values, answer=answer, account_id=account_id, at=at))
