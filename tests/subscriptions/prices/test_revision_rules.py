"""Pure rules of a new price: whom it concerns, and its limits to the second, across the change of the clocks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.subscriptions.prices import Order
from backend.subscriptions.revision_rules import (
    is_affected,
    is_covered,
    is_offered,
    kept_until,
    last_moment_to_tell,
    notice_goes_at,
    silence_counts_at,
    told_in_time,
)
from backend.terms import Policy, Sheet, read_sheet

SHEET = read_sheet("2026-03")
POLICY = Policy()
SECOND = timedelta(seconds=1)


def paris(text: str) -> datetime:
    from zoneinfo import ZoneInfo

    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def with_starter(**change: Any) -> Sheet:
    plans = tuple(plan.model_copy(update=change) if plan.code == "starter" else plan for plan in SHEET.plans)
    return SHEET.model_copy(update={"version": "2026-04", "plans": plans})


def with_packs(**change: Any) -> Sheet:
    packs = tuple(pack.model_copy(update=change) if pack.kind == "phone" else pack for pack in SHEET.packs)
    return SHEET.model_copy(update={"version": "2026-04", "packs": packs})


@pytest.mark.parametrize(
    ("new", "plan", "packs", "affected"),
    [
        (with_starter(price=Decimal("59.00")), "starter", {}, True),
        (with_starter(price=Decimal("39.00")), "starter", {}, True),
        (with_starter(price=Decimal("59.00")), "business", {}, False),
        (with_starter(grants={"phone": 99, "direct_email": 5, "export": 500}), "starter", {}, True),
        (with_starter(keeps=True), "starter", {}, True),
        (with_starter(name="Début"), "starter", {}, False),
        (with_packs(price=Decimal("31.00")), "starter", {}, False),
        (with_packs(price=Decimal("31.00")), "starter", {"pack-phone": 1}, True),
        (with_packs(amount=90), "starter", {"pack-phone": 1}, True),
        (SHEET, "starter", {"pack-phone": 1}, False),
    ],
)
def test_a_sheet_concerns_whose_period_costs_or_gives_something_else(
    new: Sheet, plan: str, packs: dict[str, int], affected: bool
) -> None:
    assert is_affected(SHEET, new, Order(plan, 2, "month", packs)) is affected
    assert is_affected(SHEET, new, Order(plan, 2, "year", packs)) is affected


def test_a_sheet_may_offer_a_plan_or_a_pack_no_longer() -> None:
    fewer = SHEET.model_copy(update={"plans": SHEET.plans[:1], "packs": ()})
    assert is_offered(SHEET, Order("starter", 1, "month", {"pack-phone": 1}))
    assert not is_offered(fewer, Order("starter", 1, "month"))
    assert not is_offered(SHEET.model_copy(update={"packs": ()}), Order("starter", 1, "month", {"pack-phone": 1}))


@pytest.mark.parametrize(
    ("order", "covered"),
    [
        (Order("starter", 5, "month"), True),
        (Order("starter", 2, "month", {"pack-phone": 3}), True),
        (Order("starter", 2, "year"), False),
        (Order("business", 2, "month"), False),
        (Order("starter", 2, "month", {"pack-export": 1}), False),
    ],
)
def test_who_was_told_of_one_price_knows_no_other(order: Order, covered: bool) -> None:
    assert is_covered(Order("starter", 2, "month", {"pack-phone": 1}), order) is covered


@pytest.mark.parametrize(
    ("interval", "ends", "goes", "last"),
    [
        ("month", "2026-04-15", "2026-03-30", "2026-03-31"),
        ("month", "2026-04-10", "2026-03-25", "2026-03-26"),
        ("month", "2026-11-01", "2026-10-16", "2026-10-17"),
        ("year", "2027-03-31", "2027-02-14", "2027-03-16"),
    ],
)
def test_notices_go_and_must_be_there_on_days_of_paris(interval: Any, ends: str, goes: str, last: str) -> None:
    assert notice_goes_at(POLICY, interval, paris(ends)) == paris(goes)
    assert last_moment_to_tell(POLICY, paris(ends)) == paris(last)
    assert told_in_time(POLICY, paris(last), paris(ends))
    assert not told_in_time(POLICY, paris(last) + SECOND, paris(ends))
    assert not told_in_time(POLICY, None, paris(ends))


@pytest.mark.parametrize("ends", ["2026-04-10", "2026-11-01", "2026-06-15"])
def test_told_at_the_last_moment_silence_counts_at_the_renewal_itself(ends: str) -> None:
    assert silence_counts_at(POLICY, last_moment_to_tell(POLICY, paris(ends))) == paris(ends)


@pytest.mark.parametrize(
    ("told", "until"),
    [("2026-03-30T00:00", "2027-03-30T00:00"), ("2026-10-20T08:15", "2027-10-20T08:15"), ("2028-02-29T12:00", "2029-02-28T12:00")],
)
def test_the_old_price_is_kept_for_a_year_of_the_calendar(told: str, until: str) -> None:
    assert kept_until(POLICY, paris(told)) == paris(until)


def test_the_limits_come_from_the_sheet() -> None:
    other = POLICY.model_copy(update={"price_notice_monthly_days": 20, "price_notice_delivered_days": 18, "tacit_after_days": 10,
                                      "keep_price_years": 2, "price_notice_annual_days": 60})  # fmt: skip
    ends = paris("2026-06-30")
    asked: list[tuple[Callable[..., datetime], tuple[Any, ...], str]] = [
        (notice_goes_at, ("month", ends), "2026-06-10"),
        (notice_goes_at, ("year", ends), "2026-05-01"),
        (last_moment_to_tell, (ends,), "2026-06-12"),
        (silence_counts_at, (ends,), "2026-07-10"),
        (kept_until, (ends,), "2028-06-30"),
    ]
    for rule, given, day in asked:
        assert rule(other, *given) == paris(day), rule.__name__
