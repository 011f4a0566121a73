"""The end of a premium: asked for within its notice or one period later (7.5), announced, and carried out at its instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Fact, Message, tell
from backend.subscriptions.changes import counts_in_time, reaches_back
from backend.subscriptions.coming import FORCE_MAJEURE, end_after, ends_for_good_at, next_alert
from backend.subscriptions.dues import change_due, list_dues
from backend.subscriptions.exporting import export_address
from backend.subscriptions.freemium import restart_freemium
from backend.subscriptions.premiums import Premium, change_premium, find_begun, find_premium
from backend.subscriptions.returning import record_return, return_months
from backend.subscriptions.revisions import is_notice_open
from backend.subscriptions.rules import start_day
from backend.subscriptions.subscribers import tell_subscriber
from backend.subscriptions.tables import breaches
from backend.workspaces import MemberMoving, WorkspaceDeleted, delete_workspace, enter, lock_workspaces, members_of, note

Way = Literal["non-renewal", "early"]
"""Not to renew (7.5.1), or to terminate before the end (7.5.5): use goes on to the end either way, and nothing is refunded."""

TERMS_REFUSED: Final = "terms-refused"


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

    Raises `admin-required`, and what `find_begun` raises.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        seen = find_premium(connection, caller.workspace_id)
        undo = seen is not None and reaches_back(connection, seen, now)
        if undo:
            lock_to_end(connection, kernel, caller.workspace_id)
        enter(connection, caller)
        premium = find_begun(connection, caller.workspace_id, now)
        if undo:
            return undo_period(connection, kernel, premium, way, Heard("account", now, True), now)
        in_time = counts_in_time(connection, premium, now) or is_notice_open(connection, premium)
        return set_end(connection, kernel, premium, caller.account_id, way, Heard("account", now, in_time), now)


def set_end(
    connection: sa.Connection, kernel: Kernel, premium: Premium, account_id: int, way: Way, heard: Heard, at: datetime
) -> Ending:
    """A locked premium ends with its running period, or the next one where it was heard too late; an earlier end stays.

    One that would end because the terms were refused ends then at its user's word: accepting them does not undo it any more.
    """
    last = premium.period if heard.in_time else premium.period + 1
    if premium.last_period is not None and premium.last_period <= last:
        last = premium.last_period
        if premium.end_reason != TERMS_REFUSED:
            ends_at = premium.ends_at if premium.end_reason == FORCE_MAJEURE else end_after(premium, last)
            return Ending(ends_at, last, premium.is_in_last_period)
    ending = Ending(end_after(premium, last), last, last == premium.period)
    code = "premium-ending" if ending.in_time else "premium-ending-late"
    facts: dict[str, Fact] = {"ends_on": start_day(ending.ends_at)}
    change = {"last_period": last, "end_reason": way, "end_channel": heard.channel, "end_heard_at": heard.at}
    announce_end(connection, kernel, premium, account_id, way, at, change, code, facts)
    return ending


def announce_end(
    connection: sa.Connection,
    kernel: Kernel,
    premium: Premium,
    account_id: int,
    way: str,
    at: datetime,
    change: Mapping[str, Any],
    code: str,
    facts: Mapping[str, Fact],
) -> None:
    """Write down that a premium will end: its members are told ahead, those who act for the subscriber at once."""
    ending = change_premium(connection, premium, **change)
    change_premium(connection, ending, next_alert_at=next_alert(ending, at))
    note(connection, premium.workspace_id, account_id, "premium-ending", at, way=way, channel=change.get("end_channel", "account"))
    ref = f"premium:{premium.premium_id}:{at.isoformat()}"
    tell_subscriber(connection, kernel, premium, code, ref, at, {"plan": premium.plan_name, **facts})


def alert_members(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> None:
    """Tell every member, so many days ahead, that the premium ends and what becomes of what they have (X15)."""
    ends_at = ends_for_good_at(premium)
    assert ends_at is not None
    days = (start_day(ends_at) - start_day(at)).days
    for member in members_of(connection, premium.workspace_id):
        facts: dict[str, Fact] = {
            "plan": premium.plan_name,
            "ends_on": start_day(ends_at),
            "days": days,
            "address": export_address(kernel, premium, member.account_id),
        }
        ref = f"premium:{premium.premium_id}:{start_day(ends_at).isoformat()}:{days}"
        tell(connection, kernel.sealer, Message(member.account_id, "premium-ends-soon", ref, at, facts))
    change_premium(connection, premium, next_alert_at=next_alert(premium, at))


def carry_out_end(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime, reason: str) -> None:
    """It is over: workspace and pool go, everybody goes home to a freemium with its month's credits (7.5.14 to 7.5.17)."""
    here = [member.account_id for member in members_of(connection, premium.workspace_id)]
    _fall_back(connection, kernel, premium, here, at, reason)
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


def lock_to_end(connection: sa.Connection, kernel: Kernel, workspace_id: int, *others: int) -> Premium | None:
    """Lock all that an end touches, in the order of everywhere: accounts, the workspace, its premium; None where none runs.

    The accounts are its members', those whose conduct it may end for, wherever they are, and `others`.
    """
    blamed = sa.select(breaches.c.account_id).where(
        breaches.c.workspace_id == workspace_id, breaches.c.account_id.is_not(None), breaches.c.closed_at.is_(None)
    )
    here = (member.account_id for member in members_of(connection, workspace_id))
    for account_id in sorted({*others, *here, *connection.execute(blamed).scalars()}):
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


def end_with_workspace(kernel: Kernel, connection: sa.Connection, event: WorkspaceDeleted) -> None:
    """A Workspace is deleted, by its admin or with its only admin's account: its premium is terminated early (6.3, X3).

    It is not renewed: what was billed stays due, a period not begun is not. Freemiums begin (7.5.15).
    """
    premium = find_premium(connection, event.workspace_id, lock=True)
    if premium is not None and premium.period == 0:
        close(connection, premium, event.at, "terminated-early")
    elif premium is not None:
        _fall_back(connection, kernel, premium, event.members, event.at, "terminated-early")


def _fall_back(connection: sa.Connection, kernel: Kernel, premium: Premium, here: Sequence[int], at: datetime, reason: str) -> None:
    close(connection, premium, at, reason)
    for account_id in here:
        restart_freemium(connection, premium.workspace_id, account_id, at)
        told = Message(account_id, "premium-ended", f"premium:{premium.premium_id}", at, {"plan": premium.plan_name})
        tell(connection, kernel.sealer, told)
