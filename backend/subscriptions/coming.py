"""What comes after a premium's running period: with which order, and when that one and later ones end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from backend.subscriptions.premiums import Premium
from backend.subscriptions.prices import Order
from backend.subscriptions.rules import MONTHS, day_begins, period_end, start_day


def end_after(premium: Premium, period: int) -> datetime:
    """When the running period ends, or one that comes after it, at the interval that each will have."""
    periods, months = period - premium.period + 1, premium.begun_months
    if premium.next_order is not None and premium.next_after is not None:
        changed = max(0, period - max(premium.next_after, premium.period))
        periods, months = periods - changed, months + MONTHS[premium.next_order.interval] * changed
    months += MONTHS[premium.order.interval] * periods
    return day_begins(period_end(premium.first_day, months))


FORCE_MAJEURE = "force-majeure"
"""The reason of an end that a force majeure brought: the contract is over, the workspace waits a while to be exported (13.3)."""


def ends_for_good_at(premium: Premium) -> datetime | None:
    """When the premium ends, by its last period or by a switch to another provider; None where it renews."""
    if premium.end_reason == FORCE_MAJEURE:
        return premium.ends_at
    planned = end_after(premium, premium.last_period) if premium.last_period is not None else None
    return min((at for at in (planned, premium.switch_at) if at is not None), default=None)


def next_alert(premium: Premium, after: datetime) -> datetime | None:
    """When its members are next told that it ends: so many days ahead, at the beginning of the Paris day."""
    ends_at = ends_for_good_at(premium)
    if ends_at is None:
        return None
    days_ahead = premium.sheet.policy.ending_alert_days
    instants = [day_begins(start_day(ends_at) - timedelta(days=days)) for days in days_ahead]
    return min((instant for instant in instants if instant > after), default=None)


def without_reverted(order: Order, reverted: Mapping[str, int]) -> Order:
    """The order without the packs that do not recur (9.29)."""
    left = {code: count - reverted.get(code, 0) for code, count in order.packs.items()}
    return replace(order, packs={code: count for code, count in left.items() if count > 0})


def order_of_next_period(premium: Premium) -> Order:
    """What the next period is of: the same again, but for what was changed or reverted to its beginning."""
    recurring = without_reverted(premium.order, premium.reverted)
    if premium.next_order is None or premium.next_after is None or premium.next_after > premium.period:
        return recurring
    changed = premium.next_order
    return replace(recurring, plan=changed.plan, seats=changed.seats, interval=changed.interval)
