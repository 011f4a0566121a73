"""From a quote to a running premium: what stands in its way, what it costs, what it starts, and what is told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.accounts.sample import arrange
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.mail import read_mailbox
from tests.subscriptions.conftest import AGREED, FOR_WHOM, Buyer, Time

Buyers = Callable[..., Buyer]


@pytest.mark.clause("7.1.9")
def test_a_quote_names_each_line_and_their_sum(buyer: Buyers) -> None:
    quote = buyer().quote("business", 3, "month", phone=2, export=1).json
    assert quote is not None
    assert [(line["code"], line["count"], line["amount"]) for line in quote["lines"]] == [
        ("business", 3, "237.00"), ("pack-export", 1, "20.00"), ("pack-phone", 2, "60.00"),
    ]  # fmt: skip
    assert (quote["price"], quote["currency"], quote["vat"]) == ("317.00", "EUR", "excluded")


@pytest.mark.clause("7.4.1")
@pytest.mark.parametrize(
    "wrong",
    [
        {"plan": "gold"},
        {"plan": "free"},
        {"interval": "week"},
        {"seats": 0},
        {"packs": {"pack-gold": 1}},
        {"packs": {"pack-phone": 0}},
    ],
)
def test_what_is_not_offered_is_refused(buyer: Buyers, wrong: dict[str, Any]) -> None:
    right = {"plan": "starter", "seats": 1, "interval": "year"}
    ada = buyer()
    assert ada.post("/v1/subscription/quotes", right).status_code == 201
    assert ada.post("/v1/subscription/quotes", right | wrong).status_code == 422


@pytest.mark.clause("7.1.7")
def test_a_premium_needs_a_created_workspace(buyer: Buyers) -> None:
    ada = buyer(workspace=False)
    quote = ada.quote().json
    refused = ada.accept(quote)
    assert (refused.status_code, refused.json["code"]) == (409, "workspace-required")  # type: ignore[index]
    ada.create()
    assert ada.accept(quote).status_code == 201


@pytest.mark.clause("7.1.4")
@pytest.mark.parametrize("state", ["validated", "seen", "synchronised"])
def test_a_premium_needs_both_steps_of_the_freemium(app: Flask, kernel: Kernel, owner: psycopg.Connection[Any], state: Any) -> None:
    account = arrange(kernel, "eve@eve-company.example", "nine-boats-under-the-moon", state, "en", sub="sub-eve")
    eve = Buyer(app, kernel, "eve@eve-company.example", account)
    owner.execute("UPDATE workspaces SET name = 'Eve Sales'")
    refused = eve.accept(eve.quote().json)
    assert (refused.status_code, refused.json["code"]) == (409, "freemium-first")  # type: ignore[index]


@pytest.mark.clause("2.Subscriber", "7.1.11")
@pytest.mark.parametrize("missing", ["professional", "authorised_to_bind", "accept_terms"])
def test_each_attestation_and_the_terms_are_needed(buyer: Buyers, owner: psycopg.Connection[Any], missing: str) -> None:
    ada = buyer()
    quote = ada.quote().json
    assert ada.accept(quote, **{missing: False}).status_code == 422
    assert ada.accept(quote, subscriber={**FOR_WHOM, "country": "France"}).status_code == 422
    assert owner.execute("SELECT count(*) FROM premiums").fetchone() == (0,)
    assert ada.accept(quote).status_code == 201
    accepted = owner.execute("SELECT document, workspace_id FROM acceptances WHERE action = 'subscribe'").fetchall()
    assert sorted(accepted) == [(kind, ada.caller.workspace_id) for kind in ("dpa", "plan-sheet", "privacy", "terms")]
    assert owner.execute("SELECT attested_by FROM subscribers").fetchone() == (ada.account_id,)


@pytest.mark.clause("2.User.b")
def test_nobody_subscribes_for_an_entity_without_attesting_that_they_may_bind_it(
    buyer: Buyers, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ada = buyer()
    body = {"quote_id": ada.quote().json["quote_id"], "means": "wire", "subscriber": FOR_WHOM, **AGREED}  # type: ignore[index]
    del body["authorised_to_bind"]
    for given in ({}, {"authorised_to_bind": False}, {"authorised_to_bind": None}, {"authorised_to_bind": "true"}):
        refused = ada.post("/v1/subscription", body | given)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json["errors"]] == ["authorised_to_bind"]  # type: ignore[index]
    for table in ("premiums", "subscribers", "dues"):
        assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # type: ignore[call-overload]
    assert ada.post("/v1/subscription", body | {"authorised_to_bind": True}).status_code == 201
    attested = owner.execute("SELECT attested_by, attested_at FROM subscribers").fetchall()
    assert attested == [(ada.account_id, clock.now())]


def test_the_data_processing_agreement_is_needed(buyer: Buyers) -> None:
    ada = buyer()
    refused = ada.accept(ada.quote().json, accept_dpa=False)
    assert (refused.status_code, refused.json["code"]) == (409, "dpa-required")  # type: ignore[index]


def test_only_means_that_we_take_and_only_an_admin_pays(buyer: Buyers) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    assert ada.accept(ada.quote().json, means="card").status_code == 422
    bob.enter(ada)
    refused = bob.quote()
    assert (refused.status_code, refused.json["code"]) == (403, "admin-required")  # type: ignore[index]


@pytest.mark.clause("7.2.2")
def test_a_workspace_has_one_premium(buyer: Buyers) -> None:
    ada = buyer()
    ada.subscribe()
    refused = ada.accept(ada.quote().json)
    assert (refused.status_code, refused.json["code"]) == (409, "premium-exists")  # type: ignore[index]


def test_the_same_order_sent_twice_is_one_and_another_body_under_its_key_is_refused(
    buyer: Buyers, owner: psycopg.Connection[Any]
) -> None:
    ada = buyer()
    quote = ada.quote().json
    first, again = ada.accept(quote, key="order-1"), ada.accept(quote, key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    other = ada.accept(quote, means="wire", key="order-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")  # type: ignore[index]
    assert owner.execute("SELECT count(*) FROM dues").fetchone() == (1,)


@pytest.mark.clause("9.21", "9.6")
def test_a_debit_starts_the_plan_at_once_with_one_grant_of_each_kind(
    buyer: Buyers, owner: psycopg.Connection[Any], clean: Callable[[], bool]
) -> None:
    ada = buyer()
    due = ada.subscribe("business", 2, phone=1)
    assert (due["amount"], due["state"], due["means"]) == ("188.00", "submitted", "sepa_debit")
    assert ada.pool(owner) == {"phone": 500, "direct_email": 400, "export": 2000, "b2b_email": 1000}
    granted = owner.execute(
        "SELECT l.source, l.kind, count(*) FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'grant' AND l.account_id IS NULL GROUP BY 1, 2"
    ).fetchall()
    assert sorted(granted) == [
        ("purchased", "phone", 1), ("subscription", "b2b_email", 1), ("subscription", "direct_email", 1),
        ("subscription", "export", 1), ("subscription", "phone", 1),
    ]  # fmt: skip
    me = ada.get("/v1/me")
    assert me["plan"] == {"code": "business", "name": "Business"}
    assert me["credits"]["b2b_email"]["unlimited"]["left"] == 10_000
    assert owner.execute("SELECT seats FROM workspaces").fetchone() == (2,)
    assert clean()


@pytest.mark.clause("7.1.15")
def test_a_wire_starts_the_plan_when_all_of_it_is_there(buyer: Buyers, owner: psycopg.Connection[Any], clock: MovableClock) -> None:
    clock.set(datetime.fromisoformat("2026-03-01T10:00:00+01:00"))
    ada = buyer()
    due = ada.subscribe("business", 1, means="wire")
    assert (due["state"], ada.premium["state"], ada.pool(owner)) == ("open", "pending", {})
    assert ada.pay(due, amount="94.79") == {"state": "open", "received": "94.79"}
    assert (ada.premium["state"], ada.pool(owner)) == ("pending", {})
    clock.set(datetime.fromisoformat("2026-03-04T15:00:00+01:00"))
    assert ada.pay(due)["state"] == "paid"
    assert ada.premium["started_on"] == "2026-03-04"
    assert ada.premium["period_ends_at"] == "2026-04-03T22:00:00Z"
    assert ada.pool(owner)["phone"] == 200
    assert ada.pay(due)["state"] == "paid"
    assert ada.pool(owner)["phone"] == 200


def test_a_wire_that_never_came_leaves_room_for_another_order(buyer: Buyers) -> None:
    ada = buyer()
    due = ada.subscribe(means="wire")
    assert ada.pay(due, "failed")["state"] == "dropped"
    assert ada.premium is None
    ada.subscribe()
    assert ada.premium["state"] == "active"


@pytest.mark.clause("10.1.6")
def test_the_price_that_was_shown_holds_until_the_quote_expires(
    buyer: Buyers, clock: MovableClock, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = buyer()
    quote = ada.quote("starter", 1).json
    dearer(monkeypatch)
    assert ada.quote("starter", 1).json["price"] == "59.00"  # type: ignore[index]
    accepted = ada.accept(quote)
    assert (accepted.status_code, accepted.json["amount"]) == (201, "49.00")  # type: ignore[index]
    time.pass_to(clock.now() + timedelta(days=60))
    assert {due[1] for due in ada.dues} == {"49.00"}
    bob = buyer("bob")
    assert bob.quote("starter", 1).json["price"] == "59.00"  # type: ignore[index]


def dearer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new sheet takes force: Starter costs 59."""
    from backend.subscriptions import checkout
    from backend.terms import read_sheet, sheet

    old = read_sheet("2026-03")
    plans = tuple(plan.model_copy(update={"price": plan.price + 10}) if plan.code == "starter" else plan for plan in old.plans)
    new = old.model_copy(update={"version": "2026-04", "plans": plans})

    def read(version: str) -> sheet.Sheet:
        return new if version == new.version else read_sheet(version)

    monkeypatch.setattr(checkout, "current_sheet", lambda *_: new)
    for module in ("premiums", "premium_api"):
        monkeypatch.setattr(f"backend.subscriptions.{module}.read_sheet", read)


def test_an_expired_quote_is_refused(buyer: Buyers, clock: MovableClock) -> None:
    ada = buyer()
    quote = ada.quote().json
    clock.advance(timedelta(days=29, hours=23))
    ada.sign_in()
    clock.advance(timedelta(hours=1))
    refused = ada.accept(quote)
    assert (refused.status_code, refused.json["code"]) == (409, "quote-expired")  # type: ignore[index]


@pytest.mark.clause("7.1.15")
@pytest.mark.parametrize(
    ("at", "started_on", "ends"),
    [
        ("2026-01-31T22:59:59+00:00", "2026-01-31", ["2026-02-27T23:00:00Z", "2026-03-30T22:00:00Z", "2026-04-29T22:00:00Z"]),
        ("2026-01-31T23:00:00+00:00", "2026-02-01", ["2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z"]),
    ],
)
def test_a_debit_starts_on_the_paris_day_of_its_order(
    buyer: Buyers, clock: MovableClock, time: Time, at: str, started_on: str, ends: list[str]
) -> None:
    clock.set(datetime.fromisoformat(at))
    ada = buyer()
    ada.subscribe()
    assert ada.premium["started_on"] == started_on
    for end in ends:
        assert ada.premium["period_ends_at"] == end
        time.pass_to(end)


@pytest.mark.clause("7.1.13")
def test_one_mail_acknowledges_the_order(buyer: Buyers, kernel: Kernel, time: Time, client: FlaskClient) -> None:
    ada = buyer()
    ada.subscribe("business", 3, phone=1)
    time.work()
    time.work()
    with kernel.database.begin() as connection:
        sent = [mail.letter for mail in read_mailbox(connection, kernel.sealer) if mail.letter.to == ada.email]
    [acknowledged] = [letter for letter in sent if "Business" in letter.subject]
    for said in ("Business", "Seats: 3", "€267.00", "2 March 2026", "2 April 2026"):
        assert said in acknowledged.text
    assert "premium-started-month" in ada.told()


def test_what_is_known_of_a_subscriber_is_sealed(buyer: Buyers, owner: psycopg.Connection[Any]) -> None:
    buyer().subscribe()
    [(sealed,)] = owner.execute("SELECT sealed FROM subscribers").fetchall()
    assert b"Acme" not in bytes(sealed)


def test_outside_the_sandbox_nothing_is_ordered_yet(app: Flask, buyer: Buyers) -> None:
    ada = buyer()
    quote = ada.quote().json
    object.__setattr__(ada.kernel.settings, "sandbox", False)
    try:
        refused = ada.accept(quote)
    finally:
        object.__setattr__(ada.kernel.settings, "sandbox", True)
    assert (refused.status_code, refused.json["code"]) == (503, "payments-closed")  # type: ignore[index]
