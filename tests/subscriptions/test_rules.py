"""Periods, notice limits, proration and interest, against the vectors that were computed independently."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.subscriptions.interest import NoRate, late_interest
from backend.subscriptions.prices import (
    Order,
    credit_differences,
    grants_of,
    list_lines,
    price_difference,
    price_of,
)
from backend.subscriptions.rules import (
    MONTHS,
    Interval,
    day_begins,
    in_time,
    last_notice_day,
    last_notice_moment,
    months_left,
    period_end,
    start_day,
)
from backend.terms import read_sheet

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
RATES = {half: Decimal(rate) for half, rate in VECTORS["legal_rate_percent"].items()}
SHEET = read_sheet("2026-03")
POLICY = SHEET.policy
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
PLANS = [plan.code for plan in sorted(SHEET.plans, key=lambda plan: plan.rank) if plan.premium]


def noticed(interval: Interval, ends_at: datetime, at: datetime) -> bool:
    return in_time(interval, ends_at, at, hours=POLICY.notice_monthly_h, months=POLICY.notice_annual_months)


@pytest.mark.clause("7.1.15")
@pytest.mark.parametrize("vector", VECTORS["period_ends"], ids=lambda vector: f"{vector['start']} {vector['interval']}")
def test_periods_are_counted_from_the_first_day(vector: dict[str, Any]) -> None:
    first, months = date.fromisoformat(vector["start"]), MONTHS[vector["interval"]]
    assert [period_end(first, n + 1, months).isoformat() for n in range(len(vector["ends"]))] == vector["ends"]


def test_days_are_paris_days() -> None:
    assert start_day(datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert start_day(datetime(2026, 1, 31, 23, 0, tzinfo=UTC)) == date(2026, 2, 1)
    assert day_begins(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)


@given(start=DAYS, interval=st.sampled_from(list(MONTHS)))
def test_over_ten_years_no_end_drifts_from_its_first_day(start: date, interval: Interval) -> None:
    months = MONTHS[interval]
    ends = [period_end(start, n, months) for n in range(120 // months + 1)]
    assert ends[0] == start
    for n, end in enumerate(ends):
        assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n * months
        last_of_month = (end + timedelta(days=1)).month != end.month
        assert end.day == start.day or (last_of_month and end.day < start.day)
    assert ends == sorted(set(ends))


MONTHLY_LIMITS = [vector for vector in VECTORS["notice_limits"] if vector["interval"] == "month"]
ANNUAL_LIMITS = [vector for vector in VECTORS["notice_limits"] if vector["interval"] == "year"]


@pytest.mark.parametrize("vector", MONTHLY_LIMITS, ids=lambda vector: vector["period_end"])
def test_forty_eight_hours_are_hours_that_pass_when_the_clocks_change(vector: dict[str, str]) -> None:
    ends_at, limit = datetime.fromisoformat(vector["period_end"]), datetime.fromisoformat(vector["last_moment"])
    assert last_notice_moment(ends_at, 48) == limit
    assert last_notice_moment(day_begins(ends_at.date()), 48) == limit
    assert noticed("month", ends_at, limit)
    assert not noticed("month", ends_at, limit + timedelta(seconds=1))


@pytest.mark.parametrize("vector", ANNUAL_LIMITS, ids=lambda vector: vector.get("period_end") or vector["period_end_date"])
def test_a_years_notice_lasts_through_the_paris_day_one_month_before(vector: dict[str, str]) -> None:
    day = vector.get("period_end_date") or vector["period_end"][:10]
    ends_on, last = date.fromisoformat(day), date.fromisoformat(vector["last_date"])
    assert last_notice_day(ends_on, 1) == last
    before = datetime.fromisoformat(vector["accepted_before"]) if "accepted_before" in vector else day_begins(last + timedelta(1))
    assert noticed("year", day_begins(ends_on), before - timedelta(seconds=1))
    assert not noticed("year", day_begins(ends_on), before)


@pytest.mark.parametrize("vector", VECTORS["annual_upgrades"], ids=lambda vector: f"{vector['start']} {vector['on']}")
@pytest.mark.clause("7.3.5", "7.3.6")
def test_in_a_year_the_difference_is_in_proportion_to_the_months_left(vector: dict[str, Any]) -> None:
    left = months_left(date.fromisoformat(vector["start"]), 0, date.fromisoformat(vector["on"]))
    assert left == vector["months_left"]
    due = price_difference(Decimal("100.00"), Decimal("100.00") + Decimal(vector["price_difference"]), left, "year")
    assert str(due) == vector["due"]
    granted = credit_differences({"phone": 7}, {"phone": 7 + vector["credit_difference"]}, left, "year")
    assert granted == {"phone": vector["credits"]}


@pytest.mark.clause("7.3.7")
@given(left=st.integers(1, 12))
def test_in_a_month_it_is_the_full_difference_on_any_day(left: int) -> None:
    starter, business = Order("starter", 2, "month"), Order("business", 2, "month")
    assert price_difference(price_of(SHEET, starter), price_of(SHEET, business), left, "month") == Decimal("60.00")
    granted = credit_differences(grants_of(SHEET, starter), grants_of(SHEET, business), left, "month")
    assert granted == {"phone": 200, "direct_email": 390, "export": 1000, "b2b_email": 1000}


@given(start=DAYS, years=st.integers(0, 9), day=st.integers(0, 365))
def test_months_left_fall_from_twelve_to_one_in_every_year(start: date, years: int, day: int) -> None:
    begun, begins, ends = 12 * years, period_end(start, years, 12), period_end(start, years + 1, 12)
    last = ends - timedelta(days=1)
    on = min(begins + timedelta(days=day), last)
    assert months_left(start, begun, begins) == 12
    assert months_left(start, begun, last) == 1
    assert 12 >= months_left(start, begun, on) >= months_left(start, begun, min(on + timedelta(days=1), last)) >= 1


PRICES = st.decimals(0, 100_000, places=2)


@given(prices=st.lists(PRICES, min_size=3, max_size=3), left=st.integers(1, 12), later=st.integers(1, 12))
def test_no_way_over_another_plan_is_cheaper_by_more_than_a_cent(prices: list[Decimal], left: int, later: int) -> None:
    a, b, c = sorted(prices)
    first, then = max(left, later), min(left, later)
    around = price_difference(a, b, first, "year") + price_difference(b, c, then, "year")
    assert around >= price_difference(a, c, then, "year") - Decimal("0.01")
    assert price_difference(a, b, first, "month") + price_difference(b, c, then, "month") == price_difference(a, c, then, "month")


@given(grants=st.lists(st.integers(0, 10**6), min_size=3, max_size=3), left=st.integers(1, 12))
def test_no_way_over_another_plan_grants_more(grants: list[int], left: int) -> None:
    a, b, c = ({"phone": amount} for amount in sorted(grants))
    around = [credit_differences(x, y, left, "year").get("phone", 0) for x, y in ((a, b), (b, c))]
    assert sum(around) <= credit_differences(a, c, left, "year").get("phone", 0)


@pytest.mark.clause("7.1.9")
@pytest.mark.parametrize(
    ("order", "price"),
    [
        (Order("starter", 1, "month"), "49.00"),
        (Order("business", 3, "month", {"pack-phone": 2, "pack-export": 1}), "317.00"),
        (Order("business", 1, "year"), "790.00"),
        (Order("organization", 2, "year", {"pack-b2b-email": 1}), "3000.00"),
    ],
)
def test_a_quote_is_the_plan_times_the_seats_and_the_packs(order: Order, price: str) -> None:
    assert str(price_of(SHEET, order)) == price
    assert sum(line.amount for line in list_lines(SHEET, order)) == Decimal(price)


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("seats", [1, 2, 7])
def test_a_year_costs_ten_months_and_grants_twelve(plan: str, seats: int) -> None:
    month, year = Order(plan, seats, "month"), Order(plan, seats, "year")
    assert price_of(SHEET, year) == 10 * price_of(SHEET, month)
    assert grants_of(SHEET, year) == {kind: 12 * amount for kind, amount in grants_of(SHEET, month).items()}


@pytest.mark.parametrize("vector", VECTORS["late_interest"], ids=lambda vector: f"{vector['due']} {vector['paid']}")
def test_late_interest_runs_by_half_years(vector: dict[str, str]) -> None:
    due, paid = date.fromisoformat(vector["due"]), date.fromisoformat(vector["paid"])
    interest = late_interest(Decimal(vector["amount"]), due, paid, POLICY, RATES)
    assert str(interest) == vector["interest"]


def test_a_half_year_without_a_rate_is_not_guessed() -> None:
    with pytest.raises(NoRate):
        late_interest(Decimal(100), date(2026, 6, 25), date(2026, 7, 8), POLICY, RATES)
