"""What a payment gives, what its failure takes back, and what a late payment gives again (X8)."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from backend.credits import freeze_grant, release_grant
from backend.kernel import Kernel
from backend.kernel.messages import Fact
from backend.subscriptions.dues import Due, change_due, list_dues
from backend.subscriptions.freemium import resume_freemium
from backend.subscriptions.premiums import (
    PAYS,
    Premium,
    apply_to_members,
    change_premium,
    give_pack,
    give_pool,
    grant_period,
    read_order,
    set_order,
)  # fmt: skip
from backend.subscriptions.prices import Order, credit_differences, grants_of, price_of
from backend.subscriptions.revisions import plan_at_start
from backend.subscriptions.rules import MONTHS, day_begins, months_left, period_end, start_day
from backend.subscriptions.subscribers import tell_subscriber
from backend.workspaces import members_of


def give(connection: sa.Connection, kernel: Kernel, premium: Premium, due: Due, at: datetime) -> Premium:
    """A due counts for the first time: what it pays for is there from now on. A renewal's is given by the renewal itself."""
    change_due(connection, due, counted_at=at)
    match due.what:
        case "start":
            return _begin(connection, kernel, premium, at)
        case "upgrade":
            return _raise(connection, premium, due, at)
        case "pack":
            return _add_packs(connection, premium, due, at)
    return premium


def take_back(connection: sa.Connection, premium: Premium, due: Due, at: datetime) -> Premium:
    """A payment failed: the part it paid for is taken back, what is unspent of it is set aside until it is paid."""
    if due.what in ("start", "renewal"):
        for key in _keys_of_period(connection, premium):
            freeze_grant(connection, premium.workspace_id, key, at, "payment-failed")
        if premium.state == "suspended":
            return premium
        frozen = change_premium(connection, premium, state="frozen")
        apply_to_members(connection, frozen)
        for member in members_of(connection, premium.workspace_id):
            resume_freemium(connection, premium.workspace_id, member.account_id, at)
        return frozen
    if due.period != premium.period or due.counted_at is None:
        return premium
    freeze_grant(connection, premium.workspace_id, due.grant_key, at, "payment-failed")
    if due.what == "pack":
        return set_order(connection, premium, _with_packs(premium.order, due, -1))
    assert due.before is not None
    before = read_order(due.before)
    return set_order(connection, premium, replace(premium.order, plan=before.plan, seats=before.seats))


def give_again(connection: sa.Connection, premium: Premium, due: Due, at: datetime) -> Premium:
    """What had failed is paid after all: what was taken back is there again, as far as its period still runs."""
    if due.what in ("start", "renewal"):
        if premium.state not in ("frozen", "suspended") or owes_a_period(connection, premium):
            return premium
        for key in _keys_of_period(connection, premium):
            release_grant(connection, premium.workspace_id, key, at, "paid")
        active = change_premium(connection, premium, state="active" if premium.state == "frozen" else premium.state)
        grant_period(connection, active, at)
        apply_to_members(connection, active)
        return active
    if due.period != premium.period or premium.state not in PAYS:
        return premium
    release_grant(connection, premium.workspace_id, due.grant_key, at, "paid")
    if due.what == "pack":
        return set_order(connection, premium, _with_packs(premium.order, due, 1))
    assert due.after is not None
    after = read_order(due.after)
    return set_order(connection, premium, replace(premium.order, plan=after.plan, seats=after.seats))


def owes_a_period(connection: sa.Connection, premium: Premium) -> bool:
    """Whether a payment for a whole period failed and is owed still: then nothing is granted until it is paid."""
    return any(due.what in ("start", "renewal") and due.state == "failed" for due in list_dues(connection, premium))


def difference_of(premium: Premium, after: Order, at: datetime) -> dict[str, int]:
    """The credits that a raise at `at` grants the pool, kind by kind (7.3.6, 7.3.13)."""
    old, new = grants_of(premium.sheet, premium.order), grants_of(premium.sheet, after)
    return credit_differences(old, new, left_of(premium, at), premium.order.interval)


def left_of(premium: Premium, at: datetime) -> int:
    """Started months left of the running period."""
    return months_left(premium.first_day, premium.begun_months, start_day(at))


def _begin(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> Premium:
    """The premium begins on the Paris day of `at`: a debit's order, a wire's receipt (7.1.15)."""
    first_day = start_day(at)
    begun = change_premium(
        connection,
        premium,
        state="active",
        started_on=first_day,
        period=1,
        period_ends_at=day_begins(period_end(first_day, MONTHS[premium.order.interval])),
    )
    grant_period(connection, begun, at)
    apply_to_members(connection, begun)
    plan_at_start(connection, begun, at)
    facts: dict[str, Fact] = {
        "plan": begun.sheet.plan(begun.order.plan).name,
        "seats": begun.order.seats,
        "price": price_of(begun.sheet, begun.order),
        "packs": sum(begun.order.packs.values()),
        "first_day": first_day,
        "ends_on": start_day(begun.ends_at),
    }
    code = f"premium-started-{begun.order.interval}"
    tell_subscriber(connection, kernel, begun, code, f"premium:{begun.premium_id}", at, facts)
    return begun


def _raise(connection: sa.Connection, premium: Premium, due: Due, at: datetime) -> Premium:
    assert due.after is not None
    after = replace(premium.order, plan=due.after["plan"], seats=due.after["seats"])
    granted = difference_of(premium, after, at)
    raised = set_order(connection, premium, after)
    keeps = raised.sheet.plan(after.plan).keeps
    give_pool(connection, raised, granted, due.grant_key, at, keeps=keeps)
    return raised


def _add_packs(connection: sa.Connection, premium: Premium, due: Due, at: datetime) -> Premium:
    assert due.after is not None
    for code, count in due.after["packs"].items():
        give_pack(connection, premium, code, count, due.grant_key, at)
    return set_order(connection, premium, _with_packs(premium.order, due, 1))


def _with_packs(order: Order, due: Due, sign: int) -> Order:
    assert due.after is not None
    packs = Counter(order.packs)
    for code, count in due.after["packs"].items():
        packs[code] += sign * count
    return replace(order, packs={code: count for code, count in packs.items() if count > 0})


def keys_that_keep(connection: sa.Connection, premium: Premium, period: int) -> list[str]:
    """The keys of what a period granted by plan and by upgrades: what is carried over where the plan keeps."""
    given = [due for due in list_dues(connection, premium, period=period) if due.counted_at and due.state != "failed"]
    return [f"premium:{premium.premium_id}:{period}", *(due.grant_key for due in given if due.what == "upgrade")]


def _keys_of_period(connection: sa.Connection, premium: Premium) -> list[str]:
    """The keys of every lot that the running period put into the pool."""
    kept = [f"{premium.grant_key}:kept:{key}" for key in keys_that_keep(connection, premium, premium.period - 1)]
    packs = [f"{premium.grant_key}:{pack.code}" for pack in premium.sheet.packs]
    bought = [due.grant_key for due in list_dues(connection, premium, period=premium.period) if due.what == "pack"]
    return [*keys_that_keep(connection, premium, premium.period), *kept, *packs, *bought]
