"""Signing in and refreshing, as the score hears of it: the account is there, and from which network."""

from datetime import timedelta
from typing import Any

import psycopg

from backend.robots.scoring import Action, Scorer
from tests.robots.production import PASSWORD, Worker


def sign_in(worker: Worker, address: str) -> dict[str, Any]:
    given = {"email": worker.email, "password": PASSWORD}
    answer = worker.app.test_client().post("/v1/sessions", json=given, environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def refresh(worker: Worker, token: str, address: str) -> str:
    headers, place = {"Authorization": f"Bearer {token}"}, {"REMOTE_ADDR": address}
    answer = worker.app.test_client().post("/v1/sessions/refresh", headers=headers, environ_overrides=place)
    assert answer.status_code == 200, answer.text
    return str((answer.json or {})["refresh_token"])


def new_networks(worker: Worker) -> float:
    """What the score knows, asked by way of a reveal that nobody made."""
    worker.clock.advance(timedelta(seconds=20))
    at = round(worker.clock.now().timestamp() * 1000)
    verdict = Scorer(worker.store).score(Action(str(worker.account_id), at, "reveal", f"{at // 1000:08x}"), tell=True)
    return {sign.name: sign.measure for sign in verdict.signs}["networks"]


def test_networks_are_counted_where_sessions_start_and_at_each_refresh(rob: Worker) -> None:
    token = sign_in(rob, "192.0.2.7")["refresh_token"]
    assert new_networks(rob) == 0
    for number, address in enumerate(("198.51.100.7", "203.0.113.7", "198.51.100.9"), start=1):
        rob.clock.advance(timedelta(minutes=1))
        token = refresh(rob, token, address)
        assert round(new_networks(rob), 1) == min(number, 2)  # back in a network of before is nothing new
    sign_in(rob, "2001:db8::7")
    assert round(new_networks(rob), 1) == 3


def test_an_office_in_one_network_is_as_innocent_as_one_person(rob: Worker, hire: Any, owner: psycopg.Connection[Any]) -> None:
    office = [rob, *(hire(f"colleague{number}") for number in range(3))]
    for worker in office:
        sign_in(worker, "192.0.2.7")
        assert new_networks(worker) == 0
        assert worker.steps(owner) == []
