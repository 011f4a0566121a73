"""The function that charges: what is charged, from which lot, and what is free."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.credits import read_balances
from backend.kernel.clock import MovableClock
from backend.kernel.problems import Problem
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger

Remaining = Callable[[], list[int]]


@pytest.mark.clause("2.Credit.b", "2.Credit.e")
def test_a_reveal_costs_one_credit_of_its_kind_and_of_no_other(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5, "phone")
    ledger.give(5, "b2b_email")
    ledger.give(5, "direct_email")
    charge = ledger.reveal(1)["phone"]
    assert (charge.outcome, charge.charged, charge.left) == ("revealed", 1, 4)
    assert remaining() == [4, 5, 5]


def test_looking_again_is_free(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5)
    ledger.reveal(1)
    charge = ledger.reveal(1)["phone"]
    assert (charge.outcome, charge.charged, charge.left) == ("known", 0, 4)
    assert remaining() == [4]


def test_a_teammates_reveal_is_free(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5)
    ledger.join(BOB)
    ledger.reveal(1)
    assert ledger.reveal(1, by=BOB)["phone"].outcome == "known"
    assert remaining() == [4]


@pytest.mark.clause("9.3")
def test_a_personal_lot_never_pays_for_a_teammate(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5)
    ledger.join(BOB)
    charge = ledger.reveal(1, by=BOB)["phone"]
    assert (charge.outcome, charge.charged, charge.left) == ("empty", 0, 0)
    ledger.give(2, to=BOB)
    assert ledger.reveal(1, by=BOB)["phone"].outcome == "revealed"
    assert remaining() == [5, 1]


def test_the_pool_pays_for_every_member(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(2, to=None)
    ledger.join(BOB)
    assert ledger.reveal(1)["phone"].charged == 1
    assert ledger.reveal(2, by=BOB)["phone"].charged == 1
    assert remaining() == [0]


def test_a_kind_never_pays_for_another(ledger: Ledger) -> None:
    ledger.give(5, "b2b_email")
    assert ledger.reveal(1)["phone"].outcome == "empty"


@pytest.mark.clause("8.2.7")
def test_nothing_to_show_costs_nothing(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5)
    charge = ledger.reveal(1, showable=[])["phone"]
    assert (charge.outcome, charge.charged, charge.left) == ("not_found", 0, 5)
    assert ledger.reveal([])["phone"].outcome == "not_found"
    assert remaining() == [5]


def test_a_detail_that_may_no_longer_be_shown_is_not_found_although_it_was_paid(ledger: Ledger) -> None:
    ledger.give(5)
    ledger.reveal(1)
    assert ledger.reveal(1, showable=[])["phone"].outcome == "not_found"


def test_each_kind_has_an_outcome_of_its_own(ledger: Ledger) -> None:
    ledger.give(1, "phone")
    charges = ledger.reveal(1, ("b2b_email", "phone", "direct_email"), showable=("b2b_email", "phone"))
    assert {kind: charge.outcome for kind, charge in charges.items()} == {
        "b2b_email": "empty",
        "phone": "revealed",
        "direct_email": "not_found",
    }


def test_what_would_be_lost_first_is_spent_first(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(1, days=None)
    ledger.give(1, days=30)
    ledger.give(1, days=10)
    states = []
    for person in (1, 2, 3):
        ledger.reveal(person)
        states.append(remaining())
    assert states == [[1, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert ledger.reveal(4)["phone"].outcome == "empty"


def test_an_expired_lot_pays_nothing_from_its_instant_on(ledger: Ledger, clock: MovableClock) -> None:
    ledger.give(5, days=1)
    clock.advance(timedelta(days=1) - timedelta(seconds=1))
    assert ledger.reveal(1)["phone"].outcome == "revealed"
    clock.advance(timedelta(seconds=1))
    assert ledger.reveal(2)["phone"].outcome == "empty"


def test_a_lot_pays_nothing_before_its_first_instant(ledger: Ledger) -> None:
    ledger.give(5, start=ledger.now + timedelta(seconds=1))
    assert ledger.reveal(1)["phone"].outcome == "empty"


def test_a_merged_person_who_was_paid_under_another_id_is_free(ledger: Ledger, remaining: Remaining) -> None:
    ledger.give(5)
    ledger.reveal(30)
    assert ledger.reveal([20, 30])["phone"].outcome == "known"
    assert remaining() == [4]


def test_a_grant_replayed_is_a_grant_ignored(ledger: Ledger, remaining: Remaining) -> None:
    assert ledger.give(5, key="once") is True
    assert ledger.give(5, key="once") is False
    assert remaining() == [5]


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({"state": "suspended", "reason": "Ask us."}, "account-suspended"),
        ({"terms_ok": False}, "terms-required"),
        ({"synced_until": None}, "linkedin-sync-required"),
        ({"extension_seen": False}, "extension-required"),
        ({"plan_until": None}, "subscription-required"),
        ({"state": "ended"}, "session-ended"),
        ({"ended_sessions": [ANN.session_id]}, "session-ended"),
    ],
)
def test_who_may_not_spend_learns_why_and_is_not_charged(
    ledger: Ledger, remaining: Remaining, change: dict[str, Any], obstacle: str
) -> None:
    ledger.give(5)
    ledger.change(ANN, **change)
    with pytest.raises(Problem) as raised:
        ledger.reveal(1)
    assert raised.value.code == obstacle
    assert remaining() == [5]


def test_obstacles_are_told_in_their_order(ledger: Ledger) -> None:
    ledger.change(ANN, state="suspended", terms_ok=False, synced_until=None, extension_seen=False, plan_until=None)
    told = []
    for mend in (
        {"state": "active"},
        {"terms_ok": True},
        {"synced_until": ledger.now + timedelta(days=1)},
        {"extension_seen": True},
        {"plan_until": ledger.now + timedelta(days=1)},
    ):
        with pytest.raises(Problem) as raised:
            ledger.reveal(1)
        told.append(raised.value.code)
        ledger.change(ANN, **mend)
    assert told == [
        "account-suspended",
        "terms-required",
        "linkedin-sync-required",
        "extension-required",
        "subscription-required",
    ]
    assert ledger.reveal(1)["phone"].outcome == "empty"


@pytest.mark.clause("9.15")
def test_the_unlimited_lot_is_made_at_the_first_need_and_pays_before_all_others(
    ledger: Ledger, owner: psycopg.Connection[Any]
) -> None:
    ledger.give(5, "b2b_email", days=1)
    ledger.give(3, "b2b_email", to=None, days=1)
    ledger.give(4, "phone", days=1)
    ledger.change(ANN, unlimited_kind="b2b_email")
    charge = ledger.reveal(1, ("b2b_email",))["b2b_email"]
    assert (charge.outcome, charge.left) == ("revealed", 9_999 + 5 + 3)
    lots = "SELECT account_id, source, remaining FROM lots ORDER BY lot_id"
    others = [(ANN.account_id, "subscription", 5), (None, "subscription", 3), (ANN.account_id, "subscription", 4)]
    assert owner.execute(lots).fetchall() == [*others, (ANN.account_id, "unlimited", 9_999)]
    shown = read_balances(ledger.kernel.database, WORKSPACE, ANN.account_id, ledger.now)["b2b_email"]
    assert (shown.unlimited_left, shown.resets_at) == (9_999, datetime.fromisoformat("2026-04-01T00:00:00+02:00"))
    [program] = ledger.reveal_for_program([2], ["b2b_email"], ["b2b_email"], ANN)
    assert program.outcome == "revealed"
    assert owner.execute(lots).fetchall()[-1] == (ANN.account_id, "unlimited", 9_999)
    assert ledger.findings() == []


def test_what_is_left_counts_the_10_000_before_the_first_of_them_is_spent(ledger: Ledger) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    assert ledger.reveal(1, ("b2b_email",), showable=())["b2b_email"].left == 10_000
    ledger.change(ANN, held=True)
    assert ledger.reveal(1, ("b2b_email",), showable=())["b2b_email"].left == 0


def test_a_month_has_one_unlimited_lot_and_the_next_month_another(
    ledger: Ledger, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    for person in (1, 2):
        ledger.reveal(person, ("b2b_email",))
    clock.advance(timedelta(days=31))
    ledger.reveal(3, ("b2b_email",))
    lots = owner.execute("SELECT remaining, expires_at FROM lots ORDER BY lot_id").fetchall()
    assert [lot[0] for lot in lots] == [9_998, 9_999]
    # The months of Paris: April begins there when March's last UTC day has two hours left.
    assert [lot[1].isoformat() for lot in lots] == ["2026-03-31T22:00:00+00:00", "2026-04-30T22:00:00+00:00"]


def test_after_the_10_000_the_answer_is_capped_unless_another_lot_pays(ledger: Ledger, owner: psycopg.Connection[Any]) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    ledger.reveal(1, ("b2b_email",))
    owner.execute("UPDATE lots SET remaining = 1")
    assert ledger.reveal(2, ("b2b_email",))["b2b_email"].outcome == "revealed"
    assert ledger.reveal(3, ("b2b_email",))["b2b_email"].outcome == "capped"
    ledger.give(1, "b2b_email")
    assert ledger.reveal(3, ("b2b_email",))["b2b_email"].outcome == "revealed"
    assert ledger.reveal(4, ("b2b_email",))["b2b_email"].outcome == "capped"


def test_a_held_unlimited_lot_pays_nothing_but_paid_credits_do(ledger: Ledger, remaining: Remaining) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    ledger.reveal(1, ("b2b_email",))
    ledger.change(ANN, held=True)
    assert ledger.reveal(2, ("b2b_email",))["b2b_email"].outcome == "capped"
    ledger.give(1, "b2b_email")
    assert ledger.reveal(2, ("b2b_email",))["b2b_email"].outcome == "revealed"
    assert remaining() == [9_999, 0]


def test_a_program_never_spends_the_unlimited_lot(ledger: Ledger, owner: psycopg.Connection[Any], kernel: Any) -> None:
    ledger.change(ANN, unlimited_kind="b2b_email")
    ledger.reveal(1, ("b2b_email",))
    call = "SELECT outcome FROM reveal(%s, %s, %s, %s::bigint[], %s::text[], %s::text[], %s, true)"
    asked = (WORKSPACE, ANN.account_id, ANN.session_id, [2], ["b2b_email"], ["b2b_email"], ledger.now)
    assert kernel.database.call(call, asked) == [("empty",)]
    assert owner.execute("SELECT remaining FROM lots").fetchall() == [(9_999,)]
