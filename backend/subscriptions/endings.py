"""The end of a premium: asked for within its notice or one period later (7.5), announced, and carried out at its instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.changes import counts_in_time, reaches_back
from backend.subscriptions.coming import FORCE_MAJEURE, end_after, ends_for_good_at
from backend.subscriptions.dues import change_due, list_dues
from backend.subscriptions.freemium import restart_freemium
from backend.subscriptions.premiums import Premium, change_premium, find_premium
from backend.subscriptions.returning import record_return, return_months
from backend.subscriptions.revisions import is_notice_open
from backend.subscriptions.rules import day_begins, start_day
from backend.workspaces import MemberMoving, WorkspaceDeleted, delete_workspace, enter, lock_workspaces, members_of, note

Way = Literal["non-renewal", "early"]
"""Not to renew (7.5.1), or to terminate before the end (7.5.5): use goes on to the end either way, and nothing is refunded."""


@dataclass(frozen=True)
class Ending:
    """When a premium ends. `in_time` is false where the notice came too late, so that one more period is due."""

    ends_at: datetime
    last_period: int
    in_time: bool


@dataclass(frozen=True)
class Heard:
    """By which channel an end was asked for, when, and whether that is in time for the running period."""

    channel: Literal["account", "email"]
    at: datetime
    in_time: bool


def end_premium(kernel: Kernel, caller: Caller, way: Way) -> Ending:
    """The premium ends with the running period, or the next one where the notice is too late. Asked again, nothing moves.

    While a new price waits for the coming renewal, no notice is too late (X5).

    Raises `admin-required`, `plan-required` without a premium, `payment-open` where it has not begun.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        seen = find_premium(connection, caller.workspace_id)
        undo = seen is not None and reaches_back(connection, seen, now)
        premium = lock_to_end(connection, kernel, caller.workspace_id) if undo else None
        enter(connection, caller)
        premium = premium or find_premium(connection, caller.workspace_id, lock=True)
        if premium is None:
            raise Problem("plan-required")
        if premium.period == 0:
            raise Problem("payment-open")
        if premium.ends_at <= now:
            raise Problem("premium-renewing")
        if undo:
            return undo_period(connection, kernel, premium, way, Heard("account", now, True), now)
        in_time = counts_in_time(connection, premium, now) or is_notice_open(connection, premium)
        return set_end(connection, kernel, premium, caller.account_id, way, Heard("account", now, in_time), now)


def set_end(
    connection: sa.Connection, kernel: Kernel, premium: Premium, account_id: int, way: Way, heard: Heard, at: datetime
) -> Ending:
    """A locked premium ends with its running period, or the next one where it was heard too late; an earlier end stays."""
    last = premium.period if heard.in_time else premium.period + 1
    if premium.last_period is not None and premium.last_period <= last:
        ends_at = premium.ends_at if premium.end_reason == FORCE_MAJEURE else end_after(premium, premium.last_period)
        return Ending(ends_at, premium.last_period, premium.last_period == premium.period)
    ending = Ending(end_after(premium, last), last, heard.in_time)
    change_premium(
        connection,
        premium,
        last_period=last,
        end_reason=way,
        end_channel=heard.channel,
        end_heard_at=heard.at,
        next_alert_at=next_alert(premium, ending.ends_at, at),
    )
    note(connection, premium.workspace_id, account_id, "premium-ending", at, way=way, channel=heard.channel)
    code = "premium-ending" if heard.in_time else "premium-ending-late"
    facts: dict[str, Fact] = {"plan": premium.sheet.plan(premium.order.plan).name, "ends_on": start_day(ending.ends_at)}
    tell(connection, kernel.sealer, Message(account_id, code, f"premium:{premium.premium_id}:{last}", at, facts))
    return ending


def alert_members(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> None:
    """Tell every member, so many days ahead, that the premium ends and what becomes of what they have (X15)."""
    ends_at = ends_for_good_at(premium)
    assert ends_at is not None
    days = (start_day(ends_at) - start_day(at)).days
    for member in members_of(connection, premium.workspace_id):
        facts: dict[str, Fact] = {"plan": premium.sheet.plan(premium.order.plan).name, "ends_on": start_day(ends_at), "days": days}
        ref = f"premium:{premium.premium_id}:{start_day(ends_at).isoformat()}:{days}"
        tell(connection, kernel.sealer, Message(member.account_id, "premium-ends-soon", ref, at, facts))
    change_premium(connection, premium, next_alert_at=next_alert(premium, ends_at, at))


def carry_out_end(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime, reason: str) -> None:
    """It is over: workspace and pool go, everybody goes home to a freemium with its month's credits (7.5.14 to 7.5.17)."""
    close(connection, premium, at, reason)
    here = members_of(connection, premium.workspace_id)
    facts: dict[str, Fact] = {"plan": premium.sheet.plan(premium.order.plan).name}
    for member in here:
        restart_freemium(connection, premium.workspace_id, member.account_id, at)
        ended = Message(member.account_id, "premium-ended", f"premium:{premium.premium_id}", at, facts)
        tell(connection, kernel.sealer, ended)
    delete_workspace(connection, kernel, premium.workspace_id, at)


def end_at_once(
    connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime, reason: str, *, give_back: bool
) -> Decimal:
    """The premium ends now, for this reason, with every consequence; how much of what was paid is returned, without VAT.

    With `give_back` the whole months of the running period that have not begun are (X16). The caller has called `lock_to_end`.
    """
    over = premium.end_reason == FORCE_MAJEURE  # what is to be returned was
    returned = return_months(connection, premium, at, reason) if give_back and not over else Decimal()
    carry_out_end(connection, kernel, premium, at, reason)
    return returned


def undo_period(connection: sa.Connection, kernel: Kernel, premium: Premium, way: Way, heard: Heard, at: datetime) -> Ending:
    """A period began that the notice was in time for: the premium ends now, and all that was due for it is returned.

    The caller has called `lock_to_end`.
    """
    for due in list_dues(connection, premium, period=premium.period):
        if due.counted_at is not None and due.state != "dropped":
            record_return(connection, due, Decimal(1), at, way)
    change_premium(connection, premium, end_channel=heard.channel, end_heard_at=heard.at)
    end_at_once(connection, kernel, premium, at, way, give_back=False)
    return Ending(at, premium.period - 1, True)


def lock_to_end(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> Premium | None:
    """Lock all that an end touches, in the order of everywhere: accounts, the workspace, its premium; None where none runs."""
    for account_id in sorted(member.account_id for member in members_of(connection, workspace_id)):
        kernel.events.emit(connection, MemberMoving(account_id))
    lock_workspaces(connection, workspace_id)
    return find_premium(connection, workspace_id, lock=True)


def close(connection: sa.Connection, premium: Premium, at: datetime, reason: str) -> None:
    """It has ended. What was billed or accrued stays due; a wire that is still awaited is not."""
    values = {"state": "ended", "ended_at": at, "end_reason": reason, "next_order": None, "next_after": None, "next_alert_at": None}
    change_premium(connection, premium, **values)
    for due in list_dues(connection, premium):
        if due.state == "open" and due.counted_at is None:
            change_due(connection, due, state="dropped")


def end_with_workspace(connection: sa.Connection, event: WorkspaceDeleted) -> None:
    """A Workspace is deleted, by its admin or with its only admin's account: its premium is terminated early (6.3, X3).

    It is not renewed: what was billed stays due, a period not begun is not. Freemiums begin (7.5.15).
    """
    premium = find_premium(connection, event.workspace_id, lock=True)
    if premium is not None:
        close(connection, premium, event.at, "terminated-early")
        for account_id in event.members:
            restart_freemium(connection, event.workspace_id, account_id, event.at)


def next_alert(premium: Premium, ends_at: datetime, after: datetime) -> datetime | None:
    """When the members are next told that it ends then: so many days ahead, at the beginning of the Paris day."""
    ends_on = start_day(ends_at)
    instants = [day_begins(ends_on - timedelta(days=days)) for days in premium.sheet.policy.ending_alert_days]
    return min((instant for instant in instants if instant > after), default=None)
