"""Disputes: a registered letter of either party, fifteen days to meet, fifteen more; then the court, unless they agreed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.ops import read_tasks
from tests.conftest import due_pieces
from tests.ops.conftest import Person

Owner = psycopg.Connection[Any]
Operators = Callable[..., Person]
LETTER = {
    "workspace": "7", "sender": "subscriber", "registered_number": "1A 234 567 8901 2", "received_on": "2026-02-10",
    "about": "Credits that were not granted.", "reason": "the letter came",
}  # fmt: skip


@pytest.fixture(autouse=True)
def count_from_one(owner: Owner) -> None:
    """The first is 1, whatever was taken back before."""
    owner.execute("ALTER SEQUENCE disputes_dispute_id_seq RESTART")


def tasks(kernel: Kernel) -> list[str]:
    with kernel.database.begin() as connection:
        return [f"{task.code}: {task.subject}" for task in read_tasks(connection)]


@pytest.fixture
def olga(operator: Operators, clock: MovableClock) -> Person:
    """Who enters letters, on 10 February."""
    clock.set(datetime.fromisoformat("2026-02-10T15:00:00+01:00"))
    return operator()


@pytest.mark.clause("20.2.1")
@pytest.mark.parametrize("sender", ["provider", "subscriber"])
def test_the_parties_meet_within_fifteen_days_of_receipt(olga: Person, owner: Owner, kernel: Kernel, sender: str) -> None:
    assert olga.send("/ops/disputes", **{**LETTER, "sender": sender}).status_code == 303
    row = owner.execute("SELECT sender, received_on, meet_by FROM disputes").fetchone()
    assert row == (sender, date(2026, 2, 10), date(2026, 2, 25))
    assert tasks(kernel) == ["dispute-meet: dispute 1, by 2026-02-25"]
    assert all(words in olga.get("/ops/disputes").text for words in ("25 February 2026", "12 March 2026", LETTER["about"]))
    assert "25 février 2026" in olga.get("/ops/disputes", "fr").text


@pytest.mark.clause("20.2.2")
def test_without_agreement_the_court_may_be_asked_fifteen_days_later_and_not_before(
    olga: Person, owner: Owner, kernel: Kernel, clock: MovableClock
) -> None:
    olga.send("/ops/disputes", **LETTER)
    for at, escalated in (("2026-03-11T23:59:59+01:00", False), ("2026-03-12T00:00:00+01:00", True)):
        clock.set(datetime.fromisoformat(at))
        for _ in range(2):
            tick(kernel.database.engine, due_pieces(kernel), clock.now())
        assert (tasks(kernel)[1:] == ["dispute-escalated: dispute 1"]) is escalated
        assert owner.execute("SELECT escalated_at IS NOT NULL FROM disputes").fetchone() == (escalated,)


@pytest.mark.clause("20.2.2")
def test_agreed_it_is_closed_and_never_one_for_the_court(olga: Person, owner: Owner, kernel: Kernel, clock: MovableClock) -> None:
    olga.send("/ops/disputes", **LETTER)
    assert olga.send("/ops/disputes/1/agreed", reason="we met").status_code == 422
    assert olga.send("/ops/disputes/1/agreed", reason="we met", agreement="40 credits").status_code == 303
    assert olga.send("/ops/disputes/1/agreed", reason="we met", agreement="50 credits").status_code == 404
    clock.set(datetime.fromisoformat("2026-04-12T00:00:00+02:00"))
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert owner.execute("SELECT escalated_at, agreed_at IS NOT NULL FROM disputes").fetchone() == (None, True)
    assert "40 credits" in olga.get("/ops/disputes").text


def test_a_letter_is_entered_once_whole_and_not_ahead(olga: Person, owner: Owner) -> None:
    for name, wrong in (("workspace", "x"), ("sender", "court"), ("received_on", "2026-02-11"), ("about", ""), ("reason", "")):
        assert olga.send("/ops/disputes", **{**LETTER, name: wrong}).status_code == 422, name
    assert owner.execute("SELECT count(*) FROM disputes").fetchone() == (0,)
    assert olga.send("/ops/disputes", **LETTER).status_code == 303
    assert olga.send("/ops/disputes", **LETTER).status_code == 422
    sealed = str(owner.execute("SELECT * FROM disputes").fetchall())
    assert LETTER["about"] not in sealed
