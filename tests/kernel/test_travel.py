"""The sandbox's clock: it stands where it was put for every process, and what falls due on the way is done in order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app import create_app
from backend.kernel import Kernel
from backend.kernel.travel import travel
from backend.settings import Settings
from tests.kernel.test_due import Listed

START = "2026-01-31T09:00:00Z"


@pytest.fixture
def sandbox(settings: Settings, app: Flask) -> Iterator[FlaskClient]:
    """The sandbox, on the tables that `app` has emptied."""
    made = create_app(settings.model_copy(update={"sandbox": True}))
    yield made.test_client()
    made.extensions["candor"].database.close()


def move(client: FlaskClient, **body: str) -> Any:
    answer = client.post("/v1/sandbox/clock", json=body)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_without_the_sandbox_there_is_no_clock(client: FlaskClient) -> None:
    assert client.get("/v1/sandbox/clock").status_code == client.post("/v1/sandbox/clock", json={}).status_code == 404


def test_until_it_is_moved_it_is_the_machines(sandbox: FlaskClient) -> None:
    said = datetime.fromisoformat(sandbox.get("/v1/sandbox/clock").json["now"])  # type: ignore[index]
    assert abs(datetime.now(UTC) - said) < timedelta(minutes=1)


def test_where_it_was_put_it_stands_for_every_process(sandbox: FlaskClient, settings: Settings) -> None:
    move(sandbox, now="2031-01-31T09:00:00Z")
    move(sandbox, advance="P40D")
    other = create_app(settings.model_copy(update={"sandbox": True}))
    assert other.test_client().get("/v1/sandbox/clock").json == {"now": "2031-03-12T09:00:00Z"}
    other.extensions["candor"].database.close()


NO_WAY = [
    {"now": "2001-01-01T00:00:00Z"}, {"advance": "-P1D"}, {}, {"advance": "P1D", "now": START}, {"advance": "soon"},
    {"now": "2031-01-31T09:00:00"}, {"advance": "P999999999D"}, {"advance": "P3661D"},
]  # fmt: skip


@pytest.mark.parametrize("body", NO_WAY)
def test_what_is_no_way_forward_is_refused(sandbox: FlaskClient, body: dict[str, str]) -> None:
    answer = sandbox.post("/v1/sandbox/clock", json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-body")  # type: ignore[index]


def test_what_falls_due_on_the_way_is_done_at_its_instant(sandbox: FlaskClient, owner: psycopg.Connection[Any]) -> None:
    move(sandbox, now="2031-01-31T09:00:00Z")
    made = sandbox.post(
        "/v1/sandbox/accounts", json={"email": "ada@lovelace.example", "password": "a fine pass phrase", "state": "ready"}
    )
    assert made.status_code == 201, made.json
    move(sandbox, advance="P100D")
    months = owner.execute(
        "SELECT at FROM entries WHERE kind = 'phone' AND action = 'grant' AND reason = 'Free' ORDER BY at"
    ).fetchall()
    assert [at.astimezone(UTC).isoformat()[:16] for (at,) in months] == [
        "2031-01-31T09:00", "2031-02-27T23:00", "2031-03-30T22:00", "2031-04-29T22:00",
    ]  # fmt: skip


def test_the_pieces_see_the_instant_at_which_they_are_due(sandbox: FlaskClient) -> None:
    kernel: Kernel = sandbox.application.extensions["candor"]
    move(sandbox, now="2031-01-31T09:00:00Z")
    seen: list[str] = []

    class Looking(Listed):
        def run(self, connection: Any, until: datetime) -> bool:
            seen.append(f"{until:%H:%M} {kernel.clock.now():%H:%M}")
            return super().run(connection, until)

    start = datetime(2031, 1, 31, 9, tzinfo=UTC)
    log: list[str] = []
    pieces = [
        Looking("a", [5, 20], log, start=start),
        Listed("broken", [6], log, fails=True, start=start),
        Looking("b", [7], log, start=start),
    ]
    assert travel(kernel, pieces, start + timedelta(minutes=30)) == 3
    assert log == ["a5", "b7", "a20"]
    assert list(dict.fromkeys(seen)) == ["09:05 09:05", "09:07 09:07", "09:20 09:20"]
