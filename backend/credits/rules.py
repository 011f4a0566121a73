"""Pure rules of credits: the calendar month, which the unlimited lot, members' limits and rewards are counted by."""

from datetime import date, datetime, time
from decimal import Decimal

from backend.kernel.clock import PARIS


def month_start(at: datetime) -> datetime:
    """When the calendar month (Europe/Paris) of `at` began."""
    local = at.astimezone(PARIS)
    return datetime(local.year, local.month, 1, tzinfo=PARIS)


def month_end(at: datetime) -> datetime:
    """When the calendar month (Europe/Paris) of `at` ends: the 10,000 start anew then (X12)."""
    local = at.astimezone(PARIS)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return datetime(year, month, 1, tzinfo=PARIS)


def reward_most(most_a_month: int | None, share: Decimal | None, granted: int) -> int | None:
    """The most credits of a reward in a month: the sheet's number, or its share of what the plan grants if that is more."""
    if most_a_month is None or share is None:
        return most_a_month
    return max(most_a_month, int(share * granted))


def day_begins(day: date) -> datetime:
    """The first instant of a Paris day."""
    return datetime.combine(day, time(), PARIS)
