"""What becomes of credits when what they hang on ends, is not paid for, or goes on: void, hold and release, carry, write off."""

from datetime import timedelta

import pytest

from backend.credits import carry_kept, freeze_grant, release_grant, void_lots, write_off
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from tests.credits.conftest import ANN, WORKSPACE, Ledger

MONTH = timedelta(days=30)


def expire(ledger: Ledger) -> int:
    return tick(ledger.kernel.database.engine, [Expiry()], ledger.now).done


def test_a_pool_is_voided_once_and_personal_lots_are_left_alone(ledger: Ledger) -> None:
    ledger.give(5, to=None)
    ledger.give(3, "export", to=None)
    ledger.give(2)
    ledger.reveal(1)
    ledger.reveal(2)
    ledger.reveal(3)
    assert ledger.do(void_lots, WORKSPACE, ledger.now, "ended", account_id=None) == 5 + 3 - 3
    assert ledger.do(void_lots, WORKSPACE, ledger.now, "ended", account_id=None) == 0
    assert ledger.lines("void") == [("void", "phone", -2, 0, "ended"), ("void", "export", -3, 0, "ended")]
    assert ledger.left() == [(ANN.account_id, "phone", "subscription", 2)]
    assert ledger.findings() == []


def test_of_an_account_only_the_named_sources_are_voided(ledger: Ledger) -> None:
    for source in ("registration", "reward", "subscription"):
        ledger.give(4, source=source)
    assert ledger.do(void_lots, WORKSPACE, ledger.now, "ended", account_id=ANN.account_id, sources=["reward"]) == 4
    assert [source for _, _, source, _ in ledger.left()] == ["registration", "subscription"]


def test_unspent_credits_are_set_aside_until_they_are_paid_for(ledger: Ledger) -> None:
    ledger.give(5, key="order:1", to=None, source="purchased", days=30)
    ledger.reveal(1)
    for expected in (4, 0):
        assert ledger.do(freeze_grant, WORKSPACE, "order:1", ledger.now, "debit failed") == expected
    assert ledger.reveal(2)["phone"].outcome == "empty"
    assert ledger.findings() == []
    for expected in (4, 0):
        assert ledger.do(release_grant, WORKSPACE, "order:1", ledger.now, "paid") == expected
    assert ledger.reveal(2)["phone"].left == 3
    assert ledger.lines("hold", "release") == [
        ("hold", "phone", -4, 0, "debit failed"),
        ("release", "phone", 4, 4, "paid"),
    ]
    assert ledger.findings() == []


def test_what_is_set_aside_ends_with_its_time_and_with_the_pool(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5, key="late", days=10, to=None)
    ledger.give(5, key="void", to=None)
    for key in ("late", "void"):
        ledger.do(freeze_grant, WORKSPACE, key, ledger.now, "debit failed")
    clock.advance(timedelta(days=10))
    assert ledger.do(release_grant, WORKSPACE, "late", ledger.now, "paid") == 0
    assert ledger.do(void_lots, WORKSPACE, ledger.now, "ended", account_id=None) == 5
    assert ledger.do(release_grant, WORKSPACE, "void", ledger.now, "paid") == 0
    assert ledger.left() == []
    assert ledger.findings() == []


@pytest.mark.clause("9.14", "9.25", "9.30")
@pytest.mark.parametrize("written_off_first", [False, True])
def test_a_plan_that_keeps_carries_its_own_credits_and_nothing_else(
    ledger: Ledger, clock: MovableClock, written_off_first: bool
) -> None:
    ledger.give(42, to=None, days=30, key="p1", keeps=True)
    ledger.give(7, to=None, days=30, key="order:1", source="purchased")
    ledger.give(10, days=30, source="reward")
    for person in (1, 2):
        ledger.reveal(person)
    clock.advance(MONTH)
    if written_off_first:
        assert expire(ledger) == 3
    ledger.give(42, to=None, days=30, key="p2", keeps=True)
    for expected in (40, 0):
        assert ledger.do(carry_kept, WORKSPACE, "p1", "p2", ledger.now, ledger.now + MONTH) == expected
    expire(ledger)
    assert [line[2] for line in ledger.lines("carry_in")] == [40]
    expired = [line[2] for line in ledger.lines("expire", "give_back")]
    assert sorted(expired) == ([-40, -10, -7, 40] if written_off_first else [-10, -7])
    assert [left for _, _, _, left in ledger.left()] == [42, 40]
    assert ledger.findings() == []


@pytest.mark.clause("9.14")
def test_without_a_renewal_or_without_the_flag_they_are_lost(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(40, to=None, days=30, key="kept", keeps=True)
    ledger.give(40, to=None, days=30, key="plain")
    clock.advance(MONTH)
    assert ledger.do(carry_kept, WORKSPACE, "plain", "next", ledger.now, ledger.now + MONTH) == 0
    assert expire(ledger) == 2
    assert ledger.left() == []
    assert [line[2] for line in ledger.lines("expire")] == [-40, -40]


def test_what_was_carried_is_carried_again_with_its_period(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5, to=None, days=30, key="p1", keeps=True)
    for period in (1, 2, 3):
        clock.advance(MONTH)
        expire(ledger)
        ledger.give(1, to=None, days=30, key=f"p{period + 1}", keeps=True)
        carried = ledger.do(carry_kept, WORKSPACE, f"p{period}", f"p{period + 1}", ledger.now, ledger.now + MONTH)
        assert carried == 4 + period
    assert sum(left for _, _, _, left in ledger.left()) == 8
    assert ledger.findings() == []


def test_a_running_lot_is_not_carried(ledger: Ledger) -> None:
    ledger.give(5, to=None, days=30, key="p1", keeps=True)
    assert ledger.do(carry_kept, WORKSPACE, "p1", "p2", ledger.now, ledger.now + 2 * MONTH) == 0


def test_what_is_over_may_be_written_off_for_a_reason_of_its_own(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5, to=None, days=30, keeps=True)
    ledger.give(5, to=None, days=31)
    clock.advance(MONTH)
    for expected in (5, 0):
        assert ledger.do(write_off, WORKSPACE, ledger.now, "downgrade", account_id=None) == expected
    assert ledger.lines("expire") == [("expire", "phone", -5, 0, "downgrade")]
    assert expire(ledger) == 0
    assert ledger.findings() == []
