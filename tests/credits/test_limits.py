"""A member's limit of a month: counted inside the reveal, whichever lot would pay."""

from datetime import timedelta
from typing import Any

import pytest

from backend.credits import read_balances, read_limits
from backend.kernel.clock import MovableClock
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.lookup.conftest import Directory, Seller


def available(ledger: Ledger) -> tuple[int, int | None]:
    balance = read_balances(ledger.kernel.database, ANN.workspace_id, ANN.account_id, ledger.now)["phone"]
    return balance.available, balance.limit_left


def test_the_limit_stops_one_member_and_no_other(ledger: Ledger) -> None:
    ledger.join(BOB)
    ledger.give(10, to=None)
    assert ledger.limit(ANN, phone=2)
    assert [ledger.reveal(person)["phone"].outcome for person in (1, 2)] == ["revealed", "revealed"]
    assert ledger.reveal(3)["phone"] == ("phone", "empty", 0, 0, "member-limit")
    assert ledger.reveal(1)["phone"].outcome == "known"
    assert ledger.reveal(3, by=BOB)["phone"].outcome == "revealed"
    assert ledger.reveal(3)["phone"].outcome == "known"
    assert ledger.findings() == []


def test_what_was_spent_in_the_month_before_the_limit_was_set_counts(ledger: Ledger) -> None:
    ledger.give(10, to=None)
    for person in range(4):
        ledger.reveal(person)
    ledger.limit(ANN, phone=5)
    assert available(ledger) == (1, 1)
    assert [ledger.reveal(person)["phone"].outcome for person in (4, 5)] == ["revealed", "empty"]
    ledger.limit(ANN)
    assert [ledger.reveal(person)["phone"].outcome for person in (5, 6)] == ["revealed", "revealed"]
    ledger.limit(ANN, phone=7)
    assert ledger.reveal(7)["phone"].outcome == "empty"


def test_the_limit_starts_anew_with_the_month_of_paris(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(10, to=None)
    ledger.limit(ANN, phone=1)
    clock.set(clock.now().replace(day=31, hour=21, minute=59))
    assert [ledger.reveal(person)["phone"].outcome for person in (1, 2)] == ["revealed", "empty"]
    clock.advance(timedelta(minutes=1))
    assert [ledger.reveal(person)["phone"].outcome for person in (2, 3)] == ["revealed", "empty"]


def test_what_could_not_be_charged_does_not_count(ledger: Ledger) -> None:
    ledger.limit(ANN, phone=1)
    assert ledger.reveal(1)["phone"] == ("phone", "empty", 0, 0, None)
    assert ledger.reveal(1, showable=[])["phone"].outcome == "not_found"
    ledger.give(5)
    assert available(ledger) == (1, 1)
    assert ledger.reveal(1)["phone"].outcome == "revealed"


def test_another_kind_has_no_limit(ledger: Ledger) -> None:
    ledger.give(5, "b2b_email")
    ledger.limit(ANN, phone=0)
    assert ledger.reveal(1, ("b2b_email",))["b2b_email"].left == 4


def test_limits_are_read_and_replaced(ledger: Ledger) -> None:
    ledger.limit(ANN, phone=3, export=0)
    assert ledger.do(read_limits, WORKSPACE) == {ANN.account_id: {"phone": 3, "export": 0}}
    ledger.limit(ANN, phone=4)
    assert ledger.do(read_limits, WORKSPACE) == {ANN.account_id: {"phone": 4}}
    ledger.limit(ANN)
    assert ledger.do(read_limits, WORKSPACE) == {}
    assert not ledger.limit(BOB, phone=1)


@pytest.mark.parametrize("limits", [{"fax": 1}, {"phone": -1}])
def test_a_limit_that_cannot_be_is_refused(ledger: Ledger, limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no such limits"):
        ledger.limit(ANN, **limits)


def test_the_api_says_that_it_is_the_members_limit(ann: Seller, directory: Directory, kernel: Any) -> None:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    ann.hold(5)
    Ledger(kernel, directory.owner).limit(ann.caller, phone=0)
    answer = ann.reveal("jan")
    assert (answer.status_code, answer.json["code"], answer.json["available"]) == (402, "credits-exhausted", 0)  # type: ignore[index]
    assert "admin of your workspace can raise it" in answer.json["detail"]  # type: ignore[index]
    result = answer.json["results"]["phone"]  # type: ignore[index]
    assert (result["outcome"], result["reason"], result["charged"], result["left"]) == ("empty", "member-limit", 0, 0)
    assert ann.left() == 0
    shown = ann.client.get("/v1/credits", headers={"Authorization": f"Bearer {ann.token}"}).json
    assert shown["phone"]["limit"] == {"left": 0}  # type: ignore[index]
    assert "limit" not in shown["export"]  # type: ignore[index]
