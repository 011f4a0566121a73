"""What a subscription does where its user refuses an announced change of the terms, or accepts it after all (18.4, X31)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.coming import next_alert
from backend.subscriptions.endings import TERMS_REFUSED, announce_end
from backend.subscriptions.freemium import resume_freemium
from backend.subscriptions.premiums import Premium, change_premium, find_premium
from backend.subscriptions.revisions import take_up
from backend.subscriptions.rules import start_day
from backend.terms import TermsAccepted, TermsRefused, must_accept, refused
from backend.workspaces import admins_of, lock_workspaces, members_of, note


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
    if premium.is_in_last_period:
        return
    change: dict[str, Any] = {"last_period": premium.period}
    if premium.last_period is None:
        change |= {"end_reason": TERMS_REFUSED, "end_channel": "account", "end_heard_at": event.at}
    facts: dict[str, Fact] = {"ends_on": start_day(premium.ends_at)}
    code = "premium-ending-refused"
    announce_end(connection, kernel, premium, event.account_id, TERMS_REFUSED, event.at, change, code, facts)


def go_on(kernel: Kernel, connection: sa.Connection, event: TermsAccepted) -> None:
    """What was refused is accepted: the freemium wakes, and a premium that has not ended renews, unless another admin refuses."""
    lock_workspaces(connection, event.workspace_id)
    premium = find_premium(connection, event.workspace_id, lock=True)
    admins = admins_of(connection, event.workspace_id)
    stopped = premium is not None and premium.end_reason == TERMS_REFUSED and premium.ends_at > event.at
    if premium is not None and stopped and event.account_id in admins and not any(refused(connection, each) for each in admins):
        _renew_again(connection, kernel, premium, event.account_id, event.at)
    if not must_accept(connection, event.account_id, event.at):
        resume_freemium(connection, event.workspace_id, event.account_id, event.at)


def _renew_again(connection: sa.Connection, kernel: Kernel, premium: Premium, account_id: int, at: datetime) -> None:
    """The end is taken back; all who may have been told of it hear that."""
    forgotten = {"last_period": None, "end_reason": None, "end_channel": None, "end_heard_at": None}
    goes_on = change_premium(connection, premium, **forgotten)
    change_premium(connection, goes_on, next_alert_at=next_alert(goes_on, at))
    take_up(connection, goes_on, at)
    note(connection, premium.workspace_id, account_id, "premium-goes-on", at)
    ref, facts = f"premium:{premium.premium_id}:{at.isoformat()}", {"plan": premium.plan_name}
    for member in members_of(connection, premium.workspace_id):
        tell(connection, kernel.sealer, Message(member.account_id, "premium-goes-on", ref, at, facts))
