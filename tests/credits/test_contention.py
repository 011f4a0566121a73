"""Rivals for the last credits: no double charge, no credit lost, no false refusal."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.credits.races import race, together
from tests.credits.rivals import MEETINGS


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


def test_24_connections_on_the_last_credits_are_told_what_some_order_explains(ledger: Ledger) -> None:
    seen: Counter[str] = Counter()
    for seed in range(5):
        ledger.start_anew()
        seen.update(call.outcome for call in race(ledger, seed=seed).calls)
    assert set(seen) == {"revealed", "known", "empty"}
