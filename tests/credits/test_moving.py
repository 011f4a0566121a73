"""An account that changes its workspace: its lots and what they paid go along, and nothing comes to be twice."""

from datetime import timedelta

import psycopg
import pytest

from backend.credits import carry_permit, close_permit, move_personal, open_permit
from backend.kernel.clock import MovableClock
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from tests.credits.conftest import ANN, BOB, FOREVER, WORKSPACE, Ledger
from tests.credits.rivals import Waiting, held

THERE = 8
ANN_THERE = Caller(ANN.account_id, THERE, 102)
EVE = Caller(66, THERE, 601)


def move(ledger: Ledger, back: bool = False) -> int:
    """Ann goes to the other workspace, or comes back, as leaving and joining do it."""
    here, there = (ANN_THERE, ANN) if back else (ANN, ANN_THERE)
    ledger.do(carry_permit, ANN.account_id, here.workspace_id, there.workspace_id)
    moved: int = ledger.do(move_personal, ANN.account_id, here.workspace_id, there.workspace_id, ledger.now)
    return moved


def test_personal_lots_go_along_with_their_clocks_and_the_pool_stays(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5, days=10)
    ledger.give(2, "export", source="registration")
    ledger.give(9, to=None)
    ledger.reveal(1)
    assert move(ledger) == 4 + 2
    assert ledger.do(move_personal, ANN.account_id, WORKSPACE, THERE, ledger.now) == 0
    assert ledger.left() == [(None, "phone", "subscription", 9)]
    assert sorted(ledger.left(THERE)) == [(11, "export", "registration", 2), (11, "phone", "subscription", 4)]
    clock.advance(timedelta(days=10))
    assert ledger.reveal(2, by=ANN_THERE)["phone"].outcome == "empty"
    assert ledger.findings() == []


def test_who_has_left_spends_nothing_there(ledger: Ledger) -> None:
    ledger.give(9, to=None)
    move(ledger)
    with pytest.raises(Problem, match="session-ended"):
        ledger.reveal(1)
    assert ledger.reveal(1, by=ANN_THERE)["phone"].outcome == "empty"


def test_what_personal_lots_paid_is_known_there_and_what_the_pool_paid_is_not(ledger: Ledger) -> None:
    ledger.give(1)
    ledger.give(1, "export", to=None)
    ledger.reveal(1, ("phone", "export"))
    ledger.join(EVE)
    move(ledger)
    assert ledger.quote([1], EVE).owned == {"phone"}
    ledger.join(BOB)
    assert ledger.quote([1], BOB).owned == {"phone", "export"}
    assert ledger.findings() == []


def test_a_grant_replayed_after_the_move_is_ignored_even_where_all_was_spent(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(1, source="registration", key="registration:abc")
    ledger.reveal(1)
    move(ledger)
    assert not ledger.give(1, source="registration", key="registration:abc", workspace=THERE)
    assert ledger.left(THERE) == []


def test_moving_brings_no_second_10_000(ledger: Ledger, owner: psycopg.Connection[object]) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    ledger.reveal(1, ("b2b_email",))
    move(ledger)
    assert ledger.reveal(2, ("b2b_email",), by=ANN_THERE)["b2b_email"].left == 9_998
    owner.execute("UPDATE lots SET remaining = 0 WHERE workspace_id = 8")
    owner.execute(
        "INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at)"
        " SELECT workspace_id, lot_id, kind, 'correct', -9998, 0, valid_from FROM lots WHERE workspace_id = 8"
    )
    move(ledger, back=True)
    assert ledger.reveal(3, ("b2b_email",))["b2b_email"].outcome == "capped"
    assert ledger.findings() == []


def test_a_reveal_under_way_cannot_make_a_month_that_the_move_has_taken_along(ledger: Ledger) -> None:
    """The move has the permit and is not committed yet; the reveal has read that the account may spend here."""
    ledger.change(ANN, unlimited_kind="b2b_email")
    ledger.join(ANN_THERE, unlimited_kind="b2b_email")
    engine = ledger.kernel.database.engine
    with engine.connect() as connection, held(ledger):
        move_personal(connection, ANN.account_id, WORKSPACE, THERE, ledger.now)
        close_permit(connection, WORKSPACE, ANN.account_id)
        late = Waiting(ledger, lambda mine: ledger.reveal(1, ("b2b_email",), through=mine)["b2b_email"].outcome)
        connection.commit()
        assert late.answer() == "capped"
    assert ledger.left() == []
    assert ledger.reveal(1, ("b2b_email",), by=ANN_THERE)["b2b_email"].left == 9_999
    assert ledger.findings() == []


def test_a_hold_on_the_unlimited_lot_goes_along(ledger: Ledger) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email", held=True)
    move(ledger)
    assert ledger.reveal(1, ("b2b_email",), by=ANN_THERE)["b2b_email"].outcome == "capped"


def test_there_and_back_again_nothing_is_lost_or_won(ledger: Ledger) -> None:
    ledger.give(5, key="one", days=10)
    ledger.reveal(1)
    for back in (False, True, False, True):
        assert move(ledger, back=back) == 4
    assert ledger.left() == [(11, "phone", "subscription", 4)]
    assert ledger.reveal(1)["phone"].outcome == "known"
    assert ledger.findings() == []


def test_a_closed_permit_opens_again_with_every_step_to_do(ledger: Ledger) -> None:
    ledger.give(5)
    ledger.limit(ANN, phone=0)
    ledger.do(close_permit, WORKSPACE, ANN.account_id)
    with pytest.raises(Problem, match="session-ended"):
        ledger.reveal(1)
    for _ in range(2):
        ledger.do(open_permit, WORKSPACE, ANN.account_id, terms_ok=True)
        with pytest.raises(Problem, match="linkedin-sync-required"):
            ledger.reveal(1)
    ledger.change(ANN, synced_until=FOREVER, extension_seen=True, plan_until=FOREVER)
    assert ledger.reveal(1)["phone"].left == 4
