"""Pure rules of a new price (10.2, X5, X6): whom it concerns, when its notice goes, when that counts, how long the old one is kept.

Days and years are counted on the clocks of Paris, so that an hour that is put forward or back moves no limit.
"""

from datetime import UTC, datetime, timedelta

from backend.kernel.clock import PARIS
from backend.subscriptions.prices import Order, pool_of, price_of
from backend.subscriptions.rules import MONTHS, Interval, day_begins, period_end, start_day
from backend.terms import Policy, Sheet

_BESIDES_PRICE = {"code", "name", "rank", "price"}


def is_offered(sheet: Sheet, order: Order) -> bool:
    """Whether the sheet has this plan and these packs still."""
    return order.plan in {plan.code for plan in sheet.plans} and set(order.packs) <= {pack.code for pack in sheet.packs}


def is_affected(old: Sheet, new: Sheet, order: Order) -> bool:
    """Whether a period of the order costs or gives something else under the new sheet, which offers it."""
    if price_of(old, order) != price_of(new, order) or pool_of(old, order) != pool_of(new, order):
        return True
    given = [sheet.plan(order.plan).model_dump(exclude=_BESIDES_PRICE) for sheet in (old, new)]
    return given[0] != given[1]


def is_covered(told: Order, order: Order) -> bool:
    """Whether who was told of one order knows what the other costs: the same plan by the same interval, no packs besides."""
    return (told.plan, told.interval) == (order.plan, order.interval) and set(order.packs) <= set(told.packs)


def notice_goes_at(policy: Policy, interval: Interval, ends_at: datetime) -> datetime:
    """When the notice of a price that applies from `ends_at` is sent."""
    days = policy.price_notice_annual_days if interval == "year" else policy.price_notice_monthly_days
    return day_begins(start_day(ends_at) - timedelta(days=days))


def last_moment_to_tell(policy: Policy, ends_at: datetime) -> datetime:
    """Until when both channels must have the notice of a price that applies from `ends_at`."""
    return day_begins(start_day(ends_at) - timedelta(days=policy.price_notice_delivered_days))


def told_in_time(policy: Policy, told_at: datetime | None, ends_at: datetime) -> bool:
    """Whether the price may apply from `ends_at`: exactly at the last moment is in time."""
    return told_at is not None and told_at <= last_moment_to_tell(policy, ends_at)


def silence_counts_at(policy: Policy, told_at: datetime) -> datetime:
    """When silence is acceptance. Told at the last moment, it is the very instant of the renewal."""
    return (told_at.astimezone(PARIS) + timedelta(days=policy.tacit_after_days)).astimezone(UTC)


def kept_until(policy: Policy, told_at: datetime) -> datetime:
    """Until when the old price can be kept: every renewal before that instant is at the old price."""
    there = told_at.astimezone(PARIS)
    day = period_end(there.date(), policy.keep_price_years, MONTHS["year"])
    return datetime.combine(day, there.time(), PARIS).astimezone(UTC)
