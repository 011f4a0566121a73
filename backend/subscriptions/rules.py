"""Pure rules of periods: days are Paris days, and every period is counted from the first day, so that 31 January does not drift."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from backend.kernel.clock import PARIS

Interval = Literal["month", "year"]
MONTHS: dict[Interval, int] = {"month": 1, "year": 12}
"""How many months each period lasts (7.4.1)."""


def start_day(at: datetime) -> date:
    """The Paris day on which a subscription taken out at `at` starts (7.1.15)."""
    return at.astimezone(PARIS).date()


def period_end(started_on: date, periods: int, months: int = 1) -> date:
    """The day that ends the n-th period of `months` months: the same day of the month, or the month's last where there is none."""
    return _months_on(started_on, periods * months)


def day_begins(day: date) -> datetime:
    """The first instant of a Paris day."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def days_on(at: datetime, days: int) -> datetime:
    """The same time of day in Paris, so many days later."""
    return datetime.combine(start_day(at) + timedelta(days=days), at.astimezone(PARIS).time(), PARIS).astimezone(UTC)


def longest_notice(on: date, months: int) -> int:
    """How many days so many months from this day have."""
    return (_months_on(on, months) - on).days


def months_left(started_on: date, begun: int, on: date) -> int:
    """Months not over on this day, of the year that began `begun` months after the first day; a started one is whole (X21)."""
    return sum(_months_on(started_on, begun + month) > on for month in range(1, MONTHS["year"] + 1))


def months_not_begun(started_on: date, begun: int, on: date, interval: Interval) -> int:
    """Whole months of the running period that have not begun on this day: none of a month (X16)."""
    return max(0, months_left(started_on, begun, on) - 1) if interval == "year" else 0


def last_notice_moment(ends_at: datetime, hours: int) -> datetime:
    """The last instant of a monthly period's notice: so many hours that really pass before its end (7.5.2)."""
    return ends_at.astimezone(UTC) - timedelta(hours=hours)


def last_notice_day(ends_on: date, months: int) -> date:
    """The last day of an annual period's notice: so many calendar months back, clipped; all of it counts (7.5.3)."""
    return _months_on(ends_on, -months)


def last_notice(interval: Interval, ends_at: datetime, *, hours: int, months: int) -> datetime:
    """The last instant at which a notice still ends, or changes, what runs until `ends_at`."""
    if interval == "month":
        return last_notice_moment(ends_at, hours)
    return day_begins(last_notice_day(start_day(ends_at), months) + timedelta(days=1)) - timedelta(microseconds=1)


def in_time(interval: Interval, ends_at: datetime, at: datetime, *, hours: int, months: int) -> bool:
    """Whether a notice at `at` still ends, or changes, what runs until `ends_at`; exactly at the limit it does."""
    if interval == "month":
        return at <= last_notice_moment(ends_at, hours)
    return start_day(at) <= last_notice_day(start_day(ends_at), months)


def _months_on(day: date, months: int) -> date:
    ahead = day.year * 12 + day.month - 1 + months
    year, month = ahead // 12, ahead % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
