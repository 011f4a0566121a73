"""Manners of every answer: problems, request ids, CORS, and a document that tells the truth."""

import re

import pytest
from flask.testing import FlaskClient

from backend.kernel.problems import KINDS, Problem


def test_what_does_not_exist_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/v1/nowhere")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert {"type", "title", "status", "detail", "code"} <= answer.json.keys()
    assert answer.json["type"] == "/problems/not-found"


def test_the_wrong_method_is_told_the_right_one(client: FlaskClient) -> None:
    answer = client.delete("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_unexpected_failure_says_nothing_of_itself(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> bytes:
        raise RuntimeError("ada@lovelace.example")

    monkeypatch.setattr("backend.kernel.api.render_metrics", fail)
    answer = client.get("/metrics")
    assert answer.status_code == 500
    assert "lovelace" not in answer.text


def test_a_callers_request_id_comes_back_and_an_odd_one_does_not(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abc123"}).headers["X-Request-Id"] == "abc123"
    for odd in ("a b", "x" * 65, "é", '{"a":1}'):
        assert re.fullmatch(r"[0-9a-f]{32}", client.get("/healthz", headers={"X-Request-Id": odd}).headers["X-Request-Id"])


def test_only_an_extension_may_read_across_origins(client: FlaskClient) -> None:
    extension = f"chrome-extension://{'a' * 32}"
    asked = "authorization, content-type, x-candor-client"
    answer = client.options(
        "/v1/reveals",
        headers={"Origin": extension, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": asked},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == extension
    assert "POST" in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert set(answer.headers["Access-Control-Allow-Headers"].lower().split(", ")) == set(asked.split(", "))
    assert int(answer.headers["Access-Control-Max-Age"]) >= 3600
    assert "Access-Control-Allow-Credentials" not in answer.headers
    exposed = client.get("/healthz", headers={"Origin": extension}).headers["Access-Control-Expose-Headers"]
    assert {"X-Credits-Charged", "X-Credits-Left", "X-Request-Id", "Retry-After"} <= set(exposed.split(", "))
    others = ("https://www.linkedin.com", "https://chrome-extension", f"https://{'a' * 32}.example", "null", f"{extension}.example")
    for other in others:
        assert "Access-Control-Allow-Origin" not in client.get("/healthz", headers={"Origin": other}).headers


def test_ready_is_said_only_with_a_database(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "database": True, "redis": True}


def test_metrics_name_routes_and_never_addresses(client: FlaskClient) -> None:
    client.get("/v1/nowhere/ada-lovelace-candor-sample")
    text = client.get("/metrics").text
    assert 'route="none"' in text
    assert "lovelace" not in text


@pytest.mark.parametrize("code", list(KINDS))
def test_every_problem_says_what_happened_and_what_to_do(code: str) -> None:
    body = Problem(code).body()
    assert 400 <= body["status"] < 600
    for sentence in (body["title"], body["detail"]):
        assert sentence.endswith(".")
        assert "!" not in sentence
