"""How a freemium ends: not renewed, the account goes with its month and may be kept until then; ended at once, it goes at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.accounts import close_account
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.subscriptions import not_renewing
from backend.subscriptions.not_renewing import FreemiumEnds
from tests.accounts.conftest import Newcomer
from tests.conftest import due_pieces
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_breaches import causes, letters_to, state_of
from tests.workspaces.conftest import PASSWORD, code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
Clean = Callable[[], bool]
RIGHT = {"phrase": "delete my account", "password": PASSWORD}
MONTH_ENDS = datetime.fromisoformat("2026-04-02T00:00:00+02:00")
SECOND = timedelta(seconds=1)


def not_renew(who: Buyer, **changes: str) -> Any:
    return who.call("POST", "/v1/subscription/non-renewal", RIGHT | changes)


@pytest.mark.clause("7.5.12")
def test_a_freemium_that_is_not_renewed_ends_with_its_month_and_the_account_with_it(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, kernel: Kernel, clean: Clean
) -> None:
    ada, bob = buyer("ada", workspace=False), buyer("bob", workspace=False)
    for wrong, said in (({"phrase": "yes"}, (422, "phrase-wrong")), ({"password": "not-my-own-one"}, (401, "credentials-wrong"))):
        assert code_of(not_renew(ada, **wrong)) == said
    shown = [each["text"] for each in ada.get("/v1/me/deletion")["consequences"]]
    asked = not_renew(ada)
    assert (asked.status_code, datetime.fromisoformat(asked.json["ends_at"])) == (200, MONTH_ENDS)
    assert not_renew(ada).json == asked.json
    assert ada.told().count("freemium-not-renewed") == 1
    time.pass_to(MONTH_ENDS - SECOND)
    assert state_of(owner, ada) == "active"
    ada.sign_in()
    assert ada.left() > 0
    time.pass_to(MONTH_ENDS)
    assert [state_of(owner, who) for who in (ada, bob)] == [None, "active"]
    assert causes(owner) == {ada.account_id: "by-the-user"}
    [(evidence,)] = owner.execute("SELECT evidence FROM closed_accounts").fetchall()
    kept = kernel.sealer.open(evidence, f"closed:{ada.account_id}")
    assert '"typed": "delete my account"' in kept
    assert all(text in kept for text in shown)
    assert code_of(ada.call("GET", "/v1/me")) == (401, "session-ended")
    assert code_of(Newcomer(ada.app, kernel, ada.email, PASSWORD).sign_up()) == (409, "email-retired")
    assert clean()


def test_until_the_month_ends_it_can_be_taken_back(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = buyer("ada", workspace=False)
    assert not_renew(ada).status_code == 200
    time.pass_to(MONTH_ENDS - SECOND)
    ada.sign_in()
    assert ada.call("DELETE", "/v1/subscription/non-renewal").status_code == 204
    assert ada.call("DELETE", "/v1/subscription/non-renewal").status_code == 204
    assert ada.told().count("freemium-renewed-again") == 1
    time.pass_to(MONTH_ENDS)
    assert state_of(owner, ada) == "active"
    assert owner.execute("SELECT period FROM subscriptions").fetchall() == [(2,)]


def test_where_a_premium_pays_there_is_no_freemium_to_end_and_one_that_comes_meanwhile_keeps_the_account(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada, bob = buyer("ada"), buyer("bob", workspace=False)
    assert not_renew(bob).status_code == 200
    ada.subscribe("business", 2)
    assert code_of(not_renew(ada)) == (409, "premium-exists")
    bob.enter(ada)
    time.pass_to(MONTH_ENDS)
    assert [state_of(owner, who) for who in (ada, bob)] == ["active", "active"]
    assert owner.execute("SELECT count(*) FROM subscriptions WHERE not_renewed_at IS NOT NULL").fetchone() == (0,)
    assert owner.execute("SELECT DISTINCT period FROM subscriptions").fetchall() == [(2,)]


@pytest.mark.clause("7.5.13")
def test_whoever_ends_their_freemium_at_once_confirms_it_and_is_deleted_in_that_request(
    buyer: Buyers, owner: Owner, kernel: Kernel, clean: Clean
) -> None:
    ada = buyer("ada", workspace=False)
    assert code_of(ada.call("POST", "/v1/me/deletion", {})) == (422, "invalid-body")
    assert code_of(ada.call("POST", "/v1/me/deletion", RIGHT | {"phrase": "end it"})) == (422, "phrase-wrong")
    assert state_of(owner, ada) == "active"
    assert ada.call("POST", "/v1/me/deletion", RIGHT).status_code == 204
    assert state_of(owner, ada) is None
    assert owner.execute("SELECT count(*) FROM subscriptions").fetchone() == (0,)
    assert "As you asked, your Candor account was deleted" in letters_to(ada)[-1]
    assert code_of(Newcomer(ada.app, kernel, ada.email, PASSWORD).sign_up()) == (409, "email-retired")
    assert clean()


def test_killed_half_way_it_is_done_again(
    buyer: Buyers, clock: MovableClock, owner: Owner, kernel: Kernel, monkeypatch: pytest.MonkeyPatch, clean: Clean
) -> None:
    ada = buyer("ada", workspace=False)
    assert not_renew(ada).status_code == 200
    clock.set(MONTH_ENDS)
    whole = close_account

    def killed(*arguments: Any) -> None:
        whole(*arguments)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(not_renewing, "close_account", killed)
        assert tick(kernel.database.engine, [FreemiumEnds(kernel)], clock.now()).failed == ("freemium-ends",)
    assert state_of(owner, ada) == "active"
    piece = FreemiumEnds(kernel)
    with kernel.database.begin() as connection:
        assert piece.run(connection, clock.now()) is True
    with kernel.database.begin() as connection:
        assert piece.run(connection, clock.now()) is False
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert state_of(owner, ada) is None
    assert clean()
