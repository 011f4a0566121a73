"""Rivals for the last credits: no double charge, no credit lost, no false refusal."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.credits.rivals import MEETINGS

Answer = TypeVar("Answer")


def together(calls: list[Callable[[], Answer]]) -> list[Answer]:
    """Run the calls at once, each on a connection of its own."""
    start = threading.Barrier(len(calls))
    answers: list[Answer] = []

    def run(call: Callable[[], Answer]) -> None:
        start.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(calls)
    return answers


@pytest.mark.clause("8.2.6")
def test_many_want_the_last_credit_and_one_gets_it(ledger: Ledger) -> None:
    for round_ in range(10):
        ledger.give(1, to=None)
        calls = [lambda person=round_ * 100 + person: ledger.reveal(person)["phone"].outcome for person in range(8)]  # type: ignore[misc]
        assert Counter(together(calls)) == {"revealed": 1, "empty": 7}
    assert ledger.findings() == []


def test_a_lost_race_for_one_lot_goes_on_to_the_next(ledger: Ledger) -> None:
    for round_ in range(10):
        for _ in range(4):
            ledger.give(1, to=None)
        calls = [lambda person=round_ * 100 + person: ledger.reveal(person)["phone"].outcome for person in range(8)]  # type: ignore[misc]
        assert Counter(together(calls)) == {"revealed": 4, "empty": 4}
    assert ledger.findings() == []


def test_the_same_person_asked_at_once_is_charged_once_and_never_refused(ledger: Ledger) -> None:
    ledger.join(BOB)
    for person in range(10):
        ledger.give(1, to=None)
        calls = [lambda person=person: ledger.reveal(person)["phone"].outcome for _ in range(8)]
        counted = Counter(together(calls))
        assert counted["revealed"] == 1
        assert counted["revealed"] + counted["known"] == 8
    assert ledger.findings() == []


def test_kinds_asked_in_any_order_do_not_lock_each_other_out(ledger: Ledger) -> None:
    kinds = ("b2b_email", "phone", "direct_email")
    for kind in kinds:
        ledger.give(1000, kind, to=None)
    calls = []
    for number in range(8):
        asked = kinds if number % 2 else tuple(reversed(kinds))
        calls.append(lambda asked=asked: [ledger.reveal(person, asked) for person in range(40)])  # type: ignore[misc]
    together(calls)  # type: ignore[arg-type]
    assert ledger.findings() == []


def test_the_unlimited_lot_is_minted_once_by_many(ledger: Ledger) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    calls = [lambda person=person: ledger.reveal(person, ("b2b_email",))["b2b_email"].outcome for person in range(12)]  # type: ignore[misc]
    assert Counter(together(calls)) == {"revealed": 12}
    lots = ledger.kernel.database.call("SELECT remaining FROM lots WHERE workspace_id = %s", (WORKSPACE,))
    assert lots == [(9_988,)]
    assert ledger.findings() == []


@pytest.mark.parametrize("meeting", MEETINGS, ids=lambda meeting: meeting.__name__)
def test_two_calls_that_meet(ledger: Ledger, meeting: Callable[[Ledger], None]) -> None:
    meeting(ledger)
