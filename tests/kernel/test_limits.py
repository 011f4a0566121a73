"""Limits: a bucket for each account and limit, told in every answer, and open when Redis is away."""

from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from backend.app import create_app
from backend.kernel.http import ENDPOINTS, Endpoint
from backend.kernel.limits import Limit
from backend.settings import Settings


@pytest.fixture
def limited(settings: Settings, app: Flask) -> FlaskClient:
    """An application with limits on; `app` has emptied Redis."""
    return create_app(settings.model_copy(update={"rate_limits": True})).test_client()


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """`/healthz` with three requests an hour, two of them at once."""
    limit = Limit("narrow", 3, 3600, 2)
    found = ENDPOINTS["service.tell_alive"]
    monkeypatch.setitem(ENDPOINTS, found.name, Endpoint(**{**found.__dict__, "limit": limit}))
    return limit


def test_a_request_too_many_is_refused_and_told_when_to_come_back(limited: FlaskClient, narrow: Limit) -> None:
    answers = [limited.get("/healthz") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"narrow";q=3;w=3600'
    assert [answer.headers["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    assert answers[2].json is not None
    assert answers[2].json["code"] == "rate-limited"
    assert 1190 <= int(answers[2].headers["Retry-After"]) <= 1202


def test_addresses_have_buckets_of_their_own(limited: FlaskClient, narrow: Limit) -> None:
    for _ in range(3):
        limited.get("/healthz", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert limited.get("/healthz", environ_base={"REMOTE_ADDR": "192.0.2.2"}).status_code == 200


def test_limits_open_when_redis_is_away(settings: Settings, app: Flask, narrow: Limit) -> None:
    away = settings.model_copy(update={"rate_limits": True, "redis_url": "redis://127.0.0.1:1/0"})
    client = create_app(away).test_client()
    assert [client.get("/healthz").status_code for _ in range(4)] == [200] * 4
    assert "candor_limiter_away_total" in client.get("/metrics").text


@pytest.mark.clause("14.4.7")
def test_every_address_is_declared_with_one_limit_and_who_may_call(app: Flask) -> None:
    undeclared = {rule.endpoint for rule in app.url_map.iter_rules()} - ENDPOINTS.keys()
    assert undeclared == set()
    personal = [e for e in ENDPOINTS.values() if e.path.startswith(("/v1/lookups", "/v1/reveals", "/v1/credits", "/v1/me"))]
    assert personal
    assert all(endpoint.who in ("person", "spender") for endpoint in personal)


def test_a_bucket_is_named_by_address_and_limit_and_by_nothing_else(limited: FlaskClient, narrow: Limit, stand: Any) -> None:
    limited.get("/healthz?email=ada@lovelace.example")
    keys = [key.decode() for key in redis.Redis.from_url(stand.redis_url).scan_iter()]
    assert keys == ["LIMITER/{address:127.0.0.1}:narrow/3/3600/second"]
