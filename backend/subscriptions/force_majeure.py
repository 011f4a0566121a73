"""What a force majeure does to subscriptions: their limits move by its length (13.2), or their contracts end with it (13.3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.tables import incidents
from backend.subscriptions.coming import FORCE_MAJEURE, next_alert
from backend.subscriptions.dues import Due, change_due, list_dues
from backend.subscriptions.endings import close, lock_to_end
from backend.subscriptions.premiums import Premium, change_premium, read_premium
from backend.subscriptions.returning import record_return
from backend.subscriptions.revision_tables import price_revisions
from backend.subscriptions.revisions import change_revision, list_revisions, recalled_at
from backend.subscriptions.rules import MONTHS, days_on, months_left, months_not_begun, start_day
from backend.subscriptions.tables import breaches, formal_notices, premiums
from backend.workspaces import lock_workspaces, members_of, note

EXPORT_DAYS = 30
"""So long a workspace whose contract is over stays to be exported. The terms name no number: it is that of a switch."""


def move_subscription_limits(connection: sa.Connection, since: datetime, by: timedelta) -> int:
    """Move what a force majeure since then has kept from running out, by its length; how many limits."""
    moved = 0
    for table in (breaches, formal_notices):
        running = sa.and_(table.c.closed_at.is_(None), table.c.due_at >= since)
        moved += connection.execute(table.update().where(running).values(due_at=table.c.due_at + by)).rowcount
    kept = sa.and_(price_revisions.c.state == "kept", price_revisions.c.keep_until >= since)
    for row in connection.execute(sa.select(price_revisions).where(kept).order_by(price_revisions.c.workspace_id)).all():
        lock_workspaces(connection, row.workspace_id)
        premium = read_premium(connection, row.workspace_id, row.premium_id, lock=True)
        for revision in list_revisions(connection, premium):
            if revision.sheet_version == row.sheet and revision.state == "kept" and revision.keep_until is not None:
                until = revision.keep_until + by
                change_revision(connection, revision, keep_until=until, due_at=recalled_at(premium, until))
                moved += 1
    return moved


class ForceMajeureEnds:
    """Due work: contracts of a force majeure that is for good end, one premium at a time, as of its event."""

    name = "force-majeure-ends"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest that is not carried out was found to be for good."""
        return sa.select(sa.func.min(incidents.c.permanent_at)).where(
            incidents.c.carried_out_at.is_(None), incidents.c.permanent_at <= until
        )

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """End one contract, or note that none is left. Locks are taken as everywhere: accounts, the workspace, the premium."""
        waiting = sa.and_(incidents.c.carried_out_at.is_(None), incidents.c.permanent_at <= until)
        incident = connection.execute(sa.select(incidents).where(waiting).order_by(incidents.c.permanent_at).limit(1)).one_or_none()
        if incident is None:
            return False
        runs = sa.and_(premiums.c.state != "ended", premiums.c.end_reason.is_distinct_from(FORCE_MAJEURE))
        row = connection.execute(sa.select(premiums.c.workspace_id).where(runs).limit(1)).one_or_none()
        if row is None:
            this = incidents.c.incident_id == incident.incident_id
            connection.execute(incidents.update().where(this).values(carried_out_at=until))
            return True
        premium = lock_to_end(connection, self._kernel, row.workspace_id)
        if premium is not None and premium.end_reason != FORCE_MAJEURE:
            end_contract(connection, self._kernel, premium, incident.opened_at, max(incident.permanent_at, incident.opened_at))
        return True


def end_contract(connection: sa.Connection, kernel: Kernel, premium: Premium, event: datetime, at: datetime) -> Decimal:
    """End the contract of a locked premium as of the event; how much is returned, without VAT.

    Nothing falls due after it. The workspace stays to be exported for some days, and ends then as at the end of any period.
    """
    if premium.period == 0:
        close(connection, premium, at, FORCE_MAJEURE)
        return Decimal()
    returned = return_since(connection, premium, event, at)
    ends_at = days_on(at, EXPORT_DAYS)
    nothing_more: Mapping[str, Any] = {"next_order": None, "next_after": None, "switch_at": None, "switch_period": None}
    last = {"last_period": premium.period, "end_reason": FORCE_MAJEURE, "period_ends_at": ends_at}
    ending = change_premium(connection, premium, **nothing_more, **last)
    change_premium(connection, ending, next_alert_at=next_alert(ending, at))
    note(connection, premium.workspace_id, None, "premium-ending", at, way=FORCE_MAJEURE)
    facts: dict[str, Fact] = {
        "plan": premium.sheet.plan(premium.order.plan).name,
        "event": start_day(event),
        "returned": returned,
        "ends_on": start_day(ends_at),
        "export": f"{kernel.settings.public_url}/v1/me/export",
    }
    for member in members_of(connection, premium.workspace_id):
        told = Message(member.account_id, "premium-force-majeure", f"premium:{premium.premium_id}", at, facts)
        tell(connection, kernel.sealer, told)
    return returned


def return_since(connection: sa.Connection, premium: Premium, event: datetime, at: datetime) -> Decimal:
    """Return whole what fell due after the event, and of the period it fell into the months that had not begun."""
    back = Decimal("0.00")
    for due in list_dues(connection, premium):
        if due.state == "dropped":
            continue
        if due.counted_at is None:
            change_due(connection, due, state="dropped")
            continue
        part = Decimal(1) if due.due_at > event else _part_not_begun(premium, due, event)
        amount = record_return(connection, due, part, at, FORCE_MAJEURE)
        if due.state in ("paid", "submitted"):
            back += amount
    return back


def _part_not_begun(premium: Premium, due: Due, event: datetime) -> Decimal:
    interval = premium.order.interval
    if interval == "month":
        return Decimal()
    begun = premium.begun_months - MONTHS[interval] * (premium.period - due.period)
    left = months_not_begun(premium.first_day, begun, start_day(event), interval)
    paid = MONTHS[interval] if due.what in ("start", "renewal") else months_left(premium.first_day, begun, start_day(due.due_at))
    return Decimal(left) / paid
