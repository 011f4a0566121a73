"""Changing a premium (7.3): a raise at once, against the difference; a cut and another interval at a period's end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.incidents import move_limit
from backend.kernel.problems import Problem
from backend.kernel.request_keys import RequestKey
from backend.subscriptions.checkout import check_order
from backend.subscriptions.coming import FORCE_MAJEURE, end_after, without_reverted
from backend.subscriptions.dues import Due, find_ordered, list_dues, make_due
from backend.subscriptions.giving import difference_of, give, left_of
from backend.subscriptions.payments import need_gateway
from backend.subscriptions.premiums import Premium, change_premium, find_begun, write_order
from backend.subscriptions.prices import Order, list_lines, pool_of, price_difference, price_of
from backend.subscriptions.revisions import find_coming_sheet
from backend.subscriptions.rules import Interval, in_time, last_notice
from backend.workspaces import enter, note, seats_taken


@dataclass(frozen=True)
class Change:
    """What a change does. `now`: what holds at once, for `amount`; `later`: what holds from `later_at` on.

    `next_price` and `next_credits`: what each period costs and brings from then on, or from the next one where nothing waits.
    """

    sheet_version: str
    now: Order | None
    amount: Decimal
    credits: Mapping[str, int]
    period_ends_at: datetime
    later: Order | None
    later_after: int | None
    later_at: datetime | None
    next_price: Decimal
    next_credits: Mapping[str, int]


def work_out(premium: Premium, plan: str, seats: int, interval: Interval, at: datetime, *, timely: bool | None = None) -> Change:
    """What this change would do, asked for at `at`. What raises one thing and lowers another is split (X21).

    `timely` says whether the running period's end is in reach still, where that is known better than from `at` alone.
    """
    sheet, current = premium.sheet, premium.order
    higher = sheet.plan(plan).rank > sheet.plan(current.plan).rank
    raised = replace(current, plan=plan if higher else current.plan, seats=max(seats, current.seats))
    wanted = replace(current, plan=plan, seats=seats, interval=interval)
    later = wanted if wanted != raised else None
    later_after = later_at = None
    if later is not None:
        lowered = (wanted.plan, wanted.seats) != (raised.plan, raised.seats)
        soon = not lowered or (heard_in_time(premium, at) if timely is None else timely)
        later_after = premium.period if soon else premium.period + 1
        later_at = end_after(replace(premium, next_order=None, next_after=None), later_after)  # it takes the place of what waits
    left, recurring = left_of(premium, at), without_reverted(wanted, premium.reverted)
    return Change(
        sheet_version=premium.sheet_version,
        now=raised if raised != current else None,
        amount=price_difference(price_of(sheet, current), price_of(sheet, raised), left, current.interval),
        credits=difference_of(premium, raised, at),
        period_ends_at=premium.ends_at,
        later=later,
        later_after=later_after,
        later_at=later_at,
        next_price=price_of(sheet, recurring),
        next_credits=pool_of(sheet, recurring),
    )


def heard_in_time(premium: Premium, at: datetime) -> bool:
    """Whether what is asked for at `at` still takes effect at the end of the running period (7.3.9, 7.3.10, 7.5.2, 7.5.3)."""
    policy = premium.sheet.policy
    hours, months = policy.notice_monthly_h, policy.notice_annual_months
    return in_time(premium.order.interval, premium.ends_at, at, hours=hours, months=months)


def counts_in_time(connection: sa.Connection, premium: Premium, at: datetime) -> bool:
    """The same, where a force majeure may have moved the limit (13.2)."""
    return heard_in_time(premium, at) or at <= move_limit(connection, _last_notice(premium, premium.ends_at), at)


def reaches_back(connection: sa.Connection, premium: Premium, at: datetime) -> bool:
    """Whether a force majeure moved the limit of the period before beyond `at`: what is asked for now still ends that one."""
    if premium.period <= 1 or premium.end_reason == FORCE_MAJEURE:
        return False
    limit = _last_notice(premium, premium.begins_at)
    return limit < at <= move_limit(connection, limit, at)


def _last_notice(premium: Premium, ends_at: datetime) -> datetime:
    policy = premium.sheet.policy
    hours, months = policy.notice_monthly_h, policy.notice_annual_months
    return last_notice(premium.order.interval, ends_at, hours=hours, months=months)


def preview_change(kernel: Kernel, caller: Caller, plan: str, seats: int, interval: Interval) -> Change:
    """What `change` would do now, to the cent and the second. Raises what it raises, but for `price-changed`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        premium = _enter(connection, caller, now)
        return _work_out(connection, premium, plan, seats, interval, now)


def change(
    kernel: Kernel, caller: Caller, plan: str, seats: int, interval: Interval, agreed: Decimal, order_key: RequestKey | None
) -> tuple[Change | None, Due | None]:
    """Change plan, seats or interval, for the amount agreed to; what it does, and what is due. A replay does nothing twice.

    Raises `admin-required`, `plan-required` without a premium, `order-unknown`, `seats-occupied`, `payment-open`, `price-changed`.
    """
    gateway, now = need_gateway(kernel.settings), kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        if (ordered := find_ordered(connection, caller.workspace_id, order_key)) is not None:
            return None, ordered
        premium = _enter(connection, caller, now)
        found = _work_out(connection, premium, plan, seats, interval, now)
        if found.amount != agreed:
            raise Problem("price-changed", amount=str(found.amount))
        later = {"plan": plan, "seats": seats, "interval": interval} if found.later else None
        premium = change_premium(connection, premium, next_order=later, next_after=found.later_after)
        note(connection, caller.workspace_id, caller.account_id, "premium-changed", now, plan=plan, seats=seats)
        if found.now is None:
            return found, None
        before, after = write_order(premium.order), write_order(found.now)
        due = make_due(connection, gateway, premium, "upgrade", found.amount, now, before=before, after=after, order_key=order_key)
        if due.state == "submitted":
            give(connection, kernel, premium, due, now)
        return found, due


def buy_packs(kernel: Kernel, caller: Caller, packs: Mapping[str, int], order_key: RequestKey | None) -> Due:
    """Buy packs for the running period, at their full price; they recur until they are reverted (9.26 to 9.28).

    Raises `admin-required`, `plan-required` without a premium, `order-unknown`, `payment-open`.
    """
    gateway, now = need_gateway(kernel.settings), kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        if (ordered := find_ordered(connection, caller.workspace_id, order_key)) is not None:
            return ordered
        premium = _enter(connection, caller, now)
        order = replace(premium.order, packs=packs)
        check_order(premium.sheet, order)
        amount = sum((line.amount for line in list_lines(premium.sheet, order)[1:]), Decimal())
        due = make_due(connection, gateway, premium, "pack", amount, now, after={"packs": dict(packs)}, order_key=order_key)
        if due.state == "submitted":
            give(connection, kernel, premium, due, now)
        return due


def revert_packs(kernel: Kernel, caller: Caller, packs: Mapping[str, int]) -> Mapping[str, int]:
    """These packs, and no others, do not recur when the period ends; what will recur. Possible until that instant (9.29)."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        premium = _enter(connection, caller, now)
        if any(count > premium.order.packs.get(code, 0) for code, count in packs.items()):
            raise Problem("order-unknown", errors=[{"field": "packs", "code": "unknown", "message": "more than there are"}])
        kept = change_premium(connection, premium, reverted=dict(packs))
        return without_reverted(kept.order, kept.reverted).packs


def _enter(connection: sa.Connection, caller: Caller, at: datetime) -> Premium:
    enter(connection, caller)
    premium = find_begun(connection, caller.workspace_id, at)
    if premium.state == "suspended":
        raise Problem("premium-suspended")
    if premium.end_reason == FORCE_MAJEURE:
        raise Problem("plan-required", "The contract has ended: the mail that told you says until when you can export.")
    if premium.state != "active":
        raise Problem("payment-open")
    return premium


def _work_out(connection: sa.Connection, premium: Premium, plan: str, seats: int, interval: Interval, at: datetime) -> Change:
    check_order(premium.sheet, replace(premium.order, plan=plan, seats=seats, packs={}))
    found = work_out(premium, plan, seats, interval, at, timely=counts_in_time(connection, premium, at))
    taken = seats_taken(connection, premium.workspace_id, at)
    if taken > seats:
        raise Problem("seats-occupied", needed=taken)
    under_way = [due for due in list_dues(connection, premium, period=premium.period) if due.what == "upgrade"]
    if found.now is not None and any(due.state in ("open", "submitted", "failed") for due in under_way):
        raise Problem("payment-open")
    coming = without_reverted(found.later or found.now or premium.order, premium.reverted)
    sheet = find_coming_sheet(connection, premium, coming)
    return replace(found, next_price=price_of(sheet, coming), next_credits=pool_of(sheet, coming))
