"""Somebody joins at the instant at which the premium ends: they are in it and go home with all others, or were never in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg

from backend.kernel.clock import MovableClock
from backend.kernel.due import Tick
from tests.races.conftest import Race
from tests.subscriptions.conftest import Buyer, Time
from tests.workspaces.conftest import Person, code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
END = datetime.fromisoformat("2026-04-15T00:00:00+02:00")
OUTCOMES = [(200, ""), (404, "invitation-unknown"), (410, "invitation-lapsed")]


def test_who_joins_at_the_end_is_home_again(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, race: Race, work: Callable[[], Tick]
) -> None:
    clock.set(datetime.fromisoformat("2026-03-15T10:00:00+01:00"))
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("business", 2)
    ada.end()
    time.pass_to("2026-04-10T10:00:00+02:00")
    ada.sign_in()
    assert ada.invite(bob.email).status_code == 201
    code, ended = bob.code(), ada.caller.workspace_id
    clock.set(END)
    bob.sign_in()
    own = bob.left("phone")
    joined, *_ = race(lambda: code_of(Person.accept(bob, code)), work, work)
    work()
    assert joined in OUTCOMES
    assert owner.execute("SELECT state FROM premiums").fetchall() == [("ended",)]
    for table in ("workspaces", "members", "permits", "lots", "invitations"):
        assert owner.execute(f"SELECT count(*) FROM {table} WHERE workspace_id = %s", (ended,)).fetchone() == (0,), table  # type: ignore[call-overload]
    for one in (ada, bob):
        one.sign_in()
        me = one.get("/v1/me")
        assert (me["workspace"]["name"], me["plan"]["code"]) == (None, "free")
        assert owner.execute(
            "SELECT count(*) FROM permits WHERE account_id = %s AND state = 'active'", (one.account_id,)
        ).fetchone() == (1,)
        assert owner.execute("SELECT count(*) FROM members WHERE account_id = %s", (one.account_id,)).fetchone() == (1,)
    assert bob.left("phone") >= own
    assert ("premium-ended" in bob.told()) is (joined == (200, ""))
