"""What holds of every order, on every day: no detour is cheaper, none grants more, and no period drifts from the first day."""

import json
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backend.kernel.clock import PARIS, MovableClock
from backend.subscriptions.changes import Change, work_out
from backend.subscriptions.coming import end_after
from backend.subscriptions.premiums import Premium
from backend.subscriptions.prices import Order, grants_of, list_lines, price_of
from backend.subscriptions.rules import MONTHS, Interval, day_begins, period_end
from backend.terms import Sheet, read_sheet
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_renewal import Buyers, start

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
SHIPPED = read_sheet("2026-03")
PLANS = [plan.code for plan in sorted(SHIPPED.plans, key=lambda plan: plan.rank) if plan.premium]
CENT = Decimal("0.01")
TEN_YEARS = 120

days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
intervals = st.sampled_from(list(MONTHS))
packs = st.dictionaries(st.sampled_from([pack.code for pack in SHIPPED.packs]), st.integers(1, 5), max_size=2)
wants = st.tuples(st.sampled_from(PLANS), st.integers(1, 9))
prices = st.lists(st.decimals("1.00", "999.00", places=2), min_size=len(PLANS), max_size=len(PLANS), unique=True)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """The shipped sheet, or one with other prices and grants: a higher plan costs more."""
    if draw(st.booleans()):
        return SHIPPED
    dear = dict(zip(PLANS, sorted(draw(prices)), strict=True))
    phones = dict(zip(PLANS, sorted(draw(st.lists(st.integers(0, 5000), min_size=3, max_size=3))), strict=True))
    plans = tuple(
        plan.model_copy(update={"price": dear[plan.code], "grants": {"phone": phones[plan.code]}, "api_grants": {}})
        if plan.premium
        else plan
        for plan in SHIPPED.plans
    )
    return SHIPPED.model_copy(update={"plans": plans})


def under(sheet: Sheet) -> AbstractContextManager[Any]:
    """Every premium is of this sheet."""
    return patch("backend.subscriptions.premiums.read_sheet", lambda _: sheet)


def premium_of(order: Order, started_on: date, begun_months: int = 0) -> Premium:
    """A running premium, as its row would say."""
    ends_at = day_begins(period_end(started_on, begun_months + MONTHS[order.interval]))
    blank = dict.fromkeys(Premium.__dataclass_fields__)
    known = {
        "workspace_id": 1, "premium_id": 1, "state": "active", "sheet_version": SHIPPED.version, "order": order,
        "means": "sepa_debit", "started_on": started_on, "period": 1, "begun_months": begun_months, "period_ends_at": ends_at,
        "reverted": {},
    }  # fmt: skip
    return Premium(**{**blank, **known})  # type: ignore[arg-type]


def go(premium: Premium, want: tuple[str, int], at: datetime) -> tuple[Premium, Change]:
    """Ask for a change, pay what it costs; the premium as it then is."""
    found = work_out(premium, *want, premium.order.interval, at)
    return replace(premium, order=found.now or premium.order), found


@pytest.mark.parametrize("vector", VECTORS["annual_upgrades"], ids=lambda vector: f"{vector['start']} {vector['on']}")
def test_a_years_upgrade_costs_what_the_vectors_say(vector: dict[str, Any]) -> None:
    year = Decimal(vector["price_difference"])
    dear = SHIPPED.plan("starter").price + year / SHIPPED.policy.year_pays_months
    plans = tuple(plan.model_copy(update={"price": dear}) if plan.code == "business" else plan for plan in SHIPPED.plans)
    at = day_begins(date.fromisoformat(vector["on"])) + timedelta(hours=9)
    with under(SHIPPED.model_copy(update={"plans": plans})):
        _, found = go(premium_of(Order("starter", 1, "year"), date.fromisoformat(vector["start"])), ("business", 1), at)
    assert str(found.amount) == vector["due"]


@given(sheet=sheets(), start=days, begun=st.integers(0, 9), interval=intervals, first=wants, detour=wants, on=st.integers(0, 365),
       later=st.integers(0, 365), bought=packs)  # fmt: skip
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_way_over_another_order_is_cheaper_by_more_than_a_cent_or_grants_more(
    sheet: Sheet,
    start: date,
    begun: int,
    interval: Interval,
    first: tuple[str, int],
    detour: tuple[str, int],
    on: int,
    later: int,
    bought: dict[str, int],
) -> None:
    with under(sheet):
        a = premium_of(Order(*first, interval, bought), start, begun * MONTHS[interval])
        length = (a.ends_at - a.begins_at).days - 1
        at, then = (a.begins_at + timedelta(days=min(day, length), hours=12) for day in sorted((on, later)))
        b, to_b = go(a, detour, at)
        assert to_b.amount >= 0
        for goal in [(plan, seats) for plan in PLANS for seats in (1, 2, 5, 9)]:
            c, to_c = go(b, goal, then)
            held = (c.order.plan, c.order.seats)
            for moment in (at, then):
                around = to_b.amount + go(b, goal, moment)[1].amount
                assert around >= go(a, held, moment)[1].amount - CENT, (detour, goal, moment)
            straight = go(a, held, at)[1].credits
            for kind, amount in to_c.credits.items():
                assert amount + to_b.credits.get(kind, 0) <= straight.get(kind, 0), (detour, goal, kind)


@given(sheet=sheets(), plan=st.sampled_from(PLANS), seats=st.integers(1, 9), interval=intervals, some=packs, more=packs)
def test_packs_cost_the_same_bought_together_or_one_by_one(
    sheet: Sheet, plan: str, seats: int, interval: Interval, some: dict[str, int], more: dict[str, int]
) -> None:
    with_both = {code: some.get(code, 0) + more.get(code, 0) for code in {*some, *more}}
    bare = price_of(sheet, Order(plan, seats, interval))
    bought = [sum(line.amount for line in list_lines(sheet, Order(plan, seats, interval, each))[1:]) for each in (some, more)]
    assert price_of(sheet, Order(plan, seats, interval, with_both)) == bare + sum(bought)


@given(sheet=sheets(), plan=st.sampled_from(PLANS), seats=st.integers(1, 20))
def test_seats_cost_and_grant_the_same_together_or_one_by_one(sheet: Sheet, plan: str, seats: int) -> None:
    for interval in MONTHS:
        each, all_ = Order(plan, 1, interval), Order(plan, seats, interval)
        assert price_of(sheet, all_) == seats * price_of(sheet, each)
        assert grants_of(sheet, all_) == {kind: amount * seats for kind, amount in grants_of(sheet, each).items()}


@given(start=days, chosen=st.lists(intervals, min_size=1, max_size=TEN_YEARS))
def test_over_ten_years_each_period_begins_where_the_last_one_ended_at_midnight_in_paris(
    start: date, chosen: list[Interval]
) -> None:
    begun, last = 0, day_begins(start)
    for interval in chosen:
        if begun >= TEN_YEARS:
            break
        premium = premium_of(Order("starter", 1, interval), start, begun)
        assert premium.begins_at == last
        last, begun = premium.ends_at, begun + MONTHS[interval]
        ends = last.astimezone(PARIS)
        assert (ends.hour, ends.minute, ends.second) == (0, 0, 0)
        assert (ends.year * 12 + ends.month) - (start.year * 12 + start.month) == begun
        tomorrow = (ends + timedelta(days=1)).month
        assert ends.day == start.day or (ends.day < start.day and tomorrow != ends.month)
        assert end_after(premium, premium.period) == last


@given(start=days, interval=intervals, waiting=intervals, wait=st.integers(0, 2), ahead=st.integers(0, 9))
def test_a_later_period_ends_when_its_turn_comes(start: date, interval: Interval, waiting: Interval, wait: int, ahead: int) -> None:
    assume(ahead * 12 <= TEN_YEARS)
    premium = premium_of(Order("starter", 1, interval), start)
    changed = replace(premium, next_order=Order("starter", 1, waiting), next_after=premium.period + wait)
    months = sum(MONTHS[interval if number <= wait else waiting] for number in range(ahead + 1))
    assert end_after(changed, premium.period + ahead) == day_begins(period_end(start, months))


@pytest.mark.parametrize("vector", VECTORS["period_ends"], ids=lambda vector: f"{vector['start']} {vector['interval']}")
def test_the_renewals_themselves_keep_to_the_first_day(
    buyer: Buyers, clock: MovableClock, time: Time, vector: dict[str, Any]
) -> None:
    ada: Buyer = start(clock, buyer, f"{vector['start']}T10:00:00+01:00", "starter", 1, vector["interval"])
    ends = []
    for _ in vector["ends"]:
        ends.append(datetime.fromisoformat(ada.premium["period_ends_at"]).astimezone(PARIS))
        time.pass_to(ends[-1])
        ada.sign_in()
    assert [end.date().isoformat() for end in ends] == vector["ends"]
    assert {end.time().isoformat() for end in ends} == {"00:00:00"}
