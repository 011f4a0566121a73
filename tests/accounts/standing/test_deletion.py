"""Deletion by the user: the consequences for exactly their account, a phrase and the password, then everything at once (6.3)."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

import backend.app
from backend.accounts.closing import AccountDeleted
from backend.credits.audit import Finding
from backend.kernel import Kernel
from backend.kernel.database import metadata
from backend.kernel.http import ENDPOINTS
from backend.ops_cli import ops_command
from tests.accounts.conftest import Newcomer
from tests.accounts.standing.conftest import Person, letters_to, state_of, texts_to
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import PASSWORD, code_of

assert backend.app
RIGHT = {"phrase": "delete my account", "password": PASSWORD}
Findings = Callable[[], list[Finding]]
OF_THE_ACCOUNT = (
    "accounts", "logins", "sessions", "codes", "resets", "linkedin_members", "linkedin_tickets", "messages", "suspensions",
    "replies", "cases", "questions",
)  # fmt: skip


def delete(who: Person, **changes: str) -> Any:
    return who.call("POST", "/v1/me/deletion", RIGHT | changes)


def codes_of(who: Person) -> list[str]:
    return [each["code"] for each in who.get("/v1/me/deletion")["consequences"]]


def rows_of_workspace(owner: psycopg.Connection[Any], workspace_id: int) -> dict[str, int]:
    """How many rows each table of the workspace family has for one workspace."""
    family = [table.name for table in metadata.sorted_tables if next(iter(table.primary_key.columns)).name == "workspace_id"]
    assert len(family) > 6
    counted = {}
    for name in family:
        found = owner.execute(f"SELECT count(*) FROM {name} WHERE workspace_id = %s", (workspace_id,)).fetchone()  # type: ignore[call-overload]
        counted[name] = found[0]
    return counted


@pytest.mark.clause("6.3.3")
def test_asking_alone_changes_nothing_nor_does_a_wrong_phrase_or_password(ben: Person, owner: psycopg.Connection[Any]) -> None:
    shown = ben.get("/v1/me/deletion")
    assert shown["phrase"] == "delete my account"
    assert state_of(owner, ben) == "active"
    assert code_of(delete(ben, phrase="delete")) == (422, "phrase-wrong")
    assert code_of(delete(ben, password="not-my-own-one")) == (401, "credentials-wrong")
    assert ben.call("GET", "/v1/me").status_code == 200
    assert state_of(owner, ben) == "active"
    assert delete(ben, phrase="  Supprimer  mon compte ").status_code == 204


@pytest.mark.clause("6.3.4", "6.3.15", "R26")
def test_everything_of_the_account_is_gone_at_once(
    ben: Person, directory: Directory, owner: psycopg.Connection[Any], findings: Findings, kernel: Kernel
) -> None:
    heard: list[AccountDeleted] = []
    kernel.events.on(AccountDeleted, lambda _, event: heard.append(event))
    assert ben.outcome("p0") == "revealed"
    assert delete(ben).status_code == 204
    assert code_of(ben.call("GET", "/v1/me")) == (401, "session-ended")
    assert code_of(ben.call("POST", "/v1/lookups", {"profile": "p1"})) == (401, "session-ended")
    assert code_of(ben.reveal("p1")) == (401, "session-ended")
    assert ben.call("POST", "/v1/sessions/refresh", token=ben.refresh_token).status_code == 401
    for table in OF_THE_ACCOUNT:
        found = owner.execute(f"SELECT count(*) FROM {table} WHERE account_id = %s", (ben.account_id,))  # type: ignore[call-overload]
        assert found.fetchone() == (0,), table
    assert set(rows_of_workspace(owner, ben.caller.workspace_id).values()) == {0}
    assert [event.account_id for event in heard] == [ben.account_id]
    assert findings() == []


@pytest.mark.clause("6.3.5", "6.3.6")
def test_a_mail_confirms_it_and_nobody_signs_in_any_more(ben: Person) -> None:
    assert delete(ben).status_code == 204
    closing = [letter for letter in letters_to(ben) if letter.subject == "Your Candor account is deleted"]
    assert len(closing) == 1
    assert "due" in closing[0].text
    signed_in = ben.call("POST", "/v1/sessions", {"email": ben.email, "password": PASSWORD})
    assert code_of(signed_in) == (401, "credentials-wrong")
    assert len(texts_to(ben).split("Your Candor account was deleted")) <= 2


@pytest.mark.clause("6.3.7")
def test_the_address_opens_no_other_account_however_it_is_written(
    app: Flask, kernel: Kernel, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    assert delete(ben).status_code == 204
    for written in (ben.email, ben.email.upper(), f"  {ben.email}\t", "Ben@BEN-company.example"):
        again = Newcomer(app, kernel, written, PASSWORD).sign_up()
        assert code_of(again) == (409, "email-retired")
    assert Newcomer(app, kernel, "ben2@ben-company.example", PASSWORD).sign_up().status_code == 201
    assert owner.execute("SELECT length(digest) FROM retired_emails").fetchall() == [(32,)]


@pytest.mark.clause("6.3.8")
def test_there_is_no_way_back() -> None:
    words = {"restore", "undelete", "reopen", "reactivate", "recover"}
    assert not [each.path for each in ENDPOINTS.values() if any(word in each.path + each.name for word in words)]
    assert not [name for name in ops_command.commands if any(word in name for word in words)]


@pytest.mark.clause("6.3.9")
def test_what_was_acknowledged_is_kept_where_the_application_cannot_read_it(
    kernel: Kernel, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    shown = ben.get("/v1/me/deletion")["consequences"]
    assert delete(ben).status_code == 204
    account_id, cause, evidence = owner.execute("SELECT account_id, cause, evidence FROM closed_accounts").fetchone()  # type: ignore[misc]
    assert (account_id, cause) == (ben.account_id, "by-the-user")
    kept = kernel.sealer.open(evidence, f"closed:{account_id}")
    assert all(each["text"] in kept for each in shown)
    assert '"typed": "delete my account"' in kept
    assert owner.execute("SELECT count(*) FROM acceptances WHERE account_id = %s", (account_id,)).fetchone() != (0,)
    with kernel.database.begin() as connection, pytest.raises(Exception, match="permission denied"):
        connection.exec_driver_sql("SELECT evidence FROM closed_accounts")


def test_the_consequences_are_those_of_exactly_this_account(
    ann: Person, ben: Person, cid: Person, pool: Callable[..., None]
) -> None:
    always = ["address", "linkedin", "archive", "export"]
    assert codes_of(cid) == ["access", "irrevocable", "home-goes", "own-credits", *always]
    ben.join(ann)
    pool(ann, phone=100)
    shown = ann.get("/v1/me/deletion")
    assert shown["workspace"] == {"name": "Acme Sales", "role": "admin", "others": 1, "effect": "workspace-goes"}
    texts = {each["code"]: each["text"] for each in shown["consequences"]}
    assert "its other members (1) lose access" in texts["workspace-goes"]
    assert texts["pool-credits"].endswith(": 100 phone.")
    assert "25 B2B email, 32 phone, 7 direct email, 15 export" in texts["own-credits"]
    assert ben.get("/v1/me/deletion")["workspace"]["effect"] == "workspace-stays"
    assert ann.change(ben, role="admin").status_code == 204
    assert ann.get("/v1/me/deletion")["workspace"]["effect"] == "workspace-stays"


@pytest.mark.clause("6.3.11")
def test_the_only_admin_takes_the_workspace_along_and_the_others_go_home(
    ann: Person, ben: Person, directory: Directory, owner: psycopg.Connection[Any], findings: Findings
) -> None:
    ben.join(ann)
    old, before = ann.caller.workspace_id, ben.left()
    message = ann.get("/v1/workspace")["workspace_id"]
    person = (ann.call("POST", "/v1/lookups", {"profile": "https://www.linkedin.com/in/p0/"}).json or {})["person_id"]
    assert delete(ann).status_code == 204
    assert set(rows_of_workspace(owner, old).values()) == {0}
    assert code_of(ben.call("GET", "/v1/me")) == (401, "session-ended")
    ben.sign_in()
    assert ben.get("/v1/workspace")["workspace_id"] != message
    assert ben.get("/v1/me")["plan"]["code"] == "free"
    assert ben.left() == before
    refused = ben.call("POST", "/v1/reveals", {"person_id": person, "kinds": ["phone"]})
    assert code_of(refused) == (404, "person-unknown")
    assert ben.outcome("p1") == "revealed"
    assert findings() == []


def test_where_another_admin_stays_the_workspace_stays(
    ann: Person, ben: Person, pool: Callable[..., None], directory: Directory, findings: Findings
) -> None:
    ben.join(ann)
    pool(ann, phone=3)
    assert ann.change(ben, role="admin").status_code == 204
    own = ben.left() - 3
    assert delete(ann).status_code == 204
    assert ben.left() == own + 3
    assert [one["email"] for one in ben.get("/v1/workspace")["members"]] == [ben.email]
    assert ben.outcome("p0") == "revealed"
    assert findings() == []


def test_the_homes_of_before_go_as_well_and_the_history_of_a_workspace_that_lives_on_stays(
    ann: Person, ben: Person, directory: Directory, owner: psycopg.Connection[Any], findings: Findings
) -> None:
    homes = [ben.caller.workspace_id]
    assert ben.outcome("p0") == "revealed"
    ben.join(ann)
    assert ben.outcome("p1") == "revealed"
    assert ben.call("POST", "/v1/workspace/leave").status_code == 200
    ben.sign_in()
    homes.append(ben.caller.workspace_id)
    assert sum(rows_of_workspace(owner, homes[0]).values()) > 5
    acme = rows_of_workspace(owner, ann.caller.workspace_id)
    assert delete(ben).status_code == 204
    assert [set(rows_of_workspace(owner, home).values()) for home in homes] == [{0}, {0}]
    assert rows_of_workspace(owner, ann.caller.workspace_id) == acme
    assert ann.get("/v1/workspace")["name"] == "Acme Sales"
    assert findings() == []


def test_the_admins_hear_of_a_member_who_leaves_or_deletes_their_account_and_nobody_else_does(
    ann: Person, ben: Person, cid: Person
) -> None:
    for who in (ben, cid):
        who.join(ann)
    assert ben.call("POST", "/v1/workspace/leave").status_code == 200
    ben.sign_in()
    assert f"{ben.email} is no longer a member of Acme Sales" in texts_to(ann)
    assert delete(cid).status_code == 204
    assert f"{cid.email} is no longer a member of Acme Sales" in texts_to(ann)
    assert ann.told().count("workspace-member-left") == 2
    assert "workspace-member-left" not in ben.told()
    assert delete(ben).status_code == 204
    assert ann.told().count("workspace-member-left") == 2


def test_of_a_deletion_and_reveals_at_once_each_has_one_outcome(
    ben: Person, directory: Directory, owner: psycopg.Connection[Any], findings: Findings
) -> None:
    answers: list[int] = []
    barrier = threading.Barrier(4)

    def reveal(number: int) -> None:
        barrier.wait(10)
        answers.append(ben.reveal(f"p{number}").status_code)

    def leave() -> None:
        barrier.wait(10)
        answers.append(delete(ben).status_code)

    threads = [threading.Thread(target=reveal, args=(number,)) for number in range(3)] + [threading.Thread(target=leave)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert 204 in answers
    # 402: it waited for a credit that the deletion took away.
    assert set(answers) <= {200, 204, 401, 402}
    assert findings() == []
    assert state_of(owner, ben) is None
