"""POST /v1/sessions, /v1/sessions/refresh, DELETE /v1/sessions/current."""

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts import attempts
from backend.kernel.clock import MovableClock
from backend.kernel.limits import Limit
from tests.accounts.conftest import EXTENSION, Newcomer, bearer


def test_signing_in_gives_working_tokens(jane: Newcomer) -> None:
    jane.join()
    answer = jane.sign_in()
    assert answer.status_code == 200
    assert answer.json is not None
    assert set(answer.json) == {"access_token", "refresh_token", "expires_in"}
    assert jane.me(answer.json["access_token"]).status_code == 200


@pytest.mark.clause("6.2.4")
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(jane: Newcomer) -> None:
    jane.join()
    wrong = jane.sign_in("not-the-password")
    unknown = Newcomer(jane.app, jane.kernel, "nobody@acme.example").sign_in()
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json is not None
    assert wrong.json["code"] == "credentials-wrong"


@pytest.mark.clause("6.2.4")
def test_an_unknown_address_costs_as_many_hashes_as_a_wrong_password(jane: Newcomer, hashing: list[str]) -> None:
    jane.join()
    nobody = Newcomer(jane.app, jane.kernel, "nobody@acme.example")
    nobody.sign_in("not-the-password")  # the hash that nobody's password is held against is made once
    for person in (jane, nobody):
        hashing.clear()
        assert person.sign_in("not-the-password").status_code == 401
        assert hashing == ["verify"]


def test_a_pending_account_is_told_to_enter_its_code(jane: Newcomer) -> None:
    jane.sign_up()
    answer = jane.sign_in()
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (403, "account-pending")
    assert jane.sign_in("not-the-password").status_code == 401


def test_a_suspended_account_is_told_so(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    tokens = jane.join()
    owner.execute("UPDATE accounts SET state = 'suspended'")
    owner.execute("UPDATE permits SET state = 'suspended'")
    for answer in (jane.sign_in(), jane.refresh(tokens["refresh_token"]), jane.me(tokens["access_token"])):
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (403, "account-suspended")


def test_a_refresh_token_is_changed_for_new_tokens(jane: Newcomer) -> None:
    first = jane.join()
    second = jane.refresh(first["refresh_token"]).json
    assert second is not None
    assert second["refresh_token"] != first["refresh_token"]
    assert jane.me(second["access_token"]).status_code == 200
    assert jane.me(first["access_token"]).status_code == 200
    assert jane.refresh(second["refresh_token"]).status_code == 200


@pytest.mark.parametrize("older", [0, 1, 2])
def test_a_replay_of_any_older_refresh_token_ends_the_whole_family(jane: Newcomer, older: int) -> None:
    family = [jane.join()]
    for _ in range(3):
        family.append(jane.refresh(family[-1]["refresh_token"]).json)  # type: ignore[arg-type]
    other = jane.sign_in().json
    assert other is not None
    answer = jane.refresh(family[older]["refresh_token"])
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "refresh-reused")
    for tokens in family:
        assert jane.refresh(tokens["refresh_token"]).json["code"] == "refresh-reused"  # type: ignore[index]
        assert jane.me(tokens["access_token"]).json["code"] == "session-ended"  # type: ignore[index]
    assert jane.me(other["access_token"]).status_code == 200
    assert jane.refresh(other["refresh_token"]).status_code == 200


def test_of_two_crossing_refreshes_one_wins_and_the_session_ends(jane: Newcomer) -> None:
    tokens = jane.join()
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(jane.refresh(tokens["refresh_token"]).status_code)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 401]
    assert jane.me(tokens["access_token"]).status_code == 401


def test_a_forged_refresh_token_ends_nothing(jane: Newcomer) -> None:
    token = jane.join()["refresh_token"]
    for forged in ("x", "a" * 95, "b" + token[1:], token[:26] + "a" * 26 + token[52:], "é" * 95):
        answer = jane.app.test_client().post(
            "/v1/sessions/refresh", headers={"Authorization": f"Bearer {forged}".encode().decode("latin-1")}
        )
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"]) == (401, "token-invalid")
    assert jane.post("/v1/sessions/refresh").json["code"] == "token-missing"  # type: ignore[index]
    assert jane.refresh(token).status_code == 200


def test_a_session_unused_for_thirty_days_is_over(jane: Newcomer, clock: MovableClock) -> None:
    tokens: dict[str, Any] = jane.join()
    for _ in range(3):
        clock.advance(timedelta(days=29))
        tokens = jane.refresh(tokens["refresh_token"]).json  # type: ignore[assignment]
    clock.advance(timedelta(days=30))
    answer = jane.refresh(tokens["refresh_token"])
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "token-expired")


def test_signing_out_ends_this_session_at_once_and_no_other(jane: Newcomer) -> None:
    here, there = jane.join(), jane.sign_in().json
    assert there is not None
    answer = jane.app.test_client().delete("/v1/sessions/current", headers=bearer(here["access_token"]))
    assert (answer.status_code, answer.data) == (204, b"")
    assert jane.me(here["access_token"]).json["code"] == "session-ended"  # type: ignore[index]
    assert jane.refresh(here["refresh_token"]).json["code"] == "session-ended"  # type: ignore[index]
    assert jane.me(there["access_token"]).status_code == 200


def test_sessions_that_ended_one_after_the_other_all_stay_ended(jane: Newcomer) -> None:
    sessions = [jane.join(), *(jane.sign_in().json for _ in range(2))]
    for tokens in sessions[:2]:
        jane.app.test_client().delete("/v1/sessions/current", headers=bearer(tokens["access_token"]))  # type: ignore[index]
    assert [jane.me(tokens["access_token"]).status_code for tokens in sessions] == [401, 401, 200]  # type: ignore[index]


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_a_call_without_a_good_token_is_refused(jane: Newcomer, token: str) -> None:
    headers = bearer(token) if token else {}
    answer = jane.app.test_client().get("/v1/me", headers=headers)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (401, "token-invalid" if token else "token-missing")


@pytest.mark.parametrize(
    ("client", "status"), [("extension/0.0.9", 426), ("extension/0.1.0", 200), ("extension/1", 200), ("web/0", 200)]
)
def test_too_old_an_extension_is_told_to_update(jane: Newcomer, client: str, status: int) -> None:
    token = jane.join()["access_token"]
    assert jane.me(token, **{"X-Candor-Client": client}).status_code == status
    if status == 426:
        assert jane.post("/v1/sessions", {}, **{"X-Candor-Client": client}).status_code == 426


@pytest.mark.clause("7.1.1")
def test_the_first_signed_in_call_of_the_extension_is_remembered(jane: Newcomer) -> None:
    token = jane.join()["access_token"]
    assert jane.me(token).json["extension"] == {"seen": False}  # type: ignore[index]
    assert jane.me(token, **EXTENSION).json["extension"] == {"seen": True}  # type: ignore[index]
    assert jane.me(token).json["extension"] == {"seen": True}  # type: ignore[index]


def test_the_extension_is_not_seen_through_an_ended_session(jane: Newcomer) -> None:
    token = jane.join()["access_token"]
    jane.app.test_client().delete("/v1/sessions/current", headers=bearer(token))
    answer = jane.app.test_client().post(
        "/v1/lookups", json={"profile": "https://www.linkedin.com/in/some-one/"}, headers=bearer(token) | EXTENSION
    )
    assert answer.json is not None
    assert answer.json["code"] == "session-ended"
    fresh = jane.sign_in().json
    assert fresh is not None
    assert jane.me(fresh["access_token"]).json["extension"] == {"seen": False}  # type: ignore[index]


@pytest.fixture
def limited(app: Flask, jane: Newcomer, monkeypatch: pytest.MonkeyPatch) -> Newcomer:
    """Jane, where at most two passwords may be tried at once, and one more each second."""
    jane.join()
    object.__setattr__(jane.kernel, "settings", jane.kernel.settings.model_copy(update={"rate_limits": True}))
    monkeypatch.setattr(attempts, "PASSWORDS", Limit("passwords", 2, 2, 2))
    return jane


@pytest.mark.clause("6.2.4")
def test_guessing_is_slowed_down_and_nobody_is_locked_out(limited: Newcomer) -> None:
    signed_in = limited.sign_in().json
    assert signed_in is not None
    nobody = Newcomer(limited.app, limited.kernel, "nobody@acme.example")
    for person in (limited, nobody):
        assert [person.sign_in("not-the-password").status_code for _ in range(2)] == [401, 401]
        refused = person.sign_in()
        assert refused.json is not None
        assert (refused.status_code, refused.json["code"]) == (429, "rate-limited")
        assert int(refused.headers["Retry-After"]) == 1
    assert limited.me(signed_in["access_token"]).status_code == 200
    assert limited.refresh(signed_in["refresh_token"]).status_code == 200
    threading.Event().wait(1.1)
    assert limited.sign_in().status_code == 200


def test_who_tries_to_sign_in_while_the_database_is_away_is_not_slowed_down_when_it_is_back(
    limited: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise psycopg.OperationalError("the connection is lost")

    with monkeypatch.context() as while_away:
        while_away.setattr(limited.kernel.database.engine, "begin", away)
        for _ in range(5):
            answer = limited.sign_in()
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert limited.sign_in().status_code == 200
