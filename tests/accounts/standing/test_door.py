"""The door: the link of a suspension's mail opens what puts it right, and nothing else (6.4.8)."""

import html
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from backend.accounts import Debt, DebtAsked, DebtPaid
from backend.accounts.grounds import all_grounds
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.accounts.standing.conftest import GROUND, REASON, Ops, Person, door_of, letters_to, state_of
from tests.workspaces.conftest import PASSWORD, code_of

Suspend = Callable[[Person], None]
FR = {"Accept-Language": "fr"}


@pytest.fixture
def door(suspend: Suspend, ben: Person) -> str:
    """The door of Ben, who is suspended."""
    suspend(ben)
    return door_of(ben)


@pytest.fixture
def paid(kernel: Kernel) -> list[DebtPaid]:
    """A room above to which everybody owes 189.60 until it is paid; what it was paid."""
    heard: list[DebtPaid] = []

    def owe(_: Any, asked: DebtAsked) -> None:
        if not any(one.account_id == asked.account_id for one in heard):
            words = {"en": "Renewal of March", "fr": "Renouvellement de mars"}[asked.lang]
            asked.debts.append(Debt("due-17", words, Decimal("189.60")))

    kernel.events.on(DebtAsked, owe)
    kernel.events.on(DebtPaid, lambda _, event: heard.append(event))
    return heard


@pytest.mark.parametrize(("headers", "lang", "word"), [({}, "en", "You have until"), (FR, "fr", "Vous avez jusqu'au")])
def test_the_door_shows_reason_clause_and_time(
    client: FlaskClient, door: str, headers: dict[str, str], lang: str, word: str
) -> None:
    page = client.get(door, headers=headers)
    assert page.status_code == 200
    for text in (REASON, GROUND, all_grounds()[GROUND][lang], word, "2026-03-09T09:00:00+00:00"):
        assert text in html.unescape(page.text)
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"


def test_a_cure_is_handed_in_and_looked_at(
    client: FlaskClient, door: str, ben: Person, ops: Ops, owner: psycopg.Connection[Any]
) -> None:
    assert client.post(f"{door}/cure", data={"text": "  "}).status_code == 422
    handed_in = client.post(f"{door}/cure", data={"text": "The offer is gone. <b>Sorry</b>"}, follow_redirects=True)
    assert 'data-outcome="waits"' in handed_in.text
    assert "The offer is gone. &lt;b&gt;Sorry" in handed_in.text
    assert "The offer is gone." in ops("cases", ben.email).output
    assert ops("answer-cure", ben.email, "accept").exit_code == 0
    assert state_of(owner, ben) == "active"
    actions = owner.execute("SELECT account_id, session_id, action FROM account_actions").fetchall()
    assert actions == [(ben.account_id, None, "POST /door/{token}/cure")]


def test_an_appeal_goes_before_a_person_and_stops_no_clock(
    client: FlaskClient, door: str, ben: Person, ops: Ops, owner: psycopg.Connection[Any]
) -> None:
    page = client.post(f"{door}/appeal", data={"text": "It was somebody of the same name."}, follow_redirects=True)
    assert "Appeal received" in page.text
    assert owner.execute("SELECT waiting_since FROM suspensions").fetchone() == (None,)
    shown = ops("cases", ben.email).output
    assert "open    appeal: the user appeals" in shown
    assert "It was somebody of the same name." in shown
    assert "somebody else does" in ops("lift", ben.email).output
    assert ops("lift", ben.email, by="otto").exit_code == 0
    assert owner.execute("SELECT count(*) FROM cases WHERE state = 'open'").fetchone() == (0,)


def test_what_is_unpaid_is_shown_and_paid_once(
    client: FlaskClient, door: str, ben: Person, paid: list[DebtPaid], owner: psycopg.Connection[Any]
) -> None:
    assert "Renewal of March: <strong>€189.60</strong> including VAT" in client.get(door).text
    french = client.get(door, headers=FR).text.replace("\xa0", " ").replace("\u202f", " ")
    assert "Renouvellement de mars : <strong>189,60 €</strong> TVA comprise" in french
    for wrong in ({"debt": "due-18", "means": "wire"}, {"debt": "due-17", "means": "cash"}, {"debt": "due-17"}, {}):
        refused = client.post(f"{door}/pay", data=wrong)
        assert refused.status_code == 422
        assert "Nothing has changed" in refused.text
    assert paid == []
    page = client.post(f"{door}/pay", data={"debt": "due-17", "means": "wire"}, follow_redirects=True)
    assert "189.60" not in page.text
    assert paid == [DebtPaid(ben.account_id, ben.caller.workspace_id, "due-17", "wire")]
    assert client.post(f"{door}/pay", data={"debt": "due-17", "means": "wire"}).status_code == 422
    assert len(paid) == 1
    assert owner.execute("SELECT action FROM account_actions").fetchall() == [("POST /door/{token}/pay",)]


def test_the_data_is_downloaded_through_the_door(client: FlaskClient, door: str, ben: Person) -> None:
    file = client.get(f"{door}/export")
    assert file.headers["Content-Disposition"] == 'attachment; filename="candor-export.json"'
    assert json.loads(file.text)["account"]["email"] == ben.email


def test_the_account_is_deleted_through_the_door(
    client: FlaskClient, door: str, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    form = {"phrase": "delete my account", "password": PASSWORD}
    for wrong, status in (({"phrase": "delete"}, 422), ({"password": "not-my-own-one"}, 401)):
        page = client.post(f"{door}/delete", data=form | wrong)
        assert page.status_code == status
        assert "Nothing has changed" in page.text
    assert state_of(owner, ben) == "suspended"
    assert 'data-outcome="deleted"' in client.post(f"{door}/delete", data=form).text
    assert state_of(owner, ben) is None
    assert client.get(door).status_code == 404
    assert letters_to(ben)[-1].subject == "Your Candor account is deleted"


def test_the_door_opens_nothing_else_and_nothing_else_opens_it(client: FlaskClient, door: str, ben: Person, ann: Person) -> None:
    token = door.rpartition("/")[2]
    assert code_of(ann.call("GET", "/v1/me", token=token)) == (401, "token-invalid")
    assert ben.call("POST", "/v1/sessions/refresh", token=token).status_code == 401
    assert client.post("/v1/password/reset/confirm", json={"token": token, "password": "a-new-one-for-ben"}).status_code == 422
    for other in (token[:26], token[26:], token[26:] + token[:26], token[:-1] + ("b" if token[-1] == "a" else "a"), ann.token):
        assert client.get(f"/door/{other}").status_code == 404
        assert client.post(f"/door/{other}/cure", data={"text": "x"}).status_code == 404
        assert client.get(f"/door/{other}/export").status_code == 404
        assert client.post(f"/door/{other}/delete", data={}).status_code == 404
        assert client.post(f"/door/{other}/pay", data={"debt": "due-17", "means": "wire"}).status_code == 404


def test_the_door_dies_on_lifting_and_another_suspension_has_another_door(
    client: FlaskClient, door: str, ben: Person, ops: Ops, suspend: Suspend, clock: MovableClock
) -> None:
    assert ops("lift", ben.email).exit_code == 0
    assert client.get(door).status_code == 404
    assert client.get(f"{door}/export").status_code == 404
    clock.advance(timedelta(days=1))
    suspend(ben)
    assert client.get(door).status_code == 404
    assert client.get(door_of(ben)).status_code == 200


@pytest.mark.clause("6.4.8")
def test_everything_a_suspended_user_may_do_is_done_through_the_link_and_nothing_else_opens(
    client: FlaskClient,
    door: str,
    ben: Person,
    ops: Ops,
    suspend: Suspend,
    paid: list[DebtPaid],
    owner: psycopg.Connection[Any],
    clock: MovableClock,
) -> None:
    token = door.rpartition("/")[2]
    assert REASON in client.get(door).text
    for path in ("/v1/me", "/v1/me/export", "/v1/credits", "/v1/workspace", "/v1/subscription"):
        assert code_of(ben.call("GET", path, token=token)) == (401, "token-invalid")
        assert code_of(ben.call("GET", path)) == (403, "account-suspended")
    assert client.post(f"{door}/cure", data={"text": "The offer is gone."}).status_code == 303
    assert client.post(f"{door}/appeal", data={"text": "I am somebody else."}).status_code == 303
    assert client.post(f"{door}/pay", data={"debt": "due-17", "means": "sepa_debit"}).status_code == 303
    assert [event.debt for event in paid] == ["due-17"]
    assert owner.execute("SELECT kind FROM replies ORDER BY reply_id").fetchall() == [("cure",), ("appeal",)]
    assert json.loads(client.get(f"{door}/export").text)["account"]["email"] == ben.email
    assert state_of(owner, ben) == "suspended"
    assert ops("lift", ben.email, by="otto").exit_code == 0
    assert client.get(door).status_code == 404
    for act in ("cure", "appeal", "pay", "delete"):
        form = {"text": "again", "debt": "due-17", "means": "wire", "phrase": "delete my account", "password": PASSWORD}
        assert client.post(f"{door}/{act}", data=form).status_code == 404
    assert (state_of(owner, ben), len(paid)) == ("active", 1)
    clock.advance(timedelta(days=1))
    suspend(ben)
    form = {"phrase": "delete my account", "password": PASSWORD}
    assert 'data-outcome="deleted"' in client.post(f"{door_of(ben)}/delete", data=form).text
    assert state_of(owner, ben) is None
