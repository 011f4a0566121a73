"""Seats of a premium: the admin takes one, so does everybody who joined or is invited, and what falls free is there again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.kernel.clock import MovableClock
from backend.terms import read_sheet
from tests.credits.races import together
from tests.subscriptions.conftest import Buyer, Time
from tests.workspaces.conftest import Person, code_of

Buyers = Callable[..., Buyer]
LAPSE = timedelta(days=read_sheet("2026-03").policy.invitation_days)
FULL = (409, "seats-exhausted")


def withdraw(ada: Buyer, invited: Any) -> None:
    """Take an invitation back."""
    assert ada.call("DELETE", f"/v1/workspace/invitations/{invited.json['invitation_id']}").status_code == 204


@pytest.mark.clause("7.1.8")
def test_two_seats_are_the_admins_and_one_more_which_is_free_again_when_it_is_given_up(
    buyer: Buyers, clock: MovableClock, time: Time
) -> None:
    ada, bob, eve = buyer(), buyer("bob", workspace=False), buyer("eve", workspace=False)
    ada.subscribe("starter", 2)
    assert ada.get("/v1/workspace")["seats"] == {"taken": 1, "most": 2}

    pending = ada.invite(bob.email)
    assert pending.status_code == 201
    assert code_of(ada.invite(eve.email)) == FULL
    withdraw(ada, pending)

    assert ada.invite(eve.email).status_code == 201
    assert code_of(ada.invite(bob.email)) == FULL
    time.pass_to(clock.now() + LAPSE - timedelta(seconds=1))
    ada.sign_in()
    assert code_of(ada.invite(bob.email)) == FULL
    time.pass_to(clock.now() + timedelta(seconds=1))
    assert ada.invite(bob.email).status_code == 201

    assert Person.accept(bob).status_code == 200
    assert code_of(ada.invite(eve.email)) == FULL
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    assert ada.invite(eve.email).status_code == 201
    assert Person.accept(eve).status_code == 200
    assert code_of(ada.invite(bob.email)) == FULL
    assert ada.remove(eve).status_code in (200, 204)
    assert ada.invite(bob.email).status_code == 201


@pytest.mark.clause("7.1.8")
@pytest.mark.parametrize("attempt", range(4))
def test_of_two_invitations_that_race_for_the_last_seat_one_is_sent(buyer: Buyers, attempt: int) -> None:
    ada = buyer()
    ada.subscribe("starter", 2)
    asked = [f"{name}{attempt}@dan-company.example" for name in ("dan", "eve")]
    answers = together([lambda email=email: code_of(ada.invite(email)) for email in asked], ada.kernel.database.close)  # type: ignore[misc]
    assert sorted(answers) == [(201, ""), FULL]
    assert ada.get("/v1/workspace")["seats"] == {"taken": 2, "most": 2}


def test_no_seats_are_no_order(buyer: Buyers) -> None:
    ada = buyer()
    assert ada.quote("starter", 0).status_code == 422
    ada.subscribe("starter", 1)
    assert code_of(ada.invite("dan@dan-company.example")) == FULL
