"""Who may call: every route for signed-in callers refuses whoever is not, or no longer is, in the same words."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts.sessions import sign_out
from backend.accounts.suspension_records import door_address
from backend.accounts.suspensions import suspend
from backend.kernel import Kernel
from backend.kernel.http import ENDPOINTS, Caller
from backend.kernel.tokens import make_access_token
from tests.api.conftest import Member
from tests.api.routes import OPERATIONS, PASSWORD, SIGNED_IN, Operation

REFRESHING = [each for each in OPERATIONS if each.caller == "refresh"]


def code_of(answer: TestResponse) -> tuple[int, str]:
    """Status and code of a problem, which names the scheme where it asks for a token."""
    assert answer.mimetype == "application/problem+json", answer.text[:200]
    assert (answer.headers.get("WWW-Authenticate") == "Bearer") is (answer.status_code == 401)
    return answer.status_code, (answer.json or {})["code"]


def ask_every_route(caller: Member, token: str | None = None) -> dict[str, tuple[int, str]]:
    """What each route for signed-in callers answers to this token, or to none where it is empty."""
    headers = {"Authorization": f"Bearer {caller.token if token is None else token}"} if token != "" else {}
    return {
        str(route): code_of(caller.client.open(route.path, method=route.method, json=route.body, headers=headers))
        for route in SIGNED_IN
    }


def all_say(status: int, code: str) -> dict[str, tuple[int, str]]:
    """The same answer of each of them."""
    return {str(route): (status, code) for route in SIGNED_IN}


@pytest.fixture
def ann(join: Callable[..., Member]) -> Member:
    return join("ann")


def sign(ann: Member, key: str | None = None, algorithm: str = "HS256", **changes: Any) -> str:
    """Ann's token as she has it, but for the changes, signed with our key or another."""
    secret = ann.kernel.settings.jwt_secret
    claims = jwt.decode(ann.token, secret, algorithms=["HS256"])
    return jwt.encode({**claims, **changes}, secret if key is None else key, algorithm)


def test_every_route_is_declared_and_what_is_not_in_the_document_needs_no_sign_in(app: Flask) -> None:
    rules = app.url_map.iter_rules()
    served = {(rule.endpoint, method) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    assert served == {(name, each.method) for name, each in ENDPOINTS.items()}
    described = {(each.method, each.path) for each in OPERATIONS}
    left_out = [each for each in ENDPOINTS.values() if (each.method, each.path) not in described]
    assert {each.who for each in left_out} == {"anyone", "operator", "reader"}
    assert not any(each.path.startswith("/v1/") for each in left_out)
    who = {"anyone": "", "person": "access", "spender": "access", "refresher": "refresh"}
    declared = {f"{each.method} {each.path}": who[each.who] for each in ENDPOINTS.values() if each not in left_out}
    assert {str(each): each.caller for each in OPERATIONS} == declared


def test_without_a_token_nobody_is_served(ann: Member) -> None:
    assert ask_every_route(ann, token="") == all_say(401, "token-missing")


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_token_that_is_not_ours_is_refused(ann: Member) -> None:
    header, payload, signature = ann.token.split(".")
    forged = {
        "another key": sign(ann, key="k" * 40),
        "no key": sign(ann, key="", algorithm="none"),
        "another algorithm": sign(ann, algorithm="HS512"),
        "another payload": ".".join((header, sign(ann, w=ann.caller.workspace_id + 1).split(".")[1], signature)),
        "no signature": f"{header}.{payload}.",
        "of another use": sign(ann, type="refresh"),
        "no claims": jwt.encode({"type": "access"}, ann.kernel.settings.jwt_secret, "HS256"),
        "no workspace": sign(ann, w=None),
        "no number": sign(ann, s="x"),
        "a refresh token": ann.refresh_token,
    }
    for how, token in forged.items():
        assert ask_every_route(ann, token) == all_say(401, "token-invalid"), how


def test_a_token_of_the_past_is_refused(ann: Member) -> None:
    token = sign(ann, exp=int(datetime.now(UTC).timestamp()) - 60)
    assert ask_every_route(ann, token) == all_say(401, "token-expired")


def test_a_token_that_was_good_a_moment_ago_is_refused_once_it_is_over(ann: Member) -> None:
    over_at = int(time.time()) + 2  # the clocks of two servers may differ by five seconds
    headers = {"Authorization": f"Bearer {sign(ann, exp=over_at - 5)}"}
    assert ann.client.get("/v1/me", headers=headers).status_code == 200
    time.sleep(max(0, over_at + 0.02 - time.time()))
    assert code_of(ann.client.get("/v1/me", headers=headers)) == (401, "token-expired")


def test_a_token_of_an_ended_session_is_refused(ann: Member, kernel: Kernel) -> None:
    sign_out(kernel, ann.caller)
    assert ask_every_route(ann) == all_say(401, "session-ended")


def test_a_token_for_a_workspace_without_a_permit_is_refused(app: Flask, ann: Member, join: Callable[..., Member]) -> None:
    eve = join("eve")
    with app.app_context():
        token = make_access_token(Caller(ann.account_id, eve.caller.workspace_id, ann.caller.session_id))
    assert ask_every_route(ann, token) == all_say(401, "session-ended")


def test_a_suspended_account_is_told_so(join: Callable[..., Member]) -> None:
    assert ask_every_route(join("mal", "suspended")) == all_say(403, "account-suspended")


@pytest.mark.clause("6.4.2")
def test_tokens_of_before_a_suspension_open_nothing_but_its_door(
    ann: Member, kernel: Kernel, owner: psycopg.Connection[Any]
) -> None:
    with kernel.database.begin() as connection:
        suspend(connection, kernel, ann.account_id, "14.2.10", "Details were offered for sale.")
    assert ask_every_route(ann) == all_say(403, "account-suspended")
    for route in REFRESHING:
        refused = ann.call(route.method, route.path, token=ann.refresh_token)
        assert code_of(refused) == (403, "account-suspended")
        assert "offered for sale" in (refused.json or {})["detail"]
    signed_in = ann.client.post("/v1/sessions", json={"email": ann.email, "password": PASSWORD})
    assert code_of(signed_in) == (403, "account-suspended")
    # Whoever calls comes with one of these two: a third way in, such as an API key, is to be refused here as well.
    assert {each.caller for each in OPERATIONS} == {"", "access", "refresh"}
    with kernel.database.begin() as connection:
        address = door_address(kernel, ann.account_id, owner.execute("SELECT suspension_id FROM suspensions").fetchone()[0])  # type: ignore[index]
    door = address.removeprefix(kernel.settings.public_url)
    assert ann.client.get(door).status_code == 200
    assert code_of(ann.call("GET", "/v1/me", token=door.rpartition("/")[2])) == (401, "token-invalid")


@pytest.mark.parametrize("route", REFRESHING, ids=str)
def test_a_refresh_token_is_asked_for_as_strictly(app: Flask, ann: Member, join: Callable[..., Member], route: Operation) -> None:
    eve, mal = join("eve"), join("mal", "suspended")
    assert code_of(app.test_client().open(route.path, method=route.method)) == (401, "token-missing")
    mixed = eve.refresh_token[:26] + ann.refresh_token[26:]
    for forged in (ann.token, "x", ann.refresh_token[:52], mixed, ann.refresh_token[:26] * 2):
        answer = ann.call(route.method, route.path, token=forged)
        assert code_of(answer)[0] == 401
    assert code_of(mal.call(route.method, route.path, token=mal.refresh_token)) == (403, "account-suspended")
    ann.sign_in()
    sign_out(ann.kernel, ann.caller)
    assert code_of(ann.call(route.method, route.path, token=ann.refresh_token)) == (401, "session-ended")


@pytest.mark.parametrize(("seconds", "passes"), [(3, True), (60, False)])
def test_a_clock_that_runs_a_little_ahead_is_forgiven(ann: Member, seconds: int, passes: bool) -> None:
    ahead = int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())
    answer = ann.call("GET", "/v1/me", token=sign(ann, iat=ahead, nbf=ahead))
    assert answer.status_code == (200 if passes else 401)


@pytest.mark.parametrize(("seconds", "passes"), [(3, True), (60, False)])
def test_a_clock_that_runs_a_little_behind_is_forgiven(ann: Member, seconds: int, passes: bool) -> None:
    behind = int((datetime.now(UTC) - timedelta(seconds=seconds)).timestamp())
    answer = ann.call("GET", "/v1/me", token=sign(ann, exp=behind))
    assert answer.status_code == (200 if passes else 401)
