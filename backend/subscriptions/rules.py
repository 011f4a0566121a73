"""Pure rules of periods: days are Paris days, and every period is counted from the first day, so that 31 January does not drift."""

import calendar
from datetime import date, datetime, time

from backend.kernel.clock import PARIS


def start_day(at: datetime) -> date:
    """The Paris day on which a subscription taken out at `at` starts (7.1.15)."""
    return at.astimezone(PARIS).date()


def period_end(started_on: date, periods: int, months: int = 1) -> date:
    """The day that ends the n-th period of `months` months: the same day of the month, or the month's last where there is none."""
    ahead = started_on.month - 1 + periods * months
    year, month = started_on.year + ahead // 12, ahead % 12 + 1
    return date(year, month, min(started_on.day, calendar.monthrange(year, month)[1]))


def day_begins(day: date) -> datetime:
    """The first instant of a Paris day."""
    return datetime.combine(day, time(), PARIS)
