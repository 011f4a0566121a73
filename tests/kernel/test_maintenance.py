"""Maintenance: everybody is told to come back, and when; what looks after Candor goes on."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.http import ENDPOINTS
from backend.kernel.mail import Letter, post
from backend.kernel.switches import MAINTENANCE, switch
from tests.conftest import due_pieces

GOES_ON = ("/healthz", "/readyz", "/metrics", "/candor.css", "/ops")


@pytest.fixture
def maintenance(kernel: Kernel, clock: MovableClock) -> None:
    """It is on, for two hours."""
    with kernel.database.begin() as connection:
        switch(connection, MAINTENANCE, True, "a new disk", clock.now() + timedelta(hours=2))
    kernel.switches.forget()


@pytest.mark.clause("11.2.2")
def test_every_address_answers_503_with_the_time_to_come_back_but_those_that_look_after_candor(
    maintenance: None, client: FlaskClient
) -> None:
    seen = 0
    for each in ENDPOINTS.values():
        if "{" in each.path or any(each.path == path or each.path.startswith(f"{path}/") for path in GOES_ON):
            continue
        answer = client.open(each.path, method=each.method, json={} if each.body else None)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7200"), each.path
        if each.media in ("text/html", "text/css"):
            assert "2 March 2026 at 12:00" in answer.text
        else:
            assert (answer.json["code"], answer.json["retry_at"]) == ("maintenance", "2026-03-02T11:00:00+00:00")  # type: ignore[index]
        assert answer.headers["X-Candor-Extension"] == "on"
        seen += 1
    assert seen > 50
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/ops/sign-in").status_code == 200
    assert client.get("/candor.css").status_code == 200


@pytest.mark.clause("11.2.2")
def test_metrics_say_that_it_is_on_and_since_when_candor_is_up(maintenance: None, client: FlaskClient, kernel: Kernel) -> None:
    def figure(name: str) -> float:
        return next(float(line.split()[1]) for line in client.get("/metrics").text.splitlines() if line.startswith(name + " "))

    assert client.get("/v1/plans").status_code == 503
    assert figure("candor_maintenance") == 1
    assert figure("candor_started_at_seconds") > 1_700_000_000
    with kernel.database.begin() as connection:
        switch(connection, MAINTENANCE, False, "")
    kernel.switches.forget()
    assert client.get("/v1/plans").status_code == 200
    assert figure("candor_maintenance") == 0


def test_the_worker_goes_on(maintenance: None, kernel: Kernel, clock: MovableClock) -> None:
    with kernel.database.begin() as connection:
        post(connection, kernel.sealer, Letter("ann@ann-company.example", "Hello", "Words"), clock.now())
    assert tick(kernel.database.engine, due_pieces(kernel), clock.now()).done == 1


def test_a_browser_may_still_ask_whether_it_may_ask(maintenance: None, client: FlaskClient) -> None:
    origin = "chrome-extension://" + "a" * 32
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = client.options("/v1/reveals", headers=headers)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, origin)


def test_past_its_planned_end_everybody_is_asked_back_soon(maintenance: None, app: Flask, clock: MovableClock) -> None:
    clock.set(clock.now() + timedelta(hours=3))
    answer = app.test_client().get("/v1/plans")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "120")
    assert "retry_at" not in answer.json  # type: ignore[operator]
