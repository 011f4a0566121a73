"""The frame around requests: proxies that are trusted and those that are not, TLS, and a database that is away."""

from ipaddress import ip_network

import pytest
from flask import Flask

from backend.app import create_app
from backend.kernel.frame import TOO_SLOW
from backend.settings import Settings

FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(("peer", "believed"), [("10.1.2.3", True), ("192.0.2.1", False), ("not-an-address", False)])
def test_a_forwarded_address_is_believed_from_a_trusted_proxy_only(
    settings: Settings, app: Flask, peer: str, believed: bool
) -> None:
    behind = create_app(settings.model_copy(update={"trusted_proxies": (ip_network("10.0.0.0/8"),)}))
    answer = behind.test_client().get("/healthz", headers=FORWARDED, environ_base={"REMOTE_ADDR": peer})
    assert ("Strict-Transport-Security" in answer.headers) is believed


def test_without_trusted_proxies_nobody_is_believed(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers=FORWARDED)
    assert "Strict-Transport-Security" not in answer.headers


def test_without_a_database_the_process_still_answers_and_says_what_is_wrong(settings: Settings, app: Flask) -> None:
    away = create_app(settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})).test_client()
    assert away.get("/healthz").status_code == 200
    ready = away.get("/readyz")
    assert (ready.status_code, ready.json) == (503, {"status": "not ready", "database": False, "redis": True})
    answer = away.post("/v1/sessions", json={"email": "ada@lovelace.example", "password": "x" * 12})
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")  # type: ignore[index]
    assert answer.headers["Retry-After"]


def test_a_body_that_did_not_come_in_time_is_a_problem_like_any_other(app: Flask) -> None:
    answer = app.test_client().post("/v1/sessions", environ_overrides={TOO_SLOW: True})
    assert (answer.status_code, answer.json["code"]) == (408, "body-too-slow")  # type: ignore[index]
    assert answer.headers["X-Request-Id"]
