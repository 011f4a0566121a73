"""Those who run Candor: what they do has a name and a reason, and stays in the log."""

from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.ops import Act, NoOperator, NoReason, log_act, make_operator


def act(kernel: Kernel, by: str, reason: str) -> None:
    with kernel.database.begin() as connection:
        log_act(connection, Act(by, reason), "account.suspend", "account 7", kernel.clock.now())


def test_an_act_is_logged_with_its_operator_and_reason(kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    with kernel.database.begin() as connection:
        assert make_operator(connection, "olga", "admin", kernel.clock.now())
        assert not make_operator(connection, "olga", "viewer", kernel.clock.now())
    act(kernel, "olga", " asked by the user ")
    assert owner.execute("SELECT by, action, subject, reason FROM ops_log").fetchall() == [
        ("olga", "account.suspend", "account 7", "asked by the user")
    ]


@pytest.mark.parametrize(("by", "reason", "raised"), [("olga", "  ", NoReason), ("nobody", "a reason", NoOperator)])
def test_without_a_reason_or_an_operator_nothing_is_done(kernel: Kernel, by: str, reason: str, raised: type[Exception]) -> None:
    with kernel.database.begin() as connection:
        make_operator(connection, "olga", "admin", kernel.clock.now())
    with pytest.raises(raised):
        act(kernel, by, reason)


@pytest.mark.parametrize("statement", ["UPDATE ops_log SET reason = 'none'", "DELETE FROM ops_log"])
def test_the_log_can_only_be_added_to(kernel: Kernel, statement: str) -> None:
    with kernel.database.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql(statement)
