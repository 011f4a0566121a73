"""The last seat: of two invitations one takes it, and who joins while they are uninvited is either in or not."""

from collections.abc import Callable
from typing import Any

import psycopg

from tests.races.conftest import Race
from tests.subscriptions.conftest import Buyer
from tests.workspaces.conftest import Person, code_of

Buyers = Callable[..., Buyer]
FULL = {"taken": 2, "most": 2}


def test_of_two_invitations_one_takes_the_last_seat(buyer: Buyers, owner: psycopg.Connection[Any], race: Race) -> None:
    ada = buyer()
    ada.subscribe("starter", 2)
    answers = race(*[lambda name=name: ada.invite(f"{name}@dan-company.example") for name in ("dan", "eve")])  # type: ignore[misc]
    assert sorted(code_of(answer) for answer in answers) == [(201, ""), (409, "seats-exhausted")]
    assert ada.get("/v1/workspace")["seats"] == FULL
    assert owner.execute("SELECT state FROM invitations").fetchall() == [("pending",)]


def test_who_joins_while_the_invitation_is_revoked_is_in_or_is_not(
    buyer: Buyers, owner: psycopg.Connection[Any], race: Race
) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("starter", 2)
    invited = ada.invite(bob.email).json["invitation_id"]  # type: ignore[index]
    code = bob.code()
    joined, revoked = race(
        lambda: code_of(Person.accept(bob, code)), lambda: code_of(ada.call("DELETE", f"/v1/workspace/invitations/{invited}"))
    )
    assert (joined, revoked) in [((200, ""), (404, "not-found")), ((410, "invitation-lapsed"), (204, ""))]
    taken = ada.get("/v1/workspace")["seats"]["taken"]
    assert taken == (2 if joined == (200, "") else 1)
    bob.sign_in()
    assert bob.get("/v1/me")["workspace"]["name"] == ("Acme Sales" if taken == 2 else None)


def test_an_invitation_and_fewer_seats_at_once_leave_nobody_without_one(
    buyer: Buyers, owner: psycopg.Connection[Any], race: Race
) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("starter", 2)
    fewer = {"plan": "starter", "seats": 1, "interval": "month", "amount": "0.00"}
    invited, changed = race(lambda: code_of(ada.invite(bob.email)), lambda: code_of(ada.post("/v1/subscription/change", fewer)))
    assert invited == (201, "")
    assert changed in [(200, ""), (409, "seats-occupied")]
    assert Person.accept(bob).status_code == 200
    assert owner.execute("SELECT count(*) FROM members WHERE workspace_id = %s", (ada.caller.workspace_id,)).fetchone() == (2,)
