"""Changing a premium: what raises comes at once for the difference, what cuts waits for the end, and a failed payment goes back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import NOTICES_OF_A_YEAR, Buyer, Time
from tests.subscriptions.test_renewal import spend, start

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]


@pytest.mark.clause("7.3.3", "7.3.2")
@pytest.mark.parametrize("packs", [{}, {"phone": 1}])
def test_an_upgrade_costs_the_difference_and_leaves_the_end_where_it_is(
    buyer: Buyers, clock: MovableClock, packs: dict[str, int]
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 2, **packs)
    before = ada.premium["period_ends_at"]
    clock.advance(timedelta(days=9))
    first, again = ada.change("business", 2, key="up-1"), None
    body = {"plan": "business", "seats": 2, "interval": "month", "amount": "60.00"}
    again = ada.post("/v1/subscription/change", body, "up-1")
    assert (first["due"]["what"], first["due"]["amount"]) == ("upgrade", "60.00")
    assert again.json["due"] == first["due"]  # type: ignore[index]
    assert [due for due in ada.dues if due[0] == "upgrade"] == [("upgrade", "60.00", "submitted")]
    assert ada.premium["period_ends_at"] == before


@pytest.mark.clause("7.3.13", "7.3.7")
@pytest.mark.parametrize("day", [0, 29])
def test_a_months_upgrade_grants_the_full_difference_on_any_day(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, day: int, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 2)
    time.pass_to(clock.now() + timedelta(days=day))
    before = ada.pool(owner)
    assert ada.change("business", 2)["due"]["amount"] == "60.00"
    after = ada.pool(owner)
    gained = {kind: after[kind] - before.get(kind, 0) for kind in ("phone", "direct_email", "export")}
    assert gained == {"phone": 200, "direct_email": 390, "export": 1000}
    assert clean()


def test_a_years_upgrade_costs_and_grants_the_months_left(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "starter", 1, "year")
    time.pass_to("2026-06-20T10:00:00+02:00")
    ada.sign_in()
    done = ada.change("business", 1, "year")
    assert done["due"]["amount"] == "175.00"
    assert done["change"]["credits"] == {"phone": 700, "direct_email": 1365, "export": 3500, "b2b_email": 3500}
    assert ada.pool(owner)["phone"] == 1200 + 700


@pytest.mark.clause("7.3.4")
def test_an_upgrade_takes_place_when_its_payment_counts_and_goes_back_when_it_fails(
    buyer: Buyers, clock: MovableClock, owner: Owner, clean: Callable[[], bool]
) -> None:
    clock.set(datetime.fromisoformat("2026-03-15T10:00:00+01:00"))
    wired = buyer("wil")
    wired.pay(wired.subscribe("starter", 2, means="wire"))
    due = wired.change("business", 2)["due"]
    for amount in (None, "71.99"):
        if amount:
            wired.pay(due, amount=amount)
        assert (wired.premium["order"]["plan"], wired.pool(owner)["phone"]) == ("starter", 200)
    wired.pay(due, amount="0.01")
    assert (wired.premium["order"]["plan"], wired.pool(owner)["phone"]) == ("business", 400)

    ada = buyer("ada")
    ada.pay(ada.subscribe("starter", 2))
    due = ada.change("business", 2)["due"]
    assert (ada.premium["order"]["plan"], ada.pool(owner)["phone"]) == ("business", 400)
    spend(owner, ada, "direct_email", 10)
    upgrade = "SELECT lot_id FROM lots WHERE grant_key LIKE '%upgrade%' AND kind = 'phone' AND workspace_id = %s"
    [(lot,)] = owner.execute(upgrade.replace("%upgrade%", "%%upgrade%%"), (ada.caller.workspace_id,)).fetchall()
    assert ada.pay(due, "failed")["state"] == "failed"
    assert ada.premium["order"]["plan"] == "starter"
    assert ada.pool(owner) == {"phone": 200, "export": 1000}
    assert owner.execute("SELECT remaining, frozen FROM lots WHERE lot_id = %s", (lot,)).fetchone() == (0, 200)
    assert owner.execute("SELECT count(*) FROM reveals").fetchone() == (10,)
    assert ada.dues[-1] == ("upgrade", "60.00", "failed")
    assert ada.pay(due)["state"] == "paid"
    assert (ada.premium["order"]["plan"], ada.pool(owner)["phone"]) == ("business", 400)
    assert clean()


@pytest.mark.clause("7.3.8", "7.3.12")
def test_a_downgrade_waits_for_the_end_and_loses_what_was_not_spent(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 1)
    done = ada.change("starter", 1)
    assert (done["due"], done["change"]["now"], done["change"]["later_at"]) == (None, None, "2026-04-14T22:00:00Z")
    time.pass_to("2026-04-14T23:59:59+02:00")
    assert ada.get("/v1/me")["plan"]["code"] == "business"
    assert ada.pool(owner)["phone"] == 200
    registered = owner.execute("SELECT lot_id, remaining FROM lots WHERE source = 'registration' ORDER BY 1").fetchall()
    time.pass_to("2026-04-15T00:00:00+02:00")
    assert ada.get("/v1/me")["plan"]["code"] == "starter"
    assert ada.pool(owner) == {"phone": 100, "direct_email": 5, "export": 500}
    assert ada.dues[-1] == ("renewal", "49.00", "submitted")
    lost = owner.execute(
        "SELECT e.kind, e.delta, e.reason FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'expire' AND l.account_id IS NULL ORDER BY 1"
    ).fetchall()
    assert lost == [
        ("b2b_email", -500, "downgrade"), ("direct_email", -200, "downgrade"), ("export", -1000, "downgrade"),
        ("phone", -200, "downgrade"),
    ]  # fmt: skip
    assert owner.execute("SELECT lot_id, remaining FROM lots WHERE source = 'registration' ORDER BY 1").fetchall() == registered
    assert clean()


@pytest.mark.clause("7.3.9")
@pytest.mark.parametrize(
    ("asked", "at"),
    [("2026-10-24T01:00:00+02:00", "2026-10-25T23:00:00Z"), ("2026-10-24T01:00:01+02:00", "2026-11-25T23:00:00Z")],
)
def test_a_months_downgrade_is_heard_until_exactly_forty_eight_hours_before(
    buyer: Buyers, clock: MovableClock, time: Time, asked: str, at: str
) -> None:
    ada = start(clock, buyer, "2026-09-26T10:00:00+02:00", "business", 1)
    time.pass_to(asked)
    ada.sign_in()
    assert ada.premium["period_ends_at"] == "2026-10-25T23:00:00Z"
    assert ada.change("starter", 1)["change"]["later_at"] == at
    time.pass_to("2026-10-26T00:00:00+01:00")
    in_time = at == "2026-10-25T23:00:00Z"
    assert ada.premium["order"]["plan"] == ("starter" if in_time else "business")
    assert ada.dues[-1] == ("renewal", "49.00" if in_time else "79.00", "submitted")
    time.pass_to("2026-11-26T00:00:00+01:00")
    assert ada.premium["order"]["plan"] == "starter"
    assert ada.dues[-1] == ("renewal", "49.00", "submitted")


@pytest.mark.clause("7.3.10")
@pytest.mark.parametrize(("begun", "asked", "ends"), NOTICES_OF_A_YEAR)
def test_a_years_downgrade_is_heard_through_the_day_one_month_before(
    buyer: Buyers, clock: MovableClock, time: Time, begun: str, asked: str, ends: str
) -> None:
    ada = start(clock, buyer, f"{begun}T10:00:00+01:00", "business", 1, "year")
    time.pass_to(asked)
    ada.sign_in()
    assert ada.change("starter", 1, "year")["change"]["later_at"] == ends


def test_a_price_that_is_another_one_by_now_is_not_taken(buyer: Buyers) -> None:
    ada = buyer()
    ada.subscribe("starter", 1)
    body = {"plan": "business", "seats": 1, "interval": "month", "amount": "29.99"}
    refused = ada.post("/v1/subscription/change", body)
    assert (refused.status_code, refused.json["code"], refused.json["amount"]) == (409, "price-changed", "30.00")  # type: ignore[index]
    assert ada.premium["order"]["plan"] == "starter"


def test_without_a_premium_there_is_nothing_to_change(buyer: Buyers) -> None:
    ada = buyer()
    refused = ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}})
    assert (refused.status_code, refused.json["code"]) == (403, "plan-required")  # type: ignore[index]


@pytest.mark.clause("9.26", "9.7")
def test_a_pack_is_there_once_when_its_payment_counts(
    buyer: Buyers, clock: MovableClock, owner: Owner, clean: Callable[[], bool]
) -> None:
    wired = buyer("wil")
    refused = wired.post("/v1/subscription/packs", {"packs": {"pack-export": 1}})
    assert (refused.status_code, refused.json["code"]) == (403, "plan-required")  # type: ignore[index]
    wired.pay(wired.subscribe("starter", 1, means="wire"))
    due = wired.post("/v1/subscription/packs", {"packs": {"pack-export": 1}}).json
    for amount in (None, "23.99"):
        if amount:
            wired.pay(due, amount=amount)
        assert (due["amount"], packs_of(owner, wired)) == ("20.00", [])
    wired.pay(due)
    wired.pay(due)
    assert packs_of(owner, wired) == [("export", "purchased", 1000, 1000, 0)]

    ada = buyer("ada")
    ada.subscribe("starter", 1)
    for _ in range(2):
        due = ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}}, "one-pack").json
    assert (due["amount"], due["state"]) == ("30.00", "submitted")
    assert packs_of(owner, ada) == [("phone", "purchased", 100, 100, 0)]
    spend(owner, ada, "phone", 100)  # of the plan's own lot
    spend(owner, ada, "phone", 40)
    ada.pay(due, "failed")
    assert packs_of(owner, ada) == [("phone", "purchased", 100, 0, 60)]
    assert "phone" not in ada.pool(owner)
    ada.pay(due)
    assert packs_of(owner, ada) == [("phone", "purchased", 100, 60, 0)]
    assert clean()


def packs_of(owner: Owner, someone: Buyer) -> list[tuple[Any, ...]]:
    """The lots of packs: kind, source, granted, what is left, what is frozen."""
    found = "SELECT kind, source, granted, remaining, frozen FROM lots WHERE workspace_id = %s AND grant_key LIKE '%%:pack:%%'"
    return owner.execute(found, (someone.caller.workspace_id,)).fetchall()


def test_a_failed_start_freezes_the_pool_and_lets_the_freemium_go_on_until_it_is_paid(
    buyer: Buyers, owner: Owner, directory: Directory, clean: Callable[[], bool]
) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    ada = buyer()
    due = ada.subscribe("business", 1)
    assert ada.pay(due)["state"] == "paid"
    assert ada.pay(due, "returned")["state"] == "failed"
    assert (ada.premium["state"], ada.pool(owner)) == ("frozen", {})
    assert ada.get("/v1/me")["plan"]["code"] == "free"
    assert ada.outcome("jan") == "revealed"
    ada.pay(due)
    assert (ada.premium["state"], ada.pool(owner)["phone"]) == ("active", 200)
    assert ada.get("/v1/me")["plan"]["code"] == "business"
    assert clean()
