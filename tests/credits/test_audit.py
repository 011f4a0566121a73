"""`candor audit` finds every way in which a ledger can be cooked."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.credits.audit import CHECKS
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from tests.credits.conftest import BOB, Ledger


@pytest.fixture
def busy(ledger: Ledger, clock: MovableClock) -> Ledger:
    """A ledger with a bit of everything in it."""
    ledger.join(BOB, unlimited_kind="b2b_email")
    ledger.give(3)
    ledger.give(5, to=None, days=3)
    ledger.give(2, "b2b_email", days=2)
    for person in range(5):
        ledger.reveal(person, ("phone", "b2b_email"))
        ledger.reveal(person + 3, ("b2b_email",), by=BOB)
    clock.advance(timedelta(days=4))
    tick(ledger.kernel.database.engine, [Expiry()], clock.now())
    return ledger


def test_an_honest_ledger_has_no_findings(busy: Ledger) -> None:
    assert busy.findings() == []


def _entry(action: str, delta: int, reason: str = "none") -> str:
    return (
        "INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, reason, at) "
        f"SELECT workspace_id, lot_id, kind, '{action}', {delta}, 0, '{reason}', valid_from FROM lots WHERE source = 'unlimited'"
    )


COOKED = {
    "a lot's entries sum to what remains of it": "UPDATE lots SET remaining = remaining - 1 WHERE source = 'unlimited'",
    "every entry carries the lot's balance after it": "UPDATE entries SET balance = balance + 1 WHERE action = 'grant'",
    "a lot's last balance is what remains of it": "UPDATE lots SET remaining = remaining - 1 WHERE source = 'unlimited'",
    "every entry belongs to a lot of its kind": "UPDATE entries SET kind = 'export' WHERE action = 'grant'",
    "every reveal has one entry, of the lot that paid": "DELETE FROM entries WHERE action = 'reveal'",
    "every reveal entry has its reveal": "DELETE FROM reveals WHERE kind = 'phone'",
    "what came along was paid from its own account's lot": (
        "INSERT INTO reveals (workspace_id, person_id, kind, account_id, lot_id, revealed_at, paid_in) "
        "SELECT 9, person_id, kind, 99, lot_id, revealed_at, workspace_id FROM reveals"
    ),
    "what is set aside is what was held and not released": (
        "UPDATE lots SET remaining = remaining - 1, frozen = 1 WHERE source = 'unlimited'"
    ),
    "what is carried out of one lot is carried into another": _entry("carry_out", -1),
    "an exceptional transfer gives what it takes": _entry("void", -1, "exceptional transfer T-1: asked for"),
    "no credit is given back that was not written off": _entry("give_back", 1),
    "a member's month counts no more than was spent": (
        "INSERT INTO member_months (workspace_id, account_id, kind, month_ends_at, spent) VALUES (7, 11, 'phone', now(), 1)"
    ),
    "nothing is below zero or above its grant": (
        "ALTER TABLE lots DROP CONSTRAINT lots_remaining_check; UPDATE lots SET remaining = -1"
    ),
    "a personal lot is spent by its owner only": "UPDATE lots SET account_id = 99 WHERE account_id = 11",
    "a lot is spent within its time only": "UPDATE entries SET at = at - interval '9 years'",
    "no account is granted more than 10,000 unlimited credits a month": (
        "UPDATE entries SET delta = 10001 WHERE reason = 'unlimited'"
    ),
    "no account spends more than 10,000 unlimited credits a month": (
        "INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at) "
        "SELECT workspace_id, lot_id, kind, 'export', -10000, 0, valid_from FROM lots WHERE source = 'unlimited'"
    ),
}


@pytest.mark.parametrize("rule", list(CHECKS))
def test_a_cooked_ledger_is_found_out(busy: Ledger, owner: psycopg.Connection[Any], rule: str) -> None:
    with owner.transaction() as undone:
        owner.execute(COOKED[rule])
        rows = owner.execute(CHECKS[rule]).fetchall()
        raise_to_undo = psycopg.Rollback(undone)
        assert rows
        raise raise_to_undo
    assert busy.findings() == []


@pytest.mark.clause("9.12")
def test_an_expired_lot_is_written_off_with_its_entry(ledger: Ledger, owner: psycopg.Connection[Any], clock: MovableClock) -> None:
    ledger.give(7, days=10)
    clock.advance(timedelta(days=10) - timedelta(seconds=1))
    assert tick(ledger.kernel.database.engine, [Expiry()], clock.now()).done == 0
    assert ledger.reveal(1)["phone"].charged == 1
    clock.advance(timedelta(seconds=1))
    ledger.give(3, days=10)
    assert ledger.reveal(2)["phone"].left == 2
    assert tick(ledger.kernel.database.engine, [Expiry()], clock.now()).done == 1
    assert tick(ledger.kernel.database.engine, [Expiry()], clock.now()).done == 0
    expired = owner.execute("SELECT delta, balance FROM entries WHERE action = 'expire'").fetchall()
    assert expired == [(-6, 0)]
    assert ledger.findings() == []
