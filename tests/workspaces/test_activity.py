"""The activity log: every deed leaves a line, no line is ever changed, and admins read it by member, by action, page by page."""

import re
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from backend.kernel import Kernel
from tests.workspaces.conftest import Person

ALL = [
    "workspace-created", "workspace-renamed", "invited", "invitation-resent", "joined", "role-changed", "role-changed",
    "invited", "invitation-revoked", "left", "invited", "joined", "removed",
]  # fmt: skip


@pytest.fixture
def busy(ann: Person, ben: Person) -> Person:
    """Ann, who has done a bit of everything."""
    ann.call("PUT", "/v1/workspace", {"name": "Acme Europe"})
    invitation = (ann.invite(ben.email).json or {})["invitation_id"]
    ann.call("POST", f"/v1/workspace/invitations/{invitation}/resend")
    ben.accept()
    ann.change(ben, role="admin")
    ann.change(ben, role="member")
    gone = (ann.invite("dan@dan-company.example").json or {})["invitation_id"]
    ann.call("DELETE", f"/v1/workspace/invitations/{gone}")
    ben.call("POST", "/v1/workspace/leave")
    ben.sign_in()
    ben.join(ann)
    ann.remove(ben)
    return ann


def test_every_deed_leaves_a_line(busy: Person) -> None:
    lines = busy.get("/v1/workspace/activity")["entries"]
    assert [line["action"] for line in reversed(lines)] == ALL
    assert lines[0]["by"] == busy.member_id(busy)
    assert [line["facts"] for line in lines if line["action"] == "role-changed"] == [{"role": "member"}, {"role": "admin"}]


def test_nothing_personal_stands_in_the_log(busy: Person, owner: psycopg.Connection[Any]) -> None:
    assert not re.search("@|Acme|dan", str(owner.execute("SELECT * FROM activity").fetchall()))


def test_it_is_read_by_member_by_action_and_by_cursor(busy: Person) -> None:
    removed = busy.get("/v1/workspace/activity?action=removed")["entries"]
    assert [line["action"] for line in removed] == ["removed"]
    of_ben = busy.get(f"/v1/workspace/activity?member={removed[0]['member']}")["entries"]
    assert [line["action"] for line in of_ben] == ["removed", "joined", "left", "role-changed", "role-changed", "joined"]
    seen, cursor = [], ""
    for _ in range(20):
        page = busy.get(f"/v1/workspace/activity?limit=3{cursor}")
        seen += [line["action"] for line in page["entries"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert list(reversed(seen)) == ALL
    assert busy.call("GET", "/v1/workspace/activity?member=none").status_code == 422
    assert busy.call("GET", "/v1/workspace/activity?cursor=none").status_code == 422


@pytest.mark.parametrize("statement", ["UPDATE activity SET action = 'left'", "DELETE FROM activity"])
def test_the_application_can_only_add_to_it(busy: Person, kernel: Kernel, statement: str) -> None:
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), kernel.database.begin() as connection:
        connection.execute(sa.text(statement))
