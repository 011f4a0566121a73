"""Deleting a Workspace: consequences, typed phrase, and then nothing of it is left but what is the members' own."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

import backend.app  # noqa: F401  (every table)
from backend.credits.audit import Finding
from backend.kernel import Kernel
from backend.kernel.database import metadata
from backend.workspaces import WorkspaceDeleted
from tests.credits.races import together
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import Person, code_of
from tests.workspaces.test_moving import lots

FAMILY = [
    table.name
    for table in metadata.sorted_tables
    if next(iter(table.primary_key.columns)).name == "workspace_id" and "kept=True" not in (table.comment or "")
]
"""Everything of a workspace but what accounting keeps: amounts due, and who owes them (X19)."""
PHRASE = {"phrase": "delete Acme Sales"}


def rows_of(owner: psycopg.Connection[Any], workspace_id: int) -> dict[str, int]:
    """How many rows each table of the family has of a workspace; those without any are left out."""
    counted = {name: owner.execute(f"SELECT count(*) FROM {name} WHERE workspace_id = %s", (workspace_id,)).fetchone()  # type: ignore[call-overload]
               for name in FAMILY}  # fmt: skip
    return {name: found[0] for name, found in counted.items() if found and found[0]}


def test_the_consequences_are_those_of_exactly_this_workspace(
    ann: Person, ben: Person, pool: Callable[..., None], owner: psycopg.Connection[Any]
) -> None:
    alone = ann.get("/v1/workspace/deletion")
    assert alone["phrase"] == "delete Acme Sales"
    assert [one["code"] for one in alone["consequences"]] == ["data", "own"]
    ben.join(ann, role="admin")
    ann.invite("dan@dan-company.example")
    pool(ann, phone=40)
    found = ann.get("/v1/workspace/deletion")
    assert (found["other_admins"], found["other_members"], found["invited"], found["premium"]) == (1, 1, 1, True)
    assert found["lost"] == {"phone": 40}
    own = "SELECT kind, sum(remaining)::int FROM lots WHERE workspace_id = %s AND account_id = %s GROUP BY kind"
    assert found["kept"] == dict(owner.execute(own, (ann.caller.workspace_id, ann.account_id)).fetchall())
    assert [one["code"] for one in found["consequences"]] == [
        "data", "members", "invitations", "premium", "pool", "own", "blocked",
    ]  # fmt: skip
    assert "40 phones" in " ".join(one["text"] for one in found["consequences"])


def test_nothing_is_deleted_without_the_phrase_or_while_there_is_another_admin(
    ann: Person, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    ben.join(ann, role="admin")
    before = rows_of(owner, ann.caller.workspace_id)
    assert code_of(ann.call("DELETE", "/v1/workspace", PHRASE)) == (409, "other-admins")
    assert ann.change(ben, role="member").status_code == 204
    for wrong in ("", "delete", "delete acme sales", "Acme Sales"):
        assert code_of(ann.call("DELETE", "/v1/workspace", {"phrase": wrong})) == (422, "phrase-wrong")
    assert rows_of(owner, ann.caller.workspace_id).items() >= {**before, "activity": before["activity"] + 1}.items()


def test_of_a_deleted_workspace_nothing_is_left_and_its_members_go_home_with_their_own(
    ann: Person,
    ben: Person,
    cid: Person,
    directory: Directory,
    pool: Callable[..., None],
    kernel: Kernel,
    owner: psycopg.Connection[Any],
    findings: Callable[[], list[Finding]],
) -> None:
    heard: list[tuple[WorkspaceDeleted, list[Any]]] = []
    voided = sa.text("SELECT delta, reason FROM entries WHERE action = 'void'")
    kernel.events.on(WorkspaceDeleted, lambda connection, event: heard.append((event, list(connection.execute(voided)))))
    for someone in (ben, cid):
        someone.join(ann)
    assert ben.outcome("p0") == "revealed"
    pool(ann, phone=40)
    ann.invite("dan@dan-company.example")
    people, workspace = (ann, ben, cid), ann.caller.workspace_id
    own = {who.email: lots(who, owner) for who in people}
    there = {"workspaces", "members", "invitations", "activity", "permits", "lots", "reveals", "entries"}
    assert set(rows_of(owner, workspace)) >= there
    answer = ann.call("DELETE", "/v1/workspace", PHRASE)
    assert answer.status_code == 200
    assert rows_of(owner, workspace) == {}
    [(event, lines)] = heard
    assert (event.workspace_id, set(event.members)) == (workspace, {who.account_id for who in people})
    assert lines == [(-40, "workspace_deleted")]
    assert ann.call("GET", "/v1/me", token=(answer.json or {})["access_token"]).status_code == 200
    for who in people:
        assert code_of(who.call("GET", "/v1/me")) == (401, "session-ended")
        assert who.told()[0] == "workspace-deleted"
        refreshed = who.call("POST", "/v1/sessions/refresh", token=who.refresh_token)
        assert refreshed.status_code == 200
        who.sign_in()
        assert lots(who, owner) == own[who.email]
        assert who.get("/v1/me")["workspace"]["name"] is None
    assert (ben.outcome("p0"), ann.outcome("p0")) == ("known", "revealed")
    assert findings() == []


def test_a_workspace_with_members_is_not_erased(ann: Person, kernel: Kernel) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="with members"), kernel.database.begin() as connection:
        connection.execute(sa.text("SELECT erase_workspace(:w)"), {"w": ann.caller.workspace_id})


def test_the_home_of_a_freemium_is_not_deleted_as_a_workspace(ben: Person) -> None:
    assert code_of(ben.call("GET", "/v1/workspace/deletion")) == (409, "workspace-required")
    assert code_of(ben.call("DELETE", "/v1/workspace", {"phrase": "delete None"})) == (409, "workspace-required")


def test_a_deletion_that_races_with_reveals_leaves_nothing_behind(
    ann: Person,
    ben: Person,
    directory: Directory,
    pool: Callable[..., None],
    kernel: Kernel,
    owner: psycopg.Connection[Any],
    findings: Callable[[], list[Finding]],
) -> None:
    for attempt in range(4):
        if attempt:
            assert ann.create().status_code == 201
        ben.join(ann)
        pool(ann, phone=5)
        workspace = ann.caller.workspace_id
        unlimited = "UPDATE permits SET unlimited_kind = 'b2b_email' WHERE workspace_id = %s"
        owner.execute(unlimited, (workspace,))
        asked = [f"p{number}" for number in range(attempt * 5, attempt * 5 + 5)]

        def reveal_all(asked: list[str] = asked) -> set[int]:
            return {ben.reveal(each, kind).status_code for each in asked for kind in ("phone", "b2b_email")}

        def delete() -> set[int]:
            return {ann.call("DELETE", "/v1/workspace", PHRASE).status_code}

        said = together([reveal_all, delete], kernel.database.close)
        assert {200} in said
        assert set.union(*said) <= {200, 401, 402}
        assert rows_of(owner, workspace) == {}
        for who in (ann, ben):
            who.sign_in()
        assert findings() == []
