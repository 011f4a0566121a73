"""Periods that follow each other: renewed at the same price, once, with what was changed, kept, reverted or told to end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.subscriptions import due as due_work
from backend.subscriptions.due import PremiumRenewal
from tests.conftest import due_pieces
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.sheets import Sheets, plan_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]


def start(clock: MovableClock, buyer: Buyers, at: str, *arguments: Any, **packs: int) -> Buyer:
    """A premium taken out at an instant."""
    clock.set(_instant(at))
    ada = buyer()
    ada.subscribe(*arguments, **packs)
    return ada


def _instant(at: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(at)


@pytest.mark.clause("7.4.2", "7.4.3")
def test_a_month_renews_by_itself_on_its_anchor_at_the_same_price(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, "2026-01-31T10:00:00+01:00", "business", 2)
    assert ada.premium["period_ends_at"] == "2026-02-27T23:00:00Z"
    ends = []
    for _ in range(4):
        time.pass_to(ada.premium["period_ends_at"])
        ends.append((ada.premium["period"], ada.premium["period_ends_at"]))
    assert ends == [
        (2, "2026-03-30T22:00:00Z"), (3, "2026-04-29T22:00:00Z"), (4, "2026-05-30T22:00:00Z"), (5, "2026-06-29T22:00:00Z"),
    ]  # fmt: skip
    assert ada.dues == [("start", "158.00", "submitted"), *[("renewal", "158.00", "submitted")] * 4]
    assert ada.pool(owner)["phone"] >= 400


@pytest.mark.clause("7.4.2")
def test_a_year_renews_for_a_year(buyer: Buyers, clock: MovableClock, time: Time) -> None:
    ada = start(clock, buyer, "2027-02-28T10:00:00+01:00", "starter", 1, "year")
    assert ada.premium["period_ends_at"] == "2028-02-27T23:00:00Z"
    time.pass_to("2028-02-27T23:00:00+00:00")
    assert ada.premium["period_ends_at"] == "2029-02-27T23:00:00Z"
    assert ada.dues == [("start", "490.00", "submitted"), ("renewal", "490.00", "submitted")]


@pytest.mark.clause("9.12")
def test_what_was_not_spent_is_lost_and_the_next_lot_is_the_allotment(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, directory: Directory, clean: Callable[[], bool]
) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1)
    spend(owner, ada, "phone", 93)
    end = _instant("2026-04-15T00:00:00+02:00")
    time.pass_to(end - timedelta(seconds=1))
    assert ada.pool(owner)["phone"] == 7
    time.pass_to(end)
    assert ada.pool(owner)["phone"] == 100
    expired = owner.execute(
        "SELECT e.delta FROM entries e JOIN lots l USING (workspace_id, lot_id) WHERE e.action = 'expire' AND e.kind = 'phone'"
        " AND l.account_id IS NULL"
    ).fetchall()
    assert expired == [(-7,)]
    ada.sign_in()
    owner.execute("UPDATE lots SET expires_at = valid_from + interval '1 second' WHERE account_id IS NOT NULL")
    assert ada.outcome("jan") == "revealed"
    paid = owner.execute(
        "SELECT l.source, l.granted, l.remaining, l.valid_from FROM reveals r JOIN lots l USING (workspace_id, lot_id)"
        " WHERE r.person_id = %s AND r.kind = 'phone'",
        (directory.owner.execute("SELECT max(person_id) FROM people").fetchone()[0],),  # type: ignore[index]
    ).fetchall()
    assert paid == [("subscription", 100, 99, end)]
    assert clean()


def spend(owner: Owner, ada: Buyer, kind: str, amount: int) -> None:
    """As if so many people had been looked at: each a reveal and its entry, paid by the pool's first lot of the kind."""
    here = ada.caller.workspace_id
    first = owner.execute(
        "SELECT lot_id, remaining FROM lots WHERE workspace_id = %s AND account_id IS NULL AND kind = %s AND open ORDER BY lot_id",
        (here, kind),
    ).fetchone()
    assert first is not None
    owner.execute("UPDATE lots SET remaining = remaining - %s WHERE workspace_id = %s AND lot_id = %s", (amount, here, first[0]))
    for number in range(amount):
        person, at = 1_000_000 + first[0] * 10_000 + number, ada.kernel.clock.now()
        owner.execute("INSERT INTO reveals VALUES (%s, %s, %s, %s, %s, %s)", (here, person, kind, ada.account_id, first[0], at))
        owner.execute(
            "INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, account_id, person_id, at)"
            " VALUES (%s, %s, %s, 'reveal', -1, %s, %s, %s, %s)",
            (here, first[0], kind, first[1] - number - 1, ada.account_id, person, at),
        )


@pytest.mark.clause("9.14")
@pytest.mark.parametrize(("keeps", "left"), [(True, 40 + 200 + 100), (False, 200 + 100)])
def test_a_plan_that_keeps_carries_its_own_credits_and_no_packs(
    buyer: Buyers,
    clock: MovableClock,
    time: Time,
    owner: Owner,
    sheet_folder: Sheets,
    keeps: bool,
    left: int,
    clean: Callable[[], bool],
) -> None:
    sheet_folder.take_force(lambda whole: plan_of(whole, "business").update(keeps=keeps))
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 1, phone=1)
    spend(owner, ada, "phone", 160)
    time.pass_to("2026-04-15T00:00:00+02:00")
    assert ada.pool(owner)["phone"] == left
    expired = owner.execute(
        "SELECT e.delta, l.source FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'expire' AND e.kind = 'phone' AND l.account_id IS NULL ORDER BY 1"
    ).fetchall()
    assert expired == [(-100, "purchased"), *([] if keeps else [(-40, "subscription")])]
    time.pass_to("2026-05-15T00:00:00+02:00")
    assert ada.pool(owner)["phone"] == (240 if keeps else 0) + 200 + 100
    assert clean()


@pytest.mark.clause("9.14")
def test_what_a_plan_would_keep_is_lost_where_it_is_not_renewed(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 1)
    spend(owner, ada, "phone", 160)
    assert ada.end()["ends_at"] == "2026-04-14T22:00:00Z"
    time.pass_to("2026-04-14T23:59:59+02:00")
    assert ada.pool(owner)["phone"] == 40
    time.pass_to("2026-04-15T00:00:00+02:00")
    ada.sign_in()
    assert ada.get("/v1/me")["plan"]["code"] == "free"
    assert owner.execute("SELECT count(*) FROM lots WHERE account_id IS NULL AND remaining > 0").fetchone() == (0,)
    assert owner.execute("SELECT kind, remaining FROM lots WHERE grant_key LIKE '%kept%'").fetchall() == []
    assert ada.left("phone") == 2 + 5  # registration, and the new freemium's month
    assert clean()


@pytest.mark.clause("9.28")
def test_packs_recur_with_their_line_and_their_lot(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1)
    due = ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 2}}, "packs-1")
    assert (due.status_code, due.json["amount"]) == (201, "60.00")  # type: ignore[index]
    assert ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 2}}, "packs-1").json == due.json
    assert ada.pool(owner)["phone"] == 300
    assert ada.premium["order"] == {
        "plan": "starter",
        "seats": 1,
        "interval": "month",
        "packs": {"pack-phone": 2},
        "price": "109.00",
    }
    offered = {pack["code"]: pack["recurring"] for pack in ada.get("/v1/plans")["packs"]}
    assert offered["pack-phone"] is True
    time.pass_to("2026-04-15T00:00:00+02:00")
    assert ada.dues[-1] == ("renewal", "109.00", "submitted")
    assert ada.pool(owner)["phone"] == 300


@pytest.mark.clause("9.29")
def test_a_reverted_pack_is_billed_and_granted_no_more(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1, phone=2, export=1)
    time.pass_to("2026-04-14T23:59:59+02:00")
    reverted = ada.call("PUT", "/v1/subscription/packs/reverted", {"packs": {"pack-phone": 2}})
    assert reverted.json == {"recurring": {"pack-export": 1}}
    assert ada.pool(owner)["phone"] == 300
    time.pass_to("2026-04-15T00:00:00+02:00")
    assert ada.dues[-1] == ("renewal", "69.00", "submitted")
    assert ada.pool(owner) == {"phone": 100, "direct_email": 5, "export": 1500}


@pytest.mark.clause("9.13")
def test_a_seat_more_in_mid_period_is_billed_and_granted_at_renewal(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1)
    assert ada.change("starter", 2)["due"]["amount"] == "49.00"
    time.pass_to("2026-04-15T00:00:00+02:00")
    assert ada.dues[-1] == ("renewal", "98.00", "submitted")
    assert ada.pool(owner)["phone"] == 200


@pytest.mark.clause("9.27")
@pytest.mark.parametrize(("interval", "ends"), [("month", "2026-08-14T22:00:00Z"), ("year", "2027-03-14T23:00:00Z")])
def test_a_pack_lasts_as_long_as_the_period_it_was_bought_in(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, interval: str, ends: str
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1, interval)
    time.pass_to("2026-07-20T12:00:00+02:00")
    ada.sign_in()
    assert ada.post("/v1/subscription/packs", {"packs": {"pack-export": 1}}).status_code == 201
    [(expires,)] = owner.execute("SELECT expires_at FROM lots WHERE source = 'purchased' AND open").fetchall()
    assert expires == _instant(ends)


@pytest.mark.clause("9.6")
def test_the_renewal_job_run_twice_or_by_two_workers_renews_once(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 2)
    clock.set(_instant("2026-04-15T00:00:00+02:00"))
    time.work_at_once()
    assert ada.dues == [("start", "158.00", "submitted"), ("renewal", "158.00", "submitted")]
    assert ada.pool(owner)["phone"] == 400 + 400
    assert ada.premium["period"] == 2


def test_a_renewal_killed_half_way_is_run_again_as_if_it_had_not_been(
    buyer: Buyers, clock: MovableClock, kernel: Kernel, owner: Owner, monkeypatch: pytest.MonkeyPatch, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 2)
    clock.set(_instant("2026-04-15T00:00:00+02:00"))
    whole = due_work.renew

    def killed(*arguments: Any) -> Any:
        whole(*arguments)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(due_work, "renew", killed)
        assert tick(kernel.database.engine, [PremiumRenewal(kernel)], clock.now()).failed == ("premium-renewal",)
    assert ada.premium["period"] == 1
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert ada.dues == [("start", "158.00", "submitted"), ("renewal", "158.00", "submitted")]
    assert ada.pool(owner)["phone"] == 400 + 400
    assert clean()


def test_freemiums_rest_while_a_premium_pays(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 2)
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    time.pass_to("2026-06-20T12:00:00+02:00")
    granted = owner.execute(
        "SELECT account_id, count(*) FROM lots WHERE grant_key LIKE 'free:%%' AND kind = 'phone' GROUP BY 1"
    ).fetchall()
    # Bob's one lot was carried along: what it was in his home is empty there.
    assert dict(granted) == {ada.account_id: 1, bob.account_id: 2}
    assert bob.get("/v1/me")["plan"]["code"] == "starter"


def test_a_member_spends_from_the_pool_and_without_limit(buyer: Buyers, owner: Owner, directory: Directory) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("business", 2)
    bob.enter(ada)
    owner.execute("UPDATE lots SET expires_at = valid_from + interval '1 second' WHERE account_id = %s", (bob.account_id,))
    bob.kernel.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]
    assert bob.outcome("jan", "phone") == bob.outcome("jan", "b2b_email") == "revealed"
    assert ada.pool(owner)["phone"] == 399
    assert bob.get("/v1/credits")["b2b_email"]["unlimited"]["left"] == 9999
