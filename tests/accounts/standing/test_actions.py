"""What was done from an account is written down with it, and nobody takes it back (6.2.6). An old password is mentioned."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask, g

from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.provider import Member
from backend.accounts.synchronising import SyncRefused, synchronise
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.accounts.conftest import Newcomer
from tests.accounts.standing.conftest import Person
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import PASSWORD


def actions_of(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT account_id, session_id, action FROM account_actions ORDER BY action_id").fetchall()


def test_each_change_that_succeeded_is_written_once_with_its_session(ben: Person, owner: psycopg.Connection[Any]) -> None:
    assert ben.create("Ben's Boats").status_code == 201
    assert ben.create("Again").status_code >= 400
    ben.get("/v1/me")
    mine = (ben.account_id, ben.caller.session_id)
    assert actions_of(owner) == [(*mine, "POST /v1/workspaces")]
    assert ben.call("PUT", "/v1/password", {"current": PASSWORD, "password": "eleven-hats-in-a-row"}).status_code == 204
    assert ben.call("DELETE", "/v1/sessions/current").status_code == 204
    assert actions_of(owner)[1:] == [(*mine, "PUT /v1/password"), (*mine, "DELETE /v1/sessions/current")]


@pytest.mark.clause("6.2.6")
def test_a_change_and_its_line_stand_or_fall_together(
    ben: Person, ann: Person, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> bool:
        raise RuntimeError

    before = len(actions_of(owner))
    with monkeypatch.context() as broken:
        broken.setattr("backend.accounts.actions.note_change", fail)
        assert ben.create("Ben's Boats").status_code == 500
    assert owner.execute("SELECT count(*) FROM workspaces WHERE name = 'Ben''s Boats'").fetchone() == (0,)
    assert len(actions_of(owner)) == before
    # What comes after the change may be lost in a crash; the line is not.
    monkeypatch.setattr("backend.accounts.callers.note_action", fail)
    assert ben.create("Ben's Boats").status_code == 201
    assert ann.invite(ben.email).status_code == 201
    assert [(row[0], row[2]) for row in actions_of(owner)[before:]] == [
        (ben.account_id, "POST /v1/workspaces"),
        (ann.account_id, "POST /v1/workspace/invitations"),
    ]


def test_a_transaction_that_is_undone_leaves_the_line_to_the_next(
    app: Flask, kernel: Kernel, ben: Person, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    def change(*, fail: bool) -> None:
        with kernel.database.begin() as connection:
            connection.exec_driver_sql("UPDATE accounts SET lang = 'fr'")
            if fail:
                connection.exec_driver_sql("SELECT 1 / 0")

    with app.test_request_context():
        g.line = {"account_id": ben.account_id, "session_id": None, "action": "POST /v1/anything", "at": clock.now()}
        with pytest.raises(Exception, match="division by zero"):
            change(fail=True)
        assert "line" in g
        with kernel.database.begin() as connection:
            connection.exec_driver_sql("SELECT lang FROM accounts")
        assert actions_of(owner) == []
        change(fail=False)
        change(fail=False)
        assert "line" not in g
    change(fail=False)
    assert actions_of(owner) == [(ben.account_id, None, "POST /v1/anything")]


def test_what_only_reads_or_is_refused_writes_no_line_and_what_was_done_before_is_written_once_more(
    ben: Person, ann: Person, owner: psycopg.Connection[Any]
) -> None:
    ben.join(ann)
    before = len(actions_of(owner))
    assert ben.call("PUT", "/v1/password", {"current": "not-my-own-one", "password": "eleven-hats-in-a-row"}).status_code == 401
    assert actions_of(owner)[before:] == []
    # Nothing is left to change the second time, but it was asked for, and succeeded.
    [message] = ben.get("/v1/messages")["messages"][:1]
    for _ in range(2):
        assert ben.call("POST", f"/v1/messages/{message['message_id']}/read").status_code == 204
    assert [row[2] for row in actions_of(owner)[before:]] == ["POST /v1/messages/{message_id}/read"] * 2


def test_a_reveal_is_written_by_the_ledger_with_its_account(
    ben: Person, directory: Directory, owner: psycopg.Connection[Any]
) -> None:
    assert ben.outcome("p0") == "revealed"
    assert actions_of(owner) == []
    assert owner.execute("SELECT account_id FROM entries WHERE action = 'reveal'").fetchall() == [(ben.account_id,)]


@pytest.mark.parametrize("statement", ["UPDATE account_actions SET action = 'none'", "DELETE FROM account_actions"])
def test_what_was_done_can_only_be_added_to(kernel: Kernel, statement: str) -> None:
    with kernel.database.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql(statement)


def test_a_password_is_mentioned_at_its_age_each_year_and_not_before(
    ben: Person, pass_time: Callable[[datetime], None], clock: MovableClock
) -> None:
    start = clock.now()
    pass_time(start + timedelta(days=364, hours=23))
    assert "password-old" not in ben.told()
    pass_time(start + timedelta(days=365))
    assert ben.told().count("password-old") == 1
    pass_time(start + timedelta(days=400))
    ben.sign_in()
    changed = ben.call("PUT", "/v1/password", {"current": PASSWORD, "password": "eleven-hats-in-a-row"})
    assert changed.status_code == 204
    pass_time(start + timedelta(days=400 + 364))
    assert ben.told().count("password-old") == 1
    pass_time(start + timedelta(days=400 + 365))
    assert ben.told().count("password-old") == 2


@pytest.mark.clause("2.Account")
def test_a_user_has_one_account_and_an_account_one_user(
    app: Flask, kernel: Kernel, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    for _ in range(2):
        assert Newcomer(app, kernel, ben.email.upper(), PASSWORD).sign_up().status_code == 201
    with pytest.raises(SyncRefused, match="other-member"):
        synchronise(kernel, ben.account_id, Member("another-member", True, None), CONSENT_VERSION)
    for table in ("accounts", "logins", "linkedin_members", "members"):
        rows = owner.execute(f"SELECT account_id FROM {table}").fetchall()  # type: ignore[call-overload]
        assert rows == [(ben.account_id,)], table
