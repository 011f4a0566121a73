"""Members: who may decide what about whom, and never fewer than one admin."""

from collections.abc import Callable

import pytest

from backend.kernel import Kernel
from backend.kernel.problems import Problem
from backend.workspaces import admins_of, change_member, leave
from tests.credits.races import together
from tests.workspaces.conftest import Person, code_of


@pytest.mark.clause("8.2.14")
def test_only_an_admin_manages_the_members(ann: Person, ben: Person, cid: Person) -> None:
    for someone in (ben, cid):
        someone.join(ann)
    invitation = (ann.invite("dan@dan-company.example").json or {})["invitation_id"]
    refused = [
        ben.remove(cid), ben.change(cid, role="admin"), ben.change(ben, role="admin"), ben.invite("eve@eve-company.example"),
        ben.call("POST", f"/v1/workspace/invitations/{invitation}/resend"),
        ben.call("DELETE", f"/v1/workspace/invitations/{invitation}"), ben.call("PUT", "/v1/workspace", {"name": "Mine"}),
        ben.call("GET", "/v1/workspace/activity"), ben.call("GET", "/v1/workspace/usage"),
        ben.call("GET", "/v1/workspace/deletion"), ben.call("DELETE", "/v1/workspace", {"phrase": "delete Acme Sales"}),
    ]  # fmt: skip
    assert {code_of(answer) for answer in refused} == {(403, "admin-required")}
    assert ann.change(ben, role="admin").status_code == 204
    assert ben.told()[0] == "workspace-now-admin"
    assert ben.remove(cid).status_code == 204
    assert cid.told()[0] == "workspace-removed"
    assert [one["email"] for one in ann.get("/v1/workspace")["members"]] == [ann.email, ben.email]
    assert ann.change(ben, role="member").status_code == 204
    assert code_of(ben.remove(ann)) == (403, "admin-required")


@pytest.mark.clause("2.WorkspaceAdmin")
def test_the_last_admin_stays_admin_until_there_is_another_or_the_workspace_is_deleted(ann: Person, ben: Person) -> None:
    ben.join(ann)
    for answer in (ann.change(ann, role="member"), ann.remove(ann), ann.call("POST", "/v1/workspace/leave")):
        assert code_of(answer) == (409, "last-admin")
    assert ann.change(ben, role="admin").status_code == 204
    assert sum(one["role"] == "admin" for one in ann.get("/v1/workspace")["members"]) == 2
    assert ann.change(ann, role="member").status_code == 204
    assert code_of(ben.call("POST", "/v1/workspace/leave")) == (409, "last-admin")
    assert ben.call("DELETE", "/v1/workspace", {"phrase": "delete Acme Sales"}).status_code == 200


def _race(kernel: Kernel, one: Person, other: Person, act: Callable[[Person, Person], object]) -> list[str]:
    def attempt(me: Person, them: Person) -> str:
        try:
            act(me, them)
        except Problem as problem:
            return problem.code
        return "done"

    return sorted(together([lambda: attempt(one, other), lambda: attempt(other, one)], kernel.database.close))


def test_two_admins_who_demote_each_other_leave_one(ann: Person, ben: Person, kernel: Kernel) -> None:
    ben.join(ann)
    for _ in range(6):
        with kernel.database.begin() as connection:
            admins = admins_of(connection, ann.caller.workspace_id)
        first = ann if admins == [ann.account_id] else ben
        assert first.change(ben if first is ann else ann, role="admin").status_code == 204
        said = _race(kernel, ann, ben, lambda me, them: change_member(kernel, me.caller, them.account_id, "member", None))
        assert said == ["admin-required", "done"]
        with kernel.database.begin() as connection:
            assert len(admins_of(connection, ann.caller.workspace_id)) == 1


def test_two_admins_who_leave_at_once_leave_one(ann: Person, ben: Person, kernel: Kernel) -> None:
    for _ in range(4):
        ben.join(ann, role="admin")
        said = _race(kernel, ann, ben, lambda me, _: leave(kernel, me.caller))
        assert said == ["done", "last-admin"]
        stays, goes = (ann, ben) if code_of(ann.call("GET", "/v1/workspace"))[0] == 200 else (ben, ann)
        goes.sign_in()
        ann, ben = stays, goes


def test_a_members_limits_are_set_where_there_is_a_pool(
    ann: Person, ben: Person, pool: Callable[..., None], directory: object
) -> None:
    ben.join(ann)
    assert code_of(ann.change(ben, limits={"phone": 1})) == (403, "plan-required")
    pool(ann, phone=10)
    assert ann.change(ben, limits={"phone": 0}).status_code == 204
    [mine] = [one for one in ann.get("/v1/workspace")["members"] if one["email"] == ben.email]
    assert mine["limits"] == {"phone": 0}
    assert ben.reveal("p0").status_code in (402, 429)
    assert ann.change(ben, limits={}).status_code == 204
    assert ben.outcome("p0") == "revealed"
    assert ann.change(ben, limits={"phone": -1}).status_code == 422


def test_an_id_of_nobody_here_is_unknown(ann: Person, ben: Person, cid: Person) -> None:
    ben.join(ann)
    gone = ann.member_id(ben)
    elsewhere = cid.member_id(cid)
    assert ann.remove(ben).status_code == 204
    for unknown in (gone, elsewhere, "x"):
        assert ann.call("PUT", f"/v1/workspace/members/{unknown}", {"role": "admin"}).status_code == 404
        assert ann.call("DELETE", f"/v1/workspace/members/{unknown}").status_code == 404
