"""The home of one that every account gets, and the Workspace it becomes (X23)."""

from collections.abc import Callable

import pytest

from backend.kernel import Kernel
from backend.workspaces import Membership, Workspace, open_home, read_membership, read_workspace
from tests.workspaces.conftest import Person, code_of


def test_a_home_has_no_name_and_its_account_as_admin(kernel: Kernel) -> None:
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        home, other = open_home(connection, 7, now), open_home(connection, 8, now)
        assert home != other
        assert read_workspace(connection, home) == Workspace(home, None, now)
        assert read_membership(connection, home, 7) == Membership("admin", now)
        assert read_membership(connection, home, 8) is None
        assert read_workspace(connection, 99) is None


@pytest.mark.clause("2.Workspace.a")
def test_a_freemium_makes_a_workspace_of_its_home_to_invite(ben: Person) -> None:
    assert ben.get("/v1/me")["workspace"]["name"] is None
    assert code_of(ben.invite("cid@cid-company.example")) == (409, "workspace-required")
    made = ben.create("  Ben   & Co ")
    assert (made.status_code, (made.json or {})["name"]) == (201, "Ben & Co")
    shown = ben.get("/v1/me")["workspace"]
    assert (shown["name"], shown["role"], shown["id"]) == ("Ben & Co", "admin", (made.json or {})["workspace_id"])
    assert code_of(ben.create("Another")) == (409, "workspace-exists")
    assert ben.invite("cid@cid-company.example").status_code == 201


def test_a_member_has_no_workspace_of_their_own_to_create(ann: Person, ben: Person) -> None:
    ben.join(ann)
    assert code_of(ben.create("Mine")) == (409, "workspace-exists")


def test_an_admin_renames_a_workspace_and_a_home_has_no_name_to_change(ann: Person, ben: Person) -> None:
    assert code_of(ben.call("PUT", "/v1/workspace", {"name": "Home"})) == (409, "workspace-required")
    assert ann.call("PUT", "/v1/workspace", {"name": "Acme Europe"}).status_code == 200
    assert ann.get("/v1/workspace")["name"] == "Acme Europe"


@pytest.mark.parametrize("name", ["", "   ", "a\nb\x00", "Win http://prizes.example", "www.prizes.example", "x" * 61])
def test_a_name_carries_no_address_and_no_control_character(ben: Person, name: str) -> None:
    assert ben.create(name).status_code == 422


def test_a_workspace_shows_its_members_and_open_invitations_to_admins_only(
    ann: Person, ben: Person, person: Callable[..., Person]
) -> None:
    ben.join(ann)
    ann.invite("cid@cid-company.example")
    seen, by_member = ann.get("/v1/workspace"), ben.get("/v1/workspace")
    assert [(one["email"], one["role"]) for one in seen["members"]] == [(ann.email, "admin"), (ben.email, "member")]
    assert seen["seats"] == {"taken": 3, "most": None}
    assert [one["email"] for one in seen["invitations"]] == ["cid@cid-company.example"]
    assert by_member["members"] == seen["members"]
    assert "invitations" not in by_member
