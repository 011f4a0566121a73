"""Joining and leaving (X30): what is one's own goes along, once, and what the pool paid for stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.accounts.sessions import sign_out
from backend.accounts.steps import mark_extension_seen
from backend.accounts.teams import accept_invitation
from backend.credits.audit import Finding
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.workspaces import invite, remove_member
from tests.conftest import due_pieces
from tests.credits.races import together
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import Person, code_of

Look = Callable[[], list[Finding]]


def lots(person: Person, owner: psycopg.Connection[Any]) -> set[tuple[Any, ...]]:
    """What an account holds where it is now."""
    open_lots = "SELECT kind, source, remaining, expires_at FROM lots WHERE workspace_id = %s AND account_id = %s AND open"
    return set(owner.execute(open_lots, (person.caller.workspace_id, person.account_id)).fetchall())


def test_ones_own_credits_and_reveals_come_along_with_their_clocks(
    ann: Person, ben: Person, directory: Directory, owner: psycopg.Connection[Any], findings: Look
) -> None:
    assert ben.outcome("p0") == "revealed"
    before = lots(ben, owner)
    ben.join(ann)
    assert lots(ben, owner) == before
    assert ben.outcome("p0") == "known"
    assert ann.outcome("p0") == "known"
    assert owner.execute("SELECT count(*) FROM lots WHERE open AND account_id = %s", (ben.account_id,)).fetchone() == (len(before),)
    assert ben.call("POST", "/v1/workspace/leave").status_code == 200
    ben.sign_in()
    assert lots(ben, owner) == before
    assert ben.outcome("p0") == "known"
    assert ben.get("/v1/me")["workspace"]["name"] is None
    assert findings() == []


def test_the_freemium_goes_on_where_the_account_is(
    ann: Person, ben: Person, kernel: Kernel, clock: MovableClock, findings: Look
) -> None:
    plan, left = ben.get("/v1/me")["plan"], ben.left()
    ben.join(ann)
    assert ben.get("/v1/me")["plan"] == plan
    clock.advance(timedelta(days=35))
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert ben.left() == left
    assert findings() == []


def test_tokens_of_the_workspace_that_was_left_end_and_a_refresh_names_the_new_one(ann: Person, ben: Person) -> None:
    old, refresh = ben.token, ben.refresh_token
    ann.invite(ben.email)
    answer = ben.call("POST", "/v1/invitations/accept", {"token": ben.code()})
    given = (answer.json or {})["access_token"]
    assert code_of(ben.call("GET", "/v1/me", token=old)) == (401, "session-ended")
    assert code_of(ben.call("POST", "/v1/reveals", {"profile": "p0", "kinds": ["phone"]}, token=old)) == (401, "session-ended")
    assert ben.call("GET", "/v1/me", token=given).status_code == 200
    refreshed = ben.call("POST", "/v1/sessions/refresh", token=refresh)
    me = ben.call("GET", "/v1/me", token=(refreshed.json or {})["access_token"]).json or {}
    assert me["workspace"]["id"] == (answer.json or {})["workspace_id"]


def test_a_session_that_ended_stays_ended_when_the_account_comes_back(ann: Person, ben: Person, kernel: Kernel) -> None:
    ben.join(ann)
    stolen = ben.token
    assert ben.call("POST", "/v1/workspace/leave").status_code == 200
    sign_out(kernel, Caller(ben.account_id, 0, ben.caller.session_id))
    ben.sign_in()
    ben.join(ann)
    assert ben.call("GET", "/v1/me").status_code == 200
    assert code_of(ben.call("GET", "/v1/me", token=stolen)) == (401, "session-ended")


@pytest.mark.parametrize("left_behind", ["others", "premium"])
def test_an_admin_does_not_leave_others_or_a_premium_behind_to_join_elsewhere(
    ann: Person, ben: Person, cid: Person, pool: Callable[..., None], left_behind: str
) -> None:
    cid.create("Cid and Partners")
    if left_behind == "others":
        ben.join(cid)
    else:
        pool(cid)
    ann.invite(cid.email)
    assert code_of(cid.accept()) == (409, "workspace-occupied")
    assert cid.get("/v1/me")["workspace"]["name"] == "Cid and Partners"


def test_who_leaves_a_workspace_empty_leaves_no_invitation_to_it(ann: Person, ben: Person, cid: Person) -> None:
    ben.create("Ben and Nobody")
    ben.invite(cid.email)
    code = cid.code()
    ben.join(ann)
    assert code_of(cid.accept(code)) == (410, "invitation-lapsed")


@pytest.mark.clause("8.2.17")
def test_no_lot_of_a_freemium_member_pays_for_another(
    ann: Person, ben: Person, directory: Directory, owner: psycopg.Connection[Any]
) -> None:
    ben.join(ann)
    anns = lots(ann, owner)
    bens = ben.left()
    assert ben.outcome("p0") == "revealed"
    assert ben.left() == bens - 1
    for number in range(1, bens):
        assert ben.outcome(f"p{number}") == "revealed"
    refused = ben.reveal("p19")
    assert code_of(refused) == (402, "credits-exhausted")
    assert ann.left() > 0
    assert lots(ann, owner) == anns
    assert ann.outcome("p19") == "revealed"
    after = lots(ann, owner)
    assert ben.outcome("p19") == "known"
    assert lots(ann, owner) == after


@pytest.mark.clause("8.2.18")
def test_the_pool_is_a_members_from_joining_to_leaving(
    ann: Person, ben: Person, directory: Directory, pool: Callable[..., None], owner: psycopg.Connection[Any], findings: Look
) -> None:
    pool(ann, phone=50)
    in_pool = "SELECT remaining FROM lots WHERE workspace_id = %s AND account_id IS NULL"
    owner.execute("UPDATE lots SET expires_at = '2027-01-01' WHERE account_id IS NOT NULL AND source = 'registration'")
    owner.execute(in_pool.replace("SELECT remaining FROM", "UPDATE").replace(" WHERE", " SET expires_at = '2026-03-10' WHERE"),
                  (ann.caller.workspace_id,))  # fmt: skip
    assert ann.outcome("p0") == "revealed"
    ben.join(ann)
    own = ben.left() - 49
    assert ben.outcome("p1") == "revealed"
    assert owner.execute(in_pool, (ann.caller.workspace_id,)).fetchall() == [(48,)]
    named = "SELECT account_id FROM entries WHERE workspace_id = %s AND action = 'reveal' ORDER BY entry_id DESC LIMIT 1"
    assert owner.execute(named, (ann.caller.workspace_id,)).fetchone() == (ben.account_id,)
    assert ben.outcome("p0") == "known"
    assert ann.remove(ben).status_code == 204
    ben.sign_in()
    assert (ben.outcome("p0"), ben.left()) == ("revealed", own - 1)
    assert owner.execute(in_pool, (ann.caller.workspace_id,)).fetchall() == [(48,)]
    assert findings() == []


@pytest.mark.clause("8.2.20")
def test_usage_says_who_spent_what_in_this_period_and_before(
    ann: Person, ben: Person, directory: Directory, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    ben.join(ann)
    for number in range(3):
        assert ann.outcome(f"p{number}") == "revealed"
    for number in range(5):
        assert ben.outcome(f"p{number + 3}") == "revealed"
    assert ben.outcome("p0") == "known"

    def phones(period: str) -> dict[str, int]:
        return {one["member_id"]: one[period]["phone"] for one in ann.get("/v1/workspace/usage")["members"]}

    expected = {ann.member_id(ann): 3, ann.member_id(ben): 5}
    assert phones("this_period") == expected
    assert set(phones("period_before").values()) == {0}
    spent = "SELECT account_id, -sum(delta)::int FROM entries WHERE action = 'reveal' AND kind = 'phone' GROUP BY account_id"
    assert dict(owner.execute(spent).fetchall()) == {ann.account_id: 3, ben.account_id: 5}
    clock.advance(timedelta(days=31))
    assert phones("period_before") == expected
    assert set(phones("this_period").values()) == {0}


def test_joining_races_with_the_steps_that_begin_the_freemium(
    ann: Person, person: Callable[..., Person], kernel: Kernel, owner: psycopg.Connection[Any], findings: Look
) -> None:
    before = ann.left()
    for attempt in range(5):
        someone = person(f"dan{attempt}", "synchronised")
        invite(kernel, ann.caller, someone.email, "member", "en")
        code = someone.code()
        together(
            [
                lambda someone=someone, code=code: accept_invitation(kernel, someone.caller, code),  # type: ignore[misc]
                lambda someone=someone: mark_extension_seen(kernel, someone.account_id),  # type: ignore[misc]
            ],
            kernel.database.close,
        )
        seen = "SELECT workspace_id, extension_seen FROM permits WHERE account_id = %s AND state = 'active'"
        assert owner.execute(seen, (someone.account_id,)).fetchall() == [(ann.caller.workspace_id, True)]
        someone.sign_in()
        assert (someone.get("/v1/me")["plan"]["code"], someone.left()) == ("free", before)
    assert ann.left() == before + 25, "the first teammate is rewarded, whichever came first"
    assert findings() == []


def test_two_admins_remove_one_member_once(ann: Person, ben: Person, cid: Person, kernel: Kernel, findings: Look) -> None:
    ben.join(ann, role="admin")
    cid.join(ann)

    def attempt(admin: Person) -> str:
        try:
            remove_member(kernel, admin.caller, cid.account_id)
        except Problem as problem:
            return problem.code
        return "removed"

    assert sorted(together([lambda: attempt(ann), lambda: attempt(ben)], kernel.database.close)) == ["not-found", "removed"]
    cid.sign_in()
    assert cid.get("/v1/me")["workspace"]["name"] is None
    assert findings() == []
