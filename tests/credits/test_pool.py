"""The pool is for those in its workspace, the subscriber and whoever was asked in; nobody else spends of it (9.2)."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.credits import Holder, correct
from backend.kernel.http import Caller
from backend.kernel.tokens import make_access_token
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, buyer, clean, settings
from tests.workspaces.conftest import code_of

__all__ = ["buyer", "clean", "settings"]

ASKED = {"kinds": ["phone"], "profile": "https://www.linkedin.com/in/jan/"}


@pytest.mark.clause("9.2")
def test_members_spend_the_pool_and_whoever_is_none_or_none_any_more_is_refused_and_leaves_it_as_it_was(
    buyer: Callable[..., Buyer], directory: Directory, owner: psycopg.Connection[Any], clean: Callable[[], bool]
) -> None:
    """Who is no member gets 401 `session-ended` at the pool's workspace, not 403.

    A person's token always names the workspace they were in when it was made, so there is no way to ask for another's pool: the
    permit that would answer 403 (`account-suspended` and so on) does not exist, or has ended. Asked with a token of their own, an
    outsider spends their own credits, and is answered 402 when there are none.
    """
    for number, name in enumerate(("jan", "mia", "tom")):
        directory.add(name, phone=f"+3197010200{number}", b2b_email=f"{name}@found.example")
    ada, bob, eve = buyer(), buyer("bob", workspace=False), buyer("eve", workspace=False)
    ada.subscribe("business", 2)
    bob.enter(ada)
    pool = ada.pool(owner)["phone"]
    own = bob.left("phone") - pool
    for who in (ada, bob, eve):
        spend_own(who)
    assert bob.left("phone") == pool
    assert own > 0
    assert (ada.outcome("jan"), bob.outcome("mia")) == ("revealed", "revealed")
    assert ada.pool(owner)["phone"] == pool - 2

    old = bob.token
    assert ada.remove(bob).status_code in (200, 204)
    bob.sign_in()
    spend_own(bob)
    with ada.app.app_context():
        made_up = make_access_token(Caller(eve.account_id, ada.caller.workspace_id, eve.caller.session_id))
    for who, token in ((bob, old), (eve, made_up)):
        for method, path, body in (("POST", "/v1/reveals", ASKED), ("POST", "/v1/lookups", {"profile": ASKED["profile"]})):
            assert code_of(who.call(method, path, body, token=token)) == (401, "session-ended")
        assert code_of(who.call("GET", "/v1/credits", token=token)) == (401, "session-ended")
    for who in (bob, eve):
        assert code_of(who.reveal("tom")) == (402, "credits-exhausted")
        assert who.left("phone") == 0
    assert ada.pool(owner)["phone"] == pool - 2
    assert clean()


def spend_own(who: Buyer) -> None:
    """What is somebody's own of the kind is gone."""
    holder = Holder(who.caller.workspace_id, who.account_id)
    rows = who.kernel.database.call(
        "SELECT coalesce(sum(remaining), 0)::int FROM lots WHERE workspace_id = %s AND account_id = %s AND kind = 'phone'",
        (holder.workspace_id, holder.account_id),
    )
    now = who.kernel.clock.now()
    with who.kernel.database.begin() as connection:
        if rows[0][0]:
            correct(connection, holder, "phone", -rows[0][0], now, ends_at=None, ref=str(holder), reason="spent elsewhere")
