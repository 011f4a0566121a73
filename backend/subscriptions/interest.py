"""Pure rule of late payment: interest on what is unpaid, by the legal rate of each half-year it runs through (10.4.1)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from backend.subscriptions.prices import to_cents
from backend.terms import Policy

_YEAR = 365


class NoRate(LookupError):
    """The legal rate of this half-year was never entered, and is not guessed."""


def half_year(day: date) -> str:
    """The half-year of a day, as the legal rates name it: `2026-H1`."""
    return f"{day.year}-H{1 if day.month <= 6 else 2}"


def late_interest(unpaid: Decimal, due: date, paid: date, policy: Policy, legal_rates: Mapping[str, Decimal]) -> Decimal:
    """Interest from so many days after the due day to the day before payment, at a multiple of the legal rate and some points.

    Days over 365; `legal_rates` are percentages by half-year (`2026-H1`). Raises NoRate.
    """
    percent_days, day = Decimal(), due + timedelta(days=policy.late_interest_after_days)
    while day < paid:
        half = half_year(day)
        until = min(paid, date(day.year, 7, 1) if day.month <= 6 else date(day.year + 1, 1, 1))
        if half not in legal_rates:
            raise NoRate(half)
        percent_days += (until - day).days * (policy.late_interest_times * legal_rates[half] + policy.late_interest_points)
        day = until
    return to_cents(unpaid * percent_days / 100 / _YEAR)
