"""A report of misuse, in three ways: all are shut out at once, a new password comes by mail (6.2.8). The end at once (6.2.9)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from backend.kernel.clock import MovableClock
from tests.accounts.standing.conftest import Ops, Person, letters_to, state_of, texts_to
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import PASSWORD, code_of


def link_of(who: Person) -> str:
    return re.findall(r"(/compromise/\S+)", texts_to(who))[-1]


def report(way: str, who: Person, ops: Ops, client: FlaskClient) -> None:
    match way:
        case "from the account":
            assert who.call("POST", "/v1/me/compromise").status_code == 204
        case "by a mailed link":
            assert client.post("/v1/compromise", json={"email": who.email.upper()}).status_code == 202
            link = link_of(who)
            assert client.get(link).status_code == 200
            assert who.call("GET", "/v1/me").status_code == 200  # looking changes nothing
            assert 'data-outcome="reported"' in client.post(link).text
            assert client.post(link).status_code == 404
        case _:
            assert ops("compromised", who.email, reason="mailed to contact@").exit_code == 0


@pytest.mark.clause("6.2.8")
@pytest.mark.parametrize("way", ["from the account", "by a mailed link", "by mail to us"])
def test_a_thief_is_out_at_once_and_the_old_password_with_them(
    way: str, ben: Person, ops: Ops, client: FlaskClient, owner: psycopg.Connection[Any], directory: Directory
) -> None:
    stolen, stolen_refresh = ben.token, ben.refresh_token
    ben.sign_in()
    report(way, ben, ops, client)
    for token in (stolen, ben.token):
        assert code_of(ben.call("GET", "/v1/me", token=token)) == (401, "session-ended")
        assert ben.call("POST", "/v1/lookups", {"profile": "p0"}, token=token).status_code == 401
    for refresh in (stolen_refresh, ben.refresh_token):
        assert ben.call("POST", "/v1/sessions/refresh", token=refresh).status_code == 401
    assert code_of(client.post("/v1/sessions", json={"email": ben.email, "password": PASSWORD})) == (401, "credentials-wrong")
    [(kind, state, signals)] = owner.execute("SELECT kind, state, signals FROM cases").fetchall()
    assert (kind, state, len(signals)) == ("compromise", "open", 1)
    reset = re.findall(r"^ {4}([A-Z2-7-]{20,})$", texts_to(ben), re.MULTILINE)[-1]
    fresh = {"token": reset, "password": "eleven-hats-in-a-row"}
    assert client.post("/v1/password/reset/confirm", json=fresh).status_code == 204
    assert client.post("/v1/sessions", json={"email": ben.email, "password": "eleven-hats-in-a-row"}).status_code == 200


def test_nobody_learns_from_the_link_who_has_an_account(client: FlaskClient, ben: Person) -> None:
    known, unknown = (client.post("/v1/compromise", json={"email": email}) for email in (ben.email, "nobody@acme.example"))
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    assert [letter.to for letter in letters_to(ben)] == [ben.email]


def test_a_link_is_over_after_a_quarter_of_an_hour_and_is_no_password_code(
    client: FlaskClient, ben: Person, clock: MovableClock
) -> None:
    client.post("/v1/compromise", json={"email": ben.email})
    link = link_of(ben)
    token = link.rpartition("/")[2]
    assert client.post("/v1/password/reset/confirm", json={"token": token, "password": "eleven-hats-in-a-row"}).status_code == 422
    clock.advance(timedelta(minutes=15))
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404
    assert ben.call("GET", "/v1/me").status_code == 200


@pytest.mark.clause("6.2.9")
def test_disclosed_sign_in_details_end_the_account_at_once_without_anything_given_back(
    ops: Ops, ben: Person, client: FlaskClient, owner: psycopg.Connection[Any], findings: Callable[[], list[Any]]
) -> None:
    granted = "SELECT count(*) FROM entries WHERE action IN ('grant', 'give_back', 'transfer', 'correct')"
    before = owner.execute(granted).fetchone()
    assert ops("terminate", ben.email, reason="The password stood in a forum.").exit_code == 0
    assert state_of(owner, ben) == "terminated"
    assert code_of(client.post("/v1/sessions", json={"email": ben.email, "password": PASSWORD})) == (403, "account-terminated")
    assert ben.call("GET", "/v1/me").status_code == 401
    assert ben.call("POST", "/v1/sessions/refresh", token=ben.refresh_token).status_code in (401, 403)
    after = owner.execute(granted).fetchone()
    assert after is not None
    assert before is not None
    assert after[0] <= before[0]
    assert "Nothing is given back" in letters_to(ben)[-1].text
    assert owner.execute("SELECT cause FROM closed_accounts").fetchall() == [("identifiers",)]
    assert findings() == []
