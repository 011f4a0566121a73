"""What a plan brings is what its sheet says: of each kind, for each seat, in a month and in a year; of another sheet another."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.subscriptions.conftest import Buyer
from tests.subscriptions.sheets import NEXT, SHIPPED, Sheets, plan_of, read_shipped

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
WHOLE = read_shipped()
PREMIUM = [plan["code"] for plan in WHOLE["plans"] if plan["price"] != "0.00"]
BOUGHT = [(plan, seats, interval) for plan in PREMIUM for seats in (1, 3) for interval in ("month", "year")]


def allotment(whole: dict[str, Any], plan: str, seats: int, months: int) -> dict[str, int]:
    """What a sheet's file grants the pool, multiplied out by hand."""
    said = plan_of(whole, plan)
    kinds = {**said["grants"], **said.get("api_grants", {})}
    each = {kind: said["grants"].get(kind, 0) + said.get("api_grants", {}).get(kind, 0) for kind in kinds}
    return {kind: amount * seats * months for kind, amount in each.items() if amount}


def lots_of(owner: Owner, someone: Buyer, *, pool: bool) -> dict[str, int]:
    """What a plan granted: one lot of each kind, or the test fails."""
    whose = "account_id IS NULL" if pool else "grant_key LIKE 'free:%%'"
    rows = owner.execute(
        f"SELECT kind, granted FROM lots WHERE workspace_id = %s AND source = 'subscription' AND {whose}",  # type: ignore[arg-type]
        (someone.caller.workspace_id,),
    ).fetchall()
    assert len(dict(rows)) == len(rows)
    return dict(rows)


@pytest.mark.clause("9.22")
@pytest.mark.parametrize(("plan", "seats", "interval"), BOUGHT)
def test_each_plan_grants_what_the_sheet_says_and_a_year_twelve_months_of_it_at_once(
    buyer: Buyers, owner: Owner, plan: str, seats: int, interval: str, clean: Callable[[], bool]
) -> None:
    ada = buyer()
    assert lots_of(owner, ada, pool=False) == plan_of(WHOLE, "free")["grants"]
    ada.subscribe(plan, seats, interval)
    expected = allotment(WHOLE, plan, seats, 12 if interval == "year" else 1)
    assert lots_of(owner, ada, pool=True) == ada.pool(owner) == expected
    unlimited = {kind: shown["unlimited"]["left"] for kind, shown in ada.get("/v1/credits").items() if shown.get("unlimited")}
    assert unlimited == {plan_of(WHOLE, plan)["unlimited"]: 10_000}
    assert clean()


def sevenfold(whole: dict[str, Any]) -> None:
    for plan in whole["plans"]:
        for grants in ("grants", "api_grants"):
            plan[grants] = {kind: amount * 7 + 1 for kind, amount in plan.get(grants, {}).items()}
    whole["registration"] = {"phone": 9}


@pytest.mark.clause("9.22")
@pytest.mark.parametrize(("plan", "seats", "interval"), BOUGHT)
def test_another_sheet_grants_what_it_says(
    buyer: Buyers,
    owner: Owner,
    sheet_folder: Sheets,
    plan: str,
    seats: int,
    interval: str,
) -> None:
    whole = sheet_folder.take_force(sevenfold)
    ada = buyer()
    assert lots_of(owner, ada, pool=False) == plan_of(whole, "free")["grants"]
    assert plan_of(whole, "free")["grants"]["phone"] == 36
    registered = owner.execute("SELECT kind, granted FROM lots WHERE source = 'registration'").fetchall()
    assert registered == [("phone", 9)]
    ada.subscribe(plan, seats, interval)
    assert lots_of(owner, ada, pool=True) == allotment(whole, plan, seats, 12 if interval == "year" else 1)


@pytest.mark.clause("2.Subscription")
def test_a_plan_is_what_the_version_says_that_the_subscription_pinned(
    buyer: Buyers,
    owner: Owner,
    sheet_folder: Sheets,
) -> None:
    ada = buyer()
    ada.subscribe("starter", 1)

    def renamed_and_dearer(whole: dict[str, Any]) -> None:
        for plan in whole["plans"]:
            plan["name"] += " Two"
        plan_of(whole, "starter").update(price="59.00", grants={"phone": 111})
        plan_of(whole, "business").update(price="99.00", grants={"phone": 999}, api_grants={})

    sheet_folder.take_force(renamed_and_dearer)
    bob, eve = buyer("bob"), buyer("eve")
    bob.subscribe("starter", 1)
    pinned = owner.execute("SELECT sheet FROM premiums ORDER BY premium_id").fetchall()
    freemiums = owner.execute("SELECT sheet FROM subscriptions ORDER BY account_id").fetchall()
    assert pinned == [(SHIPPED,), (NEXT,)]
    assert freemiums == [(SHIPPED,), (NEXT,), (NEXT,)]
    assert [one.get("/v1/me")["plan"]["name"] for one in (ada, bob, eve)] == ["Starter", "Starter Two", "Free Two"]
    assert [one.premium["order"]["price"] for one in (ada, bob)] == ["49.00", "59.00"]
    assert (ada.pool(owner), bob.pool(owner)) == ({"phone": 100, "direct_email": 5, "export": 500}, {"phone": 111})
    raised = [one.change("business", 1) for one in (ada, bob)]
    assert [done["due"]["amount"] for done in raised] == ["30.00", "40.00"]
    assert [one.pool(owner)["phone"] for one in (ada, bob)] == [200, 999]


@pytest.mark.clause("7.1.6")
def test_a_plan_that_is_unknown_or_that_the_sheet_in_force_has_no_more_is_refused(
    buyer: Buyers,
    owner: Owner,
    sheet_folder: Sheets,
) -> None:
    ada = buyer()
    assert ada.quote("starter", 1).status_code == 201

    def without_starter(whole: dict[str, Any]) -> None:
        whole["plans"] = [plan for plan in whole["plans"] if plan["code"] != "starter"]

    sheet_folder.take_force(without_starter)
    for plan in ("starter", "gold", "free", ""):
        refused = ada.quote(plan, 1)
        assert (refused.status_code, refused.json["code"]) == (422, "order-unknown"), plan  # type: ignore[index]
        assert refused.json["errors"][0]["field"] == "plan"  # type: ignore[index]
    assert [plan["code"] for plan in ada.get("/v1/plans")["plans"]] == ["free", "business", "organization"]
    assert ada.subscribe("business", 1)["amount"] == "79.00"
    refused = ada.post("/v1/subscription/change", {"plan": "starter", "seats": 1, "interval": "month", "amount": "0.00"})
    assert (refused.status_code, refused.json["code"]) == (422, "order-unknown")  # type: ignore[index]
