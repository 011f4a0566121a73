"""Pure rules of money and credits: what a plan costs and grants, and the difference between two (7.3, X21). Euros without VAT."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from backend.subscriptions.rules import MONTHS, Interval
from backend.terms import PlanTerms, Sheet

CURRENCY = "EUR"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Order:
    """What is, or would be, subscribed to: `packs` says how many of each code."""

    plan: str
    seats: int
    interval: Interval
    packs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a price: so many of `code` at `price` each."""

    code: str
    count: int
    price: Decimal

    @property
    def amount(self) -> Decimal:
        """The line's sum."""
        return self.count * self.price


def to_cents(sum_: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return sum_.quantize(CENT, ROUND_HALF_UP)


def list_lines(sheet: Sheet, order: Order) -> list[Line]:
    """What one period of the order consists of: a seat's price for the period, then the packs, each at its one price (7.1.9)."""
    paid = sheet.policy.year_pays_months if order.interval == "year" else 1
    seats = Line(order.plan, order.seats, to_cents(sheet.plan(order.plan).price * paid))
    return [seats, *(Line(code, count, sheet.pack(code).price) for code, count in sorted(order.packs.items()) if count)]


def price_of(sheet: Sheet, order: Order) -> Decimal:
    """What one period costs."""
    return sum((line.amount for line in list_lines(sheet, order)), Decimal())


def seat_month(plan: PlanTerms) -> dict[str, int]:
    """What a month grants a seat, kind by kind: the plan's own credits and those for API keys, which are of the pool alike."""
    kinds = {**plan.grants, **plan.api_grants}
    return {kind: plan.grants.get(kind, 0) + plan.api_grants.get(kind, 0) for kind in kinds}


def grants_of(sheet: Sheet, order: Order) -> dict[str, int]:
    """What one period of the order grants the pool, packs left out (9.22)."""
    months = sheet.policy.year_grants_months if order.interval == "year" else 1
    each = seat_month(sheet.plan(order.plan))
    return {kind: amount * order.seats * months for kind, amount in each.items() if amount}


def pool_of(sheet: Sheet, order: Order) -> dict[str, int]:
    """What one period of the order brings the pool, the packs included (9.22, 9.28)."""
    brought = Counter(grants_of(sheet, order))
    for code, count in order.packs.items():
        brought[sheet.pack(code).kind] += sheet.pack(code).amount * count
    return dict(brought)


def part_of_price(difference: Decimal, months: int, interval: Interval) -> Decimal:
    """The part of a period's difference that is due: by months left in a year, all of it in a month (7.3.5, 7.3.7)."""
    return to_cents(difference * months / MONTHS["year"]) if interval == "year" else difference


def part_of_credits(difference: int, months: int, interval: Interval) -> int:
    """The part of a period's difference that is granted, whole credits only (7.3.6, 7.3.13)."""
    return difference * months // MONTHS["year"] if interval == "year" else difference


def price_difference(old: Decimal, new: Decimal, months: int, interval: Interval) -> Decimal:
    """What an upgrade costs now, from the prices of one whole period."""
    return part_of_price(new - old, months, interval)


def credit_differences(old: Mapping[str, int], new: Mapping[str, int], months: int, interval: Interval) -> dict[str, int]:
    """What an upgrade grants now, kind by kind, from the grants of one whole period."""
    parts = {kind: part_of_credits(amount - old.get(kind, 0), months, interval) for kind, amount in new.items()}
    return {kind: part for kind, part in parts.items() if part > 0}
