"""Ends that are not the period's own: terms refused, a notice by email, a switch to another provider, early termination."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from backend.kernel import Kernel
from backend.kernel.clock import PARIS, MovableClock
from backend.kernel.ops import make_operator
from backend.ops_cli import ops_command
from backend.subscriptions.switching import switch_charge
from backend.terms import read_sheet
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_renewal import start
from tests.terms.conftest import ACT, NEW, House

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
SECOND = timedelta(seconds=1)


@pytest.fixture
def house(kernel: Kernel, clock: MovableClock, tmp_path: Path) -> House:
    """Candor as Olga runs it."""
    with kernel.database.begin() as connection:
        make_operator(connection, ACT.by, "admin", clock.now())
    return House(kernel, clock, tmp_path)


def answer(buyer: Buyer, what: str, **body: Any) -> None:
    answered = buyer.post(f"/v1/terms/{what}", body)
    assert answered.status_code == 204, answered.text


def terms_of(buyer: Buyer) -> tuple[str, str]:
    """Version and SHA-256 of the terms that hold for somebody."""
    (mine,) = [each for each in buyer.get("/v1/terms")["mine"] if each["document"] == "terms"]
    return mine["version"], mine["sha256"]


@pytest.mark.clause("18.4")
def test_who_refuses_keeps_the_old_terms_to_the_end_and_then_sleeps_until_the_new_ones_are_accepted(
    buyer: Buyers,
    clock: MovableClock,
    time: Time,
    owner: Owner,
    house: House,
    directory: Directory,
    clean: Callable[[], bool],
) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 2, "year")
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    old = terms_of(ada)
    time.pass_to("2027-03-30T10:00:00+02:00")
    house.draft("terms")
    house.publish(datetime.fromisoformat("2027-04-14T10:00:00+02:00"))
    time.pass_to("2027-04-05T00:00:00+02:00")  # ten days before the end, long after the last day of a notice
    ada.sign_in()
    answer(ada, "refusals", refuse=True, documents=["terms"])
    assert "premium-ending-refused" in ada.told()
    directory.add("jan", b2b_email="jan@found.example")
    owner.execute("UPDATE permits SET synced_until = '2099-01-01'")  # whose renewal has its own tests
    end = datetime.fromisoformat("2027-04-15T00:00:00+02:00")
    assert datetime.fromisoformat(ada.premium["ends_at"]) == end
    time.pass_to(end - SECOND)
    assert terms_of(ada) == old
    assert terms_of(bob)[0] == NEW
    assert ada.outcome("jan", "b2b_email") == "revealed"
    time.pass_to(end)
    assert owner.execute("SELECT state, end_reason, period FROM premiums").fetchall() == [("ended", "terms-refused", 1)]
    assert owner.execute("SELECT what FROM dues").fetchall() == [("start",)]
    for who in (ada, bob):
        who.sign_in()
    assert ada.get("/v1/me")["plan"]["code"] == "free"
    assert ada.get("/v1/me/export")["account"]["email"] == ada.email
    refused = ada.reveal("jan", "b2b_email")
    assert (refused.status_code, refused.json["code"]) == (403, "terms-required")  # type: ignore[index]
    assert bob.outcome("jan", "b2b_email") == "revealed"
    time.pass_to("2027-07-20T10:00:00+02:00")
    ada.sign_in()
    assert ada.reveal("jan", "b2b_email").status_code == 403
    granted = (
        "SELECT count(*) FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'grant' AND l.account_id = %s AND e.at >= %s"
    )
    assert owner.execute(granted, (ada.account_id, end)).fetchone() == (0,)
    answer(ada, "acceptances", accept=True)
    assert ada.outcome("jan", "b2b_email") in ("revealed", "known")
    phrase = ada.get("/v1/me/deletion")["phrase"]
    gone = ada.post("/v1/me/deletion", {"phrase": phrase, "password": "nine-boats-under-the-moon"})
    assert gone.status_code == 204
    assert clean()


def test_a_sleeping_account_is_deleted_like_any_other(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, house: House, directory: Directory
) -> None:
    clock.set(datetime.fromisoformat("2026-05-31T10:00:00+02:00"))
    ada = buyer("ada", workspace=False)
    house.draft("terms")
    house.publish(datetime.fromisoformat("2026-06-20T10:00:00+02:00"))
    time.pass_to("2026-06-10T10:00:00+02:00")
    ada.sign_in()
    answer(ada, "refusals", refuse=True, documents=["terms"])
    directory.add("jan", b2b_email="jan@found.example")
    end = datetime.fromisoformat("2026-06-30T00:00:00+02:00")
    time.pass_to(end - SECOND)
    ada.sign_in()
    assert ada.outcome("jan", "b2b_email") == "revealed"
    time.pass_to(end)
    ada.sign_in()
    assert ada.reveal("jan", "b2b_email").json["code"] == "terms-required"  # type: ignore[index]
    phrase = ada.get("/v1/me/deletion")["phrase"]
    assert ada.post("/v1/me/deletion", {"phrase": phrase, "password": "nine-boats-under-the-moon"}).status_code == 204


def test_accepting_before_the_end_takes_the_refusal_back(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, house: House
) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 2)
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    house.draft("terms")
    house.publish(datetime.fromisoformat("2026-05-10T10:00:00+02:00"))
    time.pass_to("2026-05-01T10:00:00+02:00")
    for who in (bob, ada):
        who.sign_in()
        answer(who, "refusals", refuse=True, documents=["terms"])
    assert ada.premium["ends_at"] == "2026-05-14T22:00:00Z"
    answer(bob, "acceptances", accept=True, documents=["terms"], which="announced")
    assert ada.premium["ends_at"] == "2026-05-14T22:00:00Z"
    answer(ada, "acceptances", accept=True, documents=["terms"], which="announced")
    assert ada.premium["ends_at"] is None
    time.pass_to("2026-05-15T00:00:00+02:00")
    ada.sign_in()
    assert ada.premium["period"] == 2


def test_a_refusal_takes_back_no_end_that_was_asked_for(buyer: Buyers, clock: MovableClock, time: Time, house: House) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 1)
    house.draft("terms")
    house.publish(datetime.fromisoformat("2026-05-14T10:00:00+02:00"))
    time.pass_to("2026-05-13T10:00:00+02:00")
    ada.sign_in()
    assert ada.end()["in_time"] is False
    answer(ada, "refusals", refuse=True, documents=["terms"])
    assert ada.premium["ends_at"] == "2026-05-14T22:00:00Z"
    answer(ada, "acceptances", accept=True, documents=["terms"], which="announced")
    assert ada.premium["ends_at"] == "2026-05-14T22:00:00Z"


def command(monkeypatch: pytest.MonkeyPatch, kernel: Kernel, *words: str) -> str:
    """What a command of `candor ops` says."""
    monkeypatch.setattr("backend.kernel.ops.kernel_of_command", lambda: kernel)
    said = CliRunner().invoke(ops_command, [*words, "--by", ACT.by, "--reason", "an email of the subscriber"])
    assert said.exit_code == 0, said.output
    return said.output


@pytest.mark.clause("7.5.1")
@pytest.mark.parametrize(
    ("received", "entered", "ends"),
    [
        ("2026-05-12T00:00:00", "2026-05-13T12:00:00+02:00", "2026-05-14T22:00:00+00:00"),
        ("2026-05-13T00:00:01", "2026-05-13T12:00:00+02:00", "2026-06-14T22:00:00+00:00"),
        ("2026-05-13T00:00:00", "2026-05-16T12:00:00+02:00", "2026-05-16T10:00:00+00:00"),
        ("2026-05-13T00:00:01", "2026-05-16T12:00:00+02:00", "2026-06-14T22:00:00+00:00"),
    ],
)
def test_an_end_by_email_counts_from_its_receipt_whenever_it_is_entered(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, house: House, clean: Callable[[], bool],
    monkeypatch: pytest.MonkeyPatch, received: str, entered: str, ends: str,
) -> None:  # fmt: skip
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 1)
    time.pass_to(entered)
    words = ("end-subscription", ada.email, "--received-at", received, "--way", "non-renewal")
    said = command(monkeypatch, ada.kernel, *words)
    assert said == f"It ends at {datetime.fromisoformat(ends).astimezone(PARIS):%Y-%m-%d %H:%M}.\n"
    heard = datetime.fromisoformat(received).replace(tzinfo=PARIS)
    assert owner.execute("SELECT end_channel, end_heard_at, end_reason FROM premiums").fetchall() == [
        ("email", heard, "non-renewal")
    ]
    time.pass_to("2026-07-01T10:00:00+02:00")
    assert owner.execute("SELECT state, ended_at FROM premiums").fetchall() == [("ended", datetime.fromisoformat(ends))]
    undone = owner.execute("SELECT amount::text FROM returns").fetchall()
    assert undone == ([("79.00",)] if ends.startswith("2026-05-16") else [])
    assert clean()


def test_an_end_in_the_account_says_so(buyer: Buyers, clock: MovableClock, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 1)
    ada.end()
    assert owner.execute("SELECT end_channel, end_heard_at FROM premiums").fetchall() == [("account", clock.now())]


@pytest.mark.clause("R51")
def test_a_switch_has_two_months_of_notice_at_most_and_thirty_days_of_use_then_everybody_is_on_a_freemium(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, directory: Directory, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 2, "year")
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    ada.pay(ada.get("/v1/subscription")["dues"][0])
    assert bob.post("/v1/subscription/switch", {"notice_days": 1}).status_code == 403
    refused = ada.post("/v1/subscription/switch", {"notice_days": 62})
    assert (refused.status_code, refused.json["code"]) == (422, "notice-too-long")  # type: ignore[index]
    asked = ada.post("/v1/subscription/switch", {"notice_days": 61}).json
    end = datetime.fromisoformat("2026-07-15T10:00:00+02:00")  # 15 June and 30 days
    assert (datetime.fromisoformat(asked["ends_at"]), asked["charge"]) == (end, "0.00")  # type: ignore[index]
    assert ada.post("/v1/subscription/switch", {"notice_days": 0}).json["ends_at"] == asked["ends_at"]  # type: ignore[index]
    assert datetime.fromisoformat(ada.premium["ends_at"]) == end
    assert "premium-switching" in ada.told()
    directory.add("jan", b2b_email="jan@found.example")
    owner.execute("UPDATE permits SET synced_until = '2099-01-01'")
    time.pass_to(end - SECOND)
    for who in (ada, bob):
        who.sign_in()
    assert ada.premium["state"] == "active"
    assert ada.outcome("jan", "b2b_email") == "revealed"
    exported = ada.get("/v1/me/export")
    assert [value["value"] for reveal in exported["reveals"] for value in reveal["values"]] == ["jan@found.example"]
    time.pass_to(end)
    assert owner.execute("SELECT state, end_reason FROM premiums").fetchall() == [("ended", "data-act-switch")]
    for who in (ada, bob):
        who.sign_in()
        me = who.get("/v1/me")
        assert (me["account"]["state"], me["plan"]["code"]) == ("active", "free")
    assert owner.execute("SELECT count(*) FROM messages WHERE code = 'premium-ends-soon'").fetchone() == (6,)
    assert clean()
    costly = read_sheet("2026-03").policy.model_copy(update={"switch_charge": Decimal("10.00")})
    assert switch_charge(costly, date(2027, 1, 11)) == Decimal("10.00")
    assert switch_charge(costly, date(2027, 1, 12)) == 0
    assert read_sheet("2026-03").policy.switch_charge == 0


def test_of_a_year_that_began_during_a_switch_months_not_begun_are_returned(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 1, "year")
    time.pass_to("2027-04-01T10:00:00+02:00")
    ada.sign_in()
    assert ada.post("/v1/subscription/switch", {"notice_days": 0}).status_code == 200
    time.pass_to("2027-05-02T10:00:00+02:00")
    assert owner.execute("SELECT amount::text, reason FROM returns").fetchall() == [("724.17", "data-act-switch")]


@pytest.mark.clause("7.4.5")
def test_a_period_that_was_begun_is_due_in_full(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 1, "year")
    ada.pay(ada.get("/v1/subscription")["dues"][0])
    time.pass_to("2026-10-15T10:00:00+02:00")
    ada.sign_in()
    ada.end("early")
    time.pass_to("2027-04-15T00:00:00+02:00")
    assert owner.execute("SELECT state, end_reason FROM premiums").fetchall() == [("ended", "early")]
    assert owner.execute("SELECT coalesce(sum(amount + vat), 0.00) FROM returns").fetchone() == (Decimal("0.00"),)
    assert owner.execute("SELECT what, amount::text, state FROM dues").fetchall() == [("start", "790.00", "paid")]
