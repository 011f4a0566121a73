"""The archive of closed accounts: what is kept, until when, who may read it, and what puts its end off (X19)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts.archive import EvidencePurge
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.accounts.conftest import Newcomer
from tests.accounts.standing.conftest import Buyer, Ops, Person, Time
from tests.accounts.standing.test_deletion import delete
from tests.workspaces.conftest import PASSWORD, code_of

Owner = psycopg.Connection[Any]


def kept(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT account_id, purge_at FROM closed_accounts ORDER BY account_id").fetchall()


def purge(kernel: Kernel) -> bool:
    with kernel.database.begin() as connection:
        return EvidencePurge(kernel).run(connection, kernel.clock.now())


def test_evidence_goes_five_years_after_the_end_with_what_was_done_from_the_account(
    app: Flask, kernel: Kernel, ben: Person, cid: Person, clock: MovableClock, owner: Owner
) -> None:
    assert delete(ben).status_code == 204
    assert kept(owner) == [(ben.account_id, datetime(2031, 3, 2, 9, 0, tzinfo=UTC))]
    clock.set(datetime(2031, 3, 2, 8, 59, 59, tzinfo=UTC))
    assert purge(kernel) is False
    assert owner.execute("SELECT count(*) FROM account_actions WHERE account_id = %s", (ben.account_id,)).fetchone() == (1,)
    clock.advance(timedelta(seconds=1))
    cid.sign_in()
    assert cid.create("Cid's Cider").status_code == 201
    assert [purge(kernel), purge(kernel)] == [True, False]
    assert kept(owner) == []
    assert owner.execute("SELECT DISTINCT account_id FROM account_actions").fetchall() == [(cid.account_id,)]
    # The digest of the address outlives everything: it opens no other account.
    assert code_of(Newcomer(app, kernel, ben.email, PASSWORD).sign_up()) == (409, "email-retired")


def test_a_terminated_accounts_row_goes_with_its_evidence(
    app: Flask, kernel: Kernel, ben: Person, ops: Ops, clock: MovableClock, owner: Owner
) -> None:
    assert ops("terminate", ben.email, reason="The password was sold.").exit_code == 0
    assert owner.execute("SELECT state FROM accounts").fetchall() == [("terminated",)]
    clock.set(datetime(2031, 3, 2, 9, 0, tzinfo=UTC))
    assert purge(kernel) is True
    assert owner.execute("SELECT state FROM accounts").fetchall() == []
    assert owner.execute("SELECT count(*) FROM logins").fetchone() == (0,)
    assert code_of(Newcomer(app, kernel, ben.email, PASSWORD).sign_up()) == (409, "email-retired")


def test_evidence_stays_as_long_as_something_is_owed(
    buyer: Callable[..., Buyer], kernel: Kernel, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = buyer()
    due = ada.subscribe("business", 2)
    ada.pay(due, "failed")
    assert delete(ada).status_code == 204
    [(_, ends_at)] = kept(owner)
    assert owner.execute("SELECT state FROM dues").fetchall() == [("failed",)]
    clock.set(ends_at)
    assert purge(kernel) is True
    assert kept(owner) == [(ada.account_id, ends_at + timedelta(days=30))]
    assert purge(kernel) is False
    owner.execute("UPDATE dues SET state = 'paid', paid_at = %s", (clock.now(),))
    clock.advance(timedelta(days=30))
    assert purge(kernel) is True
    assert kept(owner) == []


@pytest.mark.parametrize("statement", [
    "SELECT evidence FROM closed_accounts", "SELECT * FROM closed_accounts", "SELECT cause FROM closed_accounts",
    "UPDATE closed_accounts SET evidence = ''", "DELETE FROM closed_accounts", "SELECT purge_evidence(1, '2031-03-02T08:59:59Z')",
])  # fmt: skip
def test_the_application_neither_reads_nor_removes_what_is_kept(kernel: Kernel, ben: Person, owner: Owner, statement: str) -> None:
    assert delete(ben).status_code == 204
    with kernel.database.begin() as connection, pytest.raises(Exception, match=r"permission denied|is kept still"):
        connection.exec_driver_sql(statement)
    assert len(kept(owner)) == 1


def test_two_workers_purge_once(kernel: Kernel, ben: Person, clock: MovableClock, owner: Owner) -> None:
    assert delete(ben).status_code == 204
    clock.set(datetime(2031, 3, 2, 9, 0, tzinfo=UTC))
    piece = EvidencePurge(kernel)
    with kernel.database.begin() as one, kernel.database.begin() as other:
        assert [piece.run(one, clock.now()), piece.run(other, clock.now())] == [True, False]
    assert kept(owner) == []
