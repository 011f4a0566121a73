"""States of a premium that meet: whatever is told, refused, suspended or owed at once has the end that its own rule gives it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import PARIS, MovableClock
from tests.accounts.standing.conftest import door_of
from tests.conftest import Ops
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.prices.conftest import answer as answer_price
from tests.subscriptions.prices.conftest import dearer, paris
from tests.subscriptions.sheets import Sheets
from tests.subscriptions.test_breaches import DAY, GROUND, SECOND, causes, premium_of, run, state_of
from tests.subscriptions.test_formal_notices import NUMBER
from tests.subscriptions.test_freemium_endings import MONTH_ENDS, not_renew
from tests.subscriptions.test_other_ends import answer, house  # noqa: F401
from tests.subscriptions.test_renewal import start
from tests.terms.conftest import House
from tests.workspaces.conftest import code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
BEGINS, RENEWS = "2026-04-15T10:00:00+02:00", "2026-05-15T00:00:00+02:00"
REFUSES = {"refuse": True, "documents": ["terms"]}
ACCEPTS = {"accept": True, "documents": ["terms"], "which": "announced"}


@pytest.fixture
def refusing(buyer: Buyers, clock: MovableClock, time: Time, house: House) -> Buyer:  # noqa: F811
    """Ada, with two seats of Business by the month since 15 April; terms of 10 May are announced, and she refuses them on 1 May."""
    ada = start(clock, buyer, BEGINS, "business", 2)
    house.draft("terms")
    house.publish(datetime.fromisoformat("2026-05-10T10:00:00+02:00"))
    time.pass_to("2026-05-01T10:00:00+02:00")
    ada.sign_in()
    answer(ada, "refusals", **REFUSES)
    return ada


def start_before_a_dearer_sheet(clock: MovableClock, buyer: Buyers, time: Time, sheets: Sheets) -> Buyer:
    """A starter for two from 15 March on; a sheet at higher prices is announced the day after, for 1 April."""
    clock.set(paris("2026-03-15T10:00"))
    ada = buyer()
    ada.subscribe("starter", 2)
    time.pass_to(paris("2026-03-16T09:00"))
    sheets.announce(dearer, paris("2026-04-01T00:00"))
    return ada


def test_an_end_that_was_asked_for_stays_where_a_refusal_is_taken_back(refusing: Buyer, time: Time, owner: Owner) -> None:
    assert refusing.end()["in_time"] is True
    answer(refusing, "acceptances", **ACCEPTS)
    assert datetime.fromisoformat(refusing.premium["ends_at"]) == datetime.fromisoformat(RENEWS)
    time.pass_to(RENEWS)
    assert premium_of(owner) == ("ended", "non-renewal")


def test_all_who_were_told_of_an_end_hear_that_it_is_taken_back(refusing: Buyer, buyer: Buyers, time: Time) -> None:
    bob = buyer("bob", workspace=False)
    bob.enter(refusing)
    time.pass_to("2026-05-08T10:00:00+02:00")
    bob.sign_in()
    assert "premium-ends-soon" in bob.told()
    refusing.sign_in()
    answer(refusing, "acceptances", **ACCEPTS)
    assert refusing.told()[0] == bob.told()[0] == "premium-goes-on"
    time.pass_to(RENEWS)
    bob.sign_in()
    assert bob.told().count("premium-ends-soon") == 1
    assert bob.premium["period"] == 2


def test_a_refusal_taken_back_leaves_a_switch_announced(refusing: Buyer, time: Time, owner: Owner) -> None:
    assert refusing.post("/v1/subscription/switch", {"notice_days": 0}).status_code == 200  # ends on 31 May
    answer(refusing, "acceptances", **ACCEPTS)
    time.pass_to("2026-05-31T10:00:00+02:00")
    assert premium_of(owner) == ("ended", "data-act-switch")
    assert owner.execute("SELECT count(*) FROM messages WHERE code = 'premium-ends-soon'").fetchone()[0] >= 2  # type: ignore[index]


def test_a_member_who_refused_sleeps_from_the_renewal_on_while_the_others_go_on(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, house: House, directory: Directory  # noqa: F811
) -> None:  # fmt: skip
    directory.add("jan", b2b_email="jan@found.example")
    ada, bob = start(clock, buyer, BEGINS, "business", 2), buyer("bob", workspace=False)
    bob.enter(ada)
    house.draft("terms")
    house.publish(datetime.fromisoformat("2026-05-10T10:00:00+02:00"))
    time.pass_to("2026-05-01T10:00:00+02:00")
    bob.sign_in()
    answer(bob, "refusals", **REFUSES)
    owner.execute("UPDATE permits SET synced_until = '2099-01-01'")
    time.pass_to(datetime.fromisoformat(RENEWS) - SECOND)
    bob.sign_in()
    assert bob.outcome("jan", "b2b_email") == "revealed"
    time.pass_to(RENEWS)
    ada.sign_in()
    bob.sign_in()
    assert code_of(bob.reveal("jan", "b2b_email")) == (403, "terms-required")
    assert ada.outcome("jan", "b2b_email") == "known"
    answer(bob, "acceptances", accept=True)
    assert bob.outcome("jan", "b2b_email") == "known"


def test_a_new_price_waits_while_a_refusal_would_end_the_premium_and_is_told_when_it_goes_on(
    buyer: Buyers, clock: MovableClock, time: Time, house: House, sheet_folder: Sheets  # noqa: F811
) -> None:  # fmt: skip
    clock.set(paris("2026-03-15T10:00"))
    ada = buyer()
    ada.subscribe("starter", 2)
    house.draft("terms")
    house.publish(paris("2026-04-10T10:00"))
    ada.sign_in()
    answer(ada, "refusals", **REFUSES)
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.pass_to(paris("2026-04-08T10:00"))
    ada.sign_in()
    assert ada.premium["new_price"] is None
    answer(ada, "acceptances", **ACCEPTS)
    time.pass_to(paris("2026-05-16T10:00"))  # too late for 15 April, in time for 15 May
    ada.sign_in()
    assert [due[1] for due in ada.dues] == ["98.00", "98.00", "118.00"]


def test_a_price_told_to_somebody_suspended_is_accepted_by_silence_and_billed(
    buyer: Buyers, clock: MovableClock, time: Time, ops: Ops, sheet_folder: Sheets
) -> None:
    ada = start_before_a_dearer_sheet(clock, buyer, time, sheet_folder)
    time.pass_to(paris("2026-03-29T10:00"))
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to(paris("2026-04-15T00:00"))
    ada.sign_in()
    assert (ada.premium["state"], ada.dues[-1]) == ("suspended", ("renewal", "118.00", "submitted"))
    run(ops("breach-cured", ada.email))
    assert ada.premium["state"] == "active"


def test_an_email_received_while_a_new_price_could_be_kept_off_ends_the_period_that_began_at_it(
    buyer: Buyers, clock: MovableClock, time: Time, ops: Ops, owner: Owner, sheet_folder: Sheets
) -> None:
    ada = start_before_a_dearer_sheet(clock, buyer, time, sheet_folder)
    time.pass_to(paris("2026-04-16T10:00"))
    run(ops("end-subscription", ada.email, "--received-at", "2026-04-14T23:59:59"))
    assert premium_of(owner) == ("ended", "non-renewal")
    assert owner.execute("SELECT amount::text FROM returns").fetchall() == [("118.00",)]


def test_at_one_instant_a_switch_ends_the_premium_and_nothing_is_billed(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, BEGINS, "business", 1)
    time.pass_to("2026-05-16T00:00:00+02:00")  # 30 days to 15 June, at midnight
    ada.sign_in()
    assert ada.post("/v1/subscription/switch", {"notice_days": 0}).status_code == 200
    time.pass_to("2026-06-15T00:00:00+02:00")
    assert premium_of(owner) == ("ended", "data-act-switch")
    assert owner.execute("SELECT what FROM dues ORDER BY due_id").fetchall() == [("start",), ("renewal",)]


def test_whoever_bought_a_plan_that_is_unpaid_is_not_deleted_for_a_free_plan_they_did_not_renew(
    buyer: Buyers, time: Time, owner: Owner
) -> None:
    ada = buyer("ada")
    assert not_renew(ada).status_code == 200
    ada.pay(ada.subscribe("business", 1), "failed")
    assert ada.premium["state"] == "frozen"
    time.pass_to(MONTH_ENDS + DAY)
    assert state_of(owner, ada) == "active"
    assert "freemium-renewed-again" in ada.told()
    assert code_of(not_renew(ada)) == (409, "premium-exists")


def test_a_free_plan_suspended_for_breach_buys_nothing_and_is_cured_in_somebody_elses_workspace(
    buyer: Buyers, ops: Ops, directory: Directory, clock: MovableClock
) -> None:
    directory.add("jan", b2b_email="jan@found.example")
    ada, bob = buyer("ada"), buyer("bob")
    run(ops("breach", bob.email, "--clause", GROUND))
    assert code_of(bob.accept(bob.quote("business", 1).json)) == (403, "freemium-suspended")
    ada.subscribe("business", 2)
    bob.enter(ada)
    assert code_of(bob.reveal("jan", "b2b_email")) == (403, "subscription-required")
    assert run(ops("breach", bob.email, "--clause", GROUND), 1)
    run(ops("breach-cured", bob.email))
    assert bob.outcome("jan", "b2b_email") == "revealed"
    assert ada.premium["state"] == "active"


def test_a_notice_about_ones_own_free_plan_survives_the_workspace_and_warns_nobody_else(
    buyer: Buyers, ops: Ops, owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada, bob = buyer("ada"), buyer("bob", workspace=False)
    sent = clock.now().astimezone(PARIS)
    words = ("--from", "provider", "--cause", "breach", "--sent-at", f"{sent:%Y-%m-%dT%H:%M:%S}", "--registered-number", NUMBER)
    run(ops("formal-notice", ada.email, *words))
    ada.subscribe("business", 2)
    bob.enter(ada)
    assert "formal-notice-member" not in bob.told()
    assert [each["registered_number"] for each in ada.get("/v1/subscription/notices")["notices"]] == [NUMBER]
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    deleted = ada.call("DELETE", "/v1/workspace", {"phrase": "delete Acme Sales"})
    assert deleted.status_code == 200
    assert "premium-ended" in ada.told()
    time.pass_to(clock.now() + 15 * DAY)
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER))
    assert causes(owner) == {ada.account_id: "breach"}


def test_the_door_names_the_date_while_the_contracts_own_procedure_runs(
    buyer: Buyers, ops: Ops, clock: MovableClock, time: Time
) -> None:
    ada, begin = buyer("ada"), clock.now()
    ada.subscribe("business", 1)
    run(ops("suspend", ada.email, "--ground", GROUND))
    time.pass_to(begin + 8 * DAY)
    page = ada.app.test_client().get(door_of(ada)).text
    assert (begin + timedelta(days=7 + 21)).isoformat() in page


def test_what_is_bought_while_a_period_is_unpaid_waits_for_its_payment(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, BEGINS, "business", 1, "month", "wire")
    ada.pay(ada.get("/v1/subscription")["dues"][0])
    pack = ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}}).json
    first = ada.get("/v1/subscription")["dues"][0]
    ada.pay(first, "returned")
    assert ada.premium["state"] == "frozen"
    assert ada.pool(owner) == {}
    ada.pay(pack)
    assert ada.pool(owner) == {}
    ada.pay(first)
    assert ada.pool(owner)["phone"] == 300
    assert clean()


def test_a_failed_payment_asks_for_a_legal_rate_that_is_not_there(buyer: Buyers, owner: Owner) -> None:
    ada = buyer("ada")
    ada.pay(ada.subscribe("business", 1), "failed")
    tasks = "SELECT subject FROM ops_tasks WHERE code = 'legal-rate-missing'"
    assert owner.execute(tasks).fetchall() == [("2026-H1",)]


@pytest.mark.parametrize("said", ["accept", "keep"])
def test_an_answer_to_a_price_outlives_a_suspension(
    buyer: Buyers, clock: MovableClock, time: Time, ops: Ops, sheet_folder: Sheets, said: str
) -> None:
    ada = start_before_a_dearer_sheet(clock, buyer, time, sheet_folder)
    time.pass_to(paris("2026-04-01T09:00"))
    ada.sign_in()
    run(ops("breach", ada.email, "--clause", GROUND))
    assert answer_price(ada, said).status_code == 200
    time.pass_to(paris("2026-04-15T00:00"))
    ada.sign_in()
    assert ada.dues[-1][1] == {"accept": "118.00", "keep": "98.00"}[said]
