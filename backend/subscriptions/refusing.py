"""What a subscription does where its user refuses an announced change of the terms, or accepts it after all (18.4, X31)."""

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.coming import end_after
from backend.subscriptions.endings import next_alert
from backend.subscriptions.freemium import resume_freemium
from backend.subscriptions.premiums import change_premium, find_premium
from backend.subscriptions.rules import start_day
from backend.terms import TermsAccepted, TermsRefused, must_accept, refused
from backend.workspaces import admins_of, lock_workspaces, note

REASON = "terms-refused"


def stop_renewal(kernel: Kernel, connection: sa.Connection, event: TermsRefused) -> None:
    """An admin refuses a change: the premium keeps its terms to the period's end and is not renewed; no notice limit applies.

    Raises `premium-renewing` where the period is over. A freemium goes to sleep by itself, at the end of its month.
    """
    if event.account_id not in admins_of(connection, event.workspace_id):
        return
    lock_workspaces(connection, event.workspace_id)
    premium = find_premium(connection, event.workspace_id, lock=True)
    if premium is None or premium.period == 0:
        return
    if premium.ends_at <= event.at:
        raise Problem("premium-renewing")
    if premium.last_period is not None and premium.last_period <= premium.period:
        return
    ends_at = end_after(premium, premium.period)
    told_before = premium.last_period is not None
    change_premium(
        connection,
        premium,
        last_period=premium.period,
        next_alert_at=next_alert(premium, ends_at, event.at),
        **({} if told_before else {"end_reason": REASON, "end_channel": "account", "end_heard_at": event.at}),
    )
    note(connection, event.workspace_id, event.account_id, "premium-ending", event.at, way=REASON)
    facts: dict[str, Fact] = {"plan": premium.sheet.plan(premium.order.plan).name, "ends_on": start_day(ends_at)}
    ref = f"premium:{premium.premium_id}:{event.at.isoformat()}"
    tell(connection, kernel.sealer, Message(event.account_id, "premium-ending-refused", ref, event.at, facts))


def go_on(connection: sa.Connection, event: TermsAccepted) -> None:
    """What was refused is accepted: the freemium wakes, and a premium that has not ended renews, unless another admin refuses."""
    lock_workspaces(connection, event.workspace_id)
    premium = find_premium(connection, event.workspace_id, lock=True)
    stopped = premium is not None and premium.last_period is not None and premium.end_reason == REASON
    admins = admins_of(connection, event.workspace_id)
    if premium is not None and stopped and event.account_id in admins and not any(refused(connection, each) for each in admins):
        change_premium(
            connection, premium, last_period=None, end_reason=None, end_channel=None, end_heard_at=None, next_alert_at=None
        )
        note(connection, event.workspace_id, event.account_id, "premium-goes-on", event.at)
    if not must_accept(connection, event.account_id, event.at):
        resume_freemium(connection, event.workspace_id, event.account_id, event.at)
