"""What articles 7, 9 and 10 say, as plain arithmetic: days, notices, prices, credits. Written from the terms, not from the code."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
MONTHS = {"month": 1, "year": 12}
RANK = {"starter": 1, "business": 2, "organization": 3}
PRICE = {"starter": 49, "business": 79, "organization": 149}
KEEPS = {"starter": False, "business": True, "organization": True}
REGISTRATION = {"b2b_email": 10, "phone": 2, "direct_email": 2, "export": 5}
FREE = {"b2b_email": 15, "phone": 5, "direct_email": 5, "export": 10}
SEAT = {
    "starter": {"phone": 100, "direct_email": 5, "export": 500},
    "business": {"b2b_email": 500, "phone": 200, "direct_email": 200, "export": 1000},
    "organization": {"b2b_email": 1000, "phone": 400, "direct_email": 400, "export": 2000},
}
PACKS = {
    "pack-b2b-email": ("b2b_email", 1000, 20),
    "pack-phone": ("phone", 100, 30),
    "pack-direct-email": ("direct_email", 100, 25),
    "pack-export": ("export", 1000, 20),
}
UNLIMITED_KIND, UNLIMITED = "b2b_email", 10_000
INVITED = timedelta(days=14)


@dataclass(frozen=True)
class Order:
    """What is subscribed to."""

    plan: str
    seats: int
    interval: str
    packs: Mapping[str, int] = field(default_factory=dict)

    def with_packs(self, packs: Mapping[str, int], sign: int) -> "Order":
        """The same with so many packs more, or fewer."""
        sums = {code: self.packs.get(code, 0) + sign * packs.get(code, 0) for code in {*self.packs, *packs}}
        return replace(self, packs={code: count for code, count in sums.items() if count > 0})


def paris_day(at: datetime) -> date:
    """The Paris day of an instant."""
    return at.astimezone(PARIS).date()


def begins(day: date) -> datetime:
    """The first instant of a Paris day."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def months_on(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is none (7.4.2)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_after(at: datetime) -> datetime:
    """When the calendar month of Paris ends (9.17)."""
    return begins(months_on(paris_day(at).replace(day=1), 1))


def heard_in_time(interval: str, ends_at: datetime, at: datetime) -> bool:
    """Whether a notice counts for this end: 48 hours that pass (7.5.2), or one calendar month, its whole day (7.5.3)."""
    if interval == "month":
        return at <= ends_at - timedelta(hours=48)
    return paris_day(at) <= months_on(paris_day(ends_at), -1)


def price(order: Order) -> Decimal:
    """What one period costs: a year is ten months, a pack has one price."""
    seats = order.seats * PRICE[order.plan] * (10 if order.interval == "year" else 1)
    return Decimal(seats + sum(PACKS[code][2] * count for code, count in order.packs.items()))


def upgrade_price(old: Order, new: Order, left: int) -> Decimal:
    """The difference: all of it in a month (7.3.7), by started months in a year (7.3.5)."""
    difference = price(new) - price(old)
    if old.interval == "month":
        return difference
    return (difference * left / 12).quantize(Decimal("0.01"), ROUND_HALF_UP)


def grants(order: Order) -> dict[str, int]:
    """What a period grants the pool: a year grants twelve months at once (9.6, 9.22)."""
    return {kind: amount * order.seats * MONTHS[order.interval] for kind, amount in SEAT[order.plan].items()}


def upgrade_grants(old: Order, new: Order, left: int) -> dict[str, int]:
    """The difference of credits: all of it in a month (7.3.13), its part in a year, whole credits only (7.3.6)."""
    had = grants(old)
    more = {kind: amount - had.get(kind, 0) for kind, amount in grants(new).items()}
    parts = {kind: amount if old.interval == "month" else amount * left // 12 for kind, amount in more.items()}
    return {kind: amount for kind, amount in parts.items() if amount > 0}


def is_lower(new: Order, old: Order) -> bool:
    """A downgrade: lower in the sheet, or at equal rank fewer seats (X21)."""
    return (RANK[new.plan], new.seats) < (RANK[old.plan], old.seats)
