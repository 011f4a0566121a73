"""What the database itself refuses, whoever asks."""

from typing import Any

import psycopg
import pytest

from tests.credits.conftest import Ledger


@pytest.fixture
def application(settings: Any, ledger: Ledger) -> Any:
    """A connection as the application's role, with one reveal in the ledger."""
    ledger.give(2)
    ledger.reveal(1)
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield connection


@pytest.mark.clause("9.8")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET delta = 0",
        "DELETE FROM entries",
        "TRUNCATE entries",
        "UPDATE reveals SET account_id = 1",
        "DELETE FROM reveals",
        "UPDATE lots SET granted = 100",
        "UPDATE lots SET expires_at = NULL",
        "DELETE FROM lots",
        "DELETE FROM permits",
    ],
)
def test_the_application_may_not_rewrite_the_ledger(application: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lots SET remaining = -1",
        "UPDATE lots SET remaining = granted + 1",
        "UPDATE lots SET kind = 'fax'",
        "UPDATE lots SET source = 'gift'",
        "UPDATE lots SET source = 'unlimited', account_id = NULL",
        "UPDATE lots SET expires_at = valid_from",
        "UPDATE entries SET balance = -1",
        "UPDATE entries SET action = 'steal'",
        "UPDATE entries SET person_id = NULL WHERE action = 'reveal'",
        "UPDATE entries SET delta = -2 WHERE action = 'reveal'",
        "UPDATE permits SET state = 'maybe'",
        "UPDATE permits SET unlimited_kind = 'fax'",
    ],
)
def test_even_the_owner_cannot_write_what_must_never_be(
    owner: psycopg.Connection[Any], application: psycopg.Connection[Any], statement: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute(statement)


def test_a_second_unlimited_lot_in_a_month_is_refused(owner: psycopg.Connection[Any], ledger: Ledger) -> None:
    row = (
        "INSERT INTO lots (workspace_id, account_id, kind, source, rank, granted, remaining, valid_from, expires_at, grant_key) "
        "VALUES (7, 11, 'b2b_email', 'unlimited', 0, 10000, 10000, '2026-03-01', '2026-04-01', %s)"
    )
    owner.execute(row, ("one",))
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(row, ("two",))


def test_a_debit_stays_a_hot_update(owner: psycopg.Connection[Any], ledger: Ledger) -> None:
    ledger.give(100)
    before = _updates(owner, at_least=0)
    for person in range(50):
        ledger.reveal(person)
    ledger.kernel.database.close()
    after = _updates(owner, at_least=before[0] + 50)
    assert after[1] - before[1] >= 0.9 * (after[0] - before[0])


def _updates(owner: psycopg.Connection[Any], at_least: int) -> tuple[int, int]:
    for _ in range(100):
        owner.execute("SELECT pg_stat_clear_snapshot()")
        row = owner.execute("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'lots'").fetchone()
        if row and row[0] >= at_least:
            return row[0], row[1]
        owner.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the server's counters did not arrive")
