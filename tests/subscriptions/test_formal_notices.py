"""Formal notices by registered letter: fifteen days after sending, to the second, whoever sent one may terminate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import PARIS, MovableClock
from tests.conftest import Ops
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_breaches import DAY, SECOND, causes, letters_to, premium_of, rows_left, run, state_of
from tests.workspaces.conftest import code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
Clean = Callable[[], bool]
NUMBER = "1A 234 567 8901 2"


@pytest.fixture
def people(directory: Directory) -> Directory:
    """Two people to find."""
    for number in range(2):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010201{number}")
    return directory


@pytest.fixture
def team(buyer: Buyers, people: Directory, clock: MovableClock) -> tuple[Buyer, Buyer, Buyer]:
    """Ada, who runs a Workspace on Business since 2 March, and Bob and Cyd in it."""
    ada, bob, cyd = buyer("ada"), buyer("bob", workspace=False), buyer("cyd", workspace=False)
    ada.subscribe("business", 3)
    bob.enter(ada)
    cyd.enter(ada)
    return ada, bob, cyd


@pytest.fixture
def send(ops: Ops, clock: MovableClock) -> Callable[..., Any]:
    """Enters a notice that is sent now."""

    def enter(ada: Buyer, sender: str, cause: str = "breach", at: datetime | None = None, number: str = NUMBER) -> Any:
        sent = (at or clock.now()).astimezone(PARIS)
        words = ("--from", sender, "--cause", cause, "--sent-at", f"{sent:%Y-%m-%dT%H:%M:%S}", "--registered-number", number)
        return ops("formal-notice", ada.email, *words, reason="This was promised and not done.")

    return enter


def terminate(ada: Buyer, number: str = NUMBER) -> Any:
    return ada.call("POST", "/v1/subscription/terminate", {"registered_number": number})


@pytest.mark.clause("7.5.10")
def test_the_provider_may_terminate_for_breach_at_fifteen_days_and_not_a_second_before(
    team: tuple[Buyer, Buyer, Buyer],
    ops: Ops,
    send: Callable[..., Any],
    owner: Owner,
    clock: MovableClock,
    time: Time,
    clean: Clean,
) -> None:
    ada, bob, cyd = team
    workspace, sent = ada.caller.workspace_id, clock.now()
    assert "17 March 2026 at 10:00" in run(send(ada, "provider"))
    assert ada.told()[0] == "formal-notice-breach"
    assert bob.told()[0] == cyd.told()[0] == "formal-notice-member"
    assert bob.outcome("p0") == "revealed"
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    time.pass_to(sent + 15 * DAY - SECOND)
    assert "are not over" in run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER), 1)
    assert state_of(owner, ada) == "active"
    time.pass_to(sent + 15 * DAY)
    assert premium_of(owner)[0] == "active"
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER))
    assert premium_of(owner) == ("ended", "breach")
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == [None, "active", None]
    assert causes(owner) == {ada.account_id: "breach", cyd.account_id: "breach"}
    assert set(rows_left(owner, workspace).values()) == {0}
    assert owner.execute("SELECT count(*) FROM returns").fetchone() == (0,)
    assert clean()


@pytest.mark.clause("7.5.10")
def test_the_subscriber_may_terminate_at_fifteen_days_and_months_not_begun_are_returned(
    buyer: Buyers,
    people: Directory,
    ops: Ops,
    send: Callable[..., Any],
    owner: Owner,
    clock: MovableClock,
    time: Time,
    clean: Clean,
) -> None:
    ada, bob = buyer("ada"), buyer("bob", workspace=False)
    ada.subscribe("business", 2, "year")
    bob.enter(ada)
    sent = clock.now()
    run(send(ada, "subscriber"))
    assert ada.told()[0] == "formal-notice-subscriber"
    assert "formal-notice-member" not in bob.told()
    shown = ada.get("/v1/subscription/notices")["notices"]
    assert [(one["registered_number"], one["sender"], one["outcome"]) for one in shown] == [(NUMBER, "subscriber", None)]
    time.pass_to(sent + 15 * DAY - SECOND)
    refused = terminate(ada)
    assert code_of(refused) == (409, "notice-running")
    assert datetime.fromisoformat(refused.json["retry_at"]) == sent + 15 * DAY
    assert "are not over" in run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER), 1)
    assert code_of(terminate(bob)) == (403, "admin-required")
    assert code_of(terminate(ada, "2B")) == (404, "notice-unknown")
    time.pass_to(sent + 15 * DAY)
    # Of the twelve months from 2 March one has begun: eleven twelfths of EUR 1,580.
    assert terminate(ada).json == {"returned": "1448.33", "currency": "EUR"}
    assert premium_of(owner) == ("ended", "formal-notice")
    for who in (ada, bob):
        who.sign_in()
        assert who.get("/v1/me")["plan"]["code"] == "free"
    assert [state_of(owner, who) for who in (ada, bob)] == ["active", "active"]
    time.pass_to("2027-03-10T10:00:00+01:00")
    assert owner.execute("SELECT what FROM dues").fetchall() == [("start",)]
    assert clean()


@pytest.mark.clause("7.5.10")
@pytest.mark.parametrize("sender", ["provider", "subscriber"])
def test_once_remedied_nobody_terminates_on_it(
    sender: str, team: tuple[Buyer, Buyer, Buyer], ops: Ops, send: Callable[..., Any], owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada, bob, _ = team
    sent = clock.now()
    run(send(ada, sender))
    time.pass_to(sent + 14 * DAY)
    run(ops("notice-remedied", ada.email, "--registered-number", NUMBER))
    assert ada.told()[0] == bob.told()[0] == "formal-notice-remedied"
    time.pass_to(sent + 16 * DAY)
    assert "no right to terminate" in run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER), 1)
    if sender == "subscriber":
        assert code_of(terminate(ada)) == (409, "notice-closed")
    assert "no right to terminate" in run(ops("notice-remedied", ada.email, "--registered-number", NUMBER), 1)
    assert premium_of(owner) == ("active", None)


def test_operators_terminate_at_the_subscribers_word_too(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, send: Callable[..., Any], owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada = team[0]
    sent = clock.now()
    run(send(ada, "subscriber"))
    time.pass_to(sent + 15 * DAY)
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER))
    assert premium_of(owner) == ("ended", "formal-notice")
    assert [state_of(owner, who) for who in team] == ["active", "active", "active"]


def test_a_notice_to_a_freemium_ends_that_account(
    buyer: Buyers, people: Directory, ops: Ops, send: Callable[..., Any], owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada, sent = buyer("ada"), clock.now()
    assert "no premium" in run(send(ada, "subscriber"), 1)
    run(send(ada, "provider"))
    time.pass_to(sent + 15 * DAY)
    assert ada.outcome("p0") == "revealed"
    run(ops("terminate-after-notice", ada.email, "--registered-number", NUMBER))
    assert causes(owner) == {ada.account_id: "breach"}


def test_what_cannot_be_right_is_not_entered(
    team: tuple[Buyer, Buyer, Buyer], send: Callable[..., Any], ops: Ops, clock: MovableClock, owner: Owner
) -> None:
    ada, bob, _ = team
    assert "cannot have been sent yet" in run(send(ada, "provider", at=clock.now() + SECOND), 1)
    assert "send another" in run(send(ada, "provider", at=clock.now() - 15 * DAY), 1)
    assert "Nothing was unpaid" in run(send(ada, "provider", "non-payment"), 1)
    assert "for breach" in run(send(ada, "subscriber", "non-payment"), 1)
    assert "does not act for the subscriber" in run(send(bob, "provider"), 1)
    assert "No formal notice" in run(ops("notice-remedied", ada.email, "--registered-number", NUMBER), 1)
    run(send(ada, "provider"))
    assert "entered before" in run(send(ada, "provider"), 1)
    assert owner.execute("SELECT count(*) FROM formal_notices").fetchone() == (1,)


@pytest.mark.clause("10.4.5")
@pytest.mark.parametrize("paid", [False, True])
def test_unpaid_at_fifteen_days_it_is_terminated_for_breach_and_the_debt_remains(
    paid: bool,
    team: tuple[Buyer, Buyer, Buyer],
    send: Callable[..., Any],
    owner: Owner,
    clock: MovableClock,
    time: Time,
    clean: Clean,
) -> None:
    ada, bob, cyd = team
    [due] = ada.get("/v1/subscription")["dues"]
    time.pass_to("2026-03-05T10:00:00+01:00")
    ada.pay(due, "failed")
    sent = clock.now()
    run(send(ada, "provider", "non-payment"))
    assert ada.told()[0] == "formal-notice-non-payment"
    assert bob.told()[0] == cyd.told()[0] == "formal-notice-member"
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    time.pass_to(sent + 15 * DAY - SECOND)
    assert [state_of(owner, who) for who in team] == ["active", "active", "active"]
    assert premium_of(owner) == ("frozen", None)
    if paid:
        ada.pay(due)
        assert premium_of(owner) == ("active", None)
        time.pass_to(sent + 16 * DAY)
        assert premium_of(owner) == ("active", None)
        assert [state_of(owner, who) for who in team] == ["active", "active", "active"]
        assert owner.execute("SELECT outcome FROM formal_notices").fetchall() == [("remedied",)]
        assert clean()
        return
    owed = owner.execute("SELECT what, amount, received, state FROM dues").fetchall()
    time.pass_to(sent + 15 * DAY)
    assert premium_of(owner) == ("ended", "breach")
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == [None, "active", None]
    assert "terminated for breach" in letters_to(cyd)[-1]
    assert owner.execute("SELECT what, amount, received, state FROM dues").fetchall() == owed
    assert owed[0][3] == "failed"
    assert clean()


def test_two_workers_terminate_for_non_payment_once(
    team: tuple[Buyer, Buyer, Buyer], send: Callable[..., Any], owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada = team[0]
    ada.pay(ada.get("/v1/subscription")["dues"][0], "failed")
    clock.advance(timedelta(hours=1))
    run(send(ada, "provider", "non-payment"))
    clock.advance(timedelta(days=15))
    time.work_at_once()
    assert len(causes(owner)) == 3
    assert premium_of(owner) == ("ended", "breach")
    assert clean()
