"""The commands of those who run Candor, and the sandbox's bounces, from outside."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask

from backend.app import create_app
from backend.kernel.clock import MovableClock
from backend.ops_cli import ops_command
from backend.settings import Settings
from tests.terms.conftest import NEW, House, User

Candor = Callable[..., Result]
ACT = ("--by", "olga", "--reason", "the summer's review")


@pytest.fixture
def candor(house: House, monkeypatch: pytest.MonkeyPatch) -> Candor:
    """`candor ops …`, on the test's own kernel."""
    monkeypatch.setattr("backend.kernel.ops.Settings", lambda: house.kernel.settings)
    return lambda *words: CliRunner().invoke(ops_command, words, obj=lambda _: house.kernel)


def test_a_version_is_published_from_the_terminal(
    candor: Candor, house: House, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    house.draft("terms")
    for effective_at, exit_code in (("soon", 2), ("2026-03-16", 1), ("2026-03-18", 0), ("2026-03-19", 1)):
        said = candor("publish", "terms", NEW, "--effective-at", effective_at, *ACT)
        assert said.exit_code == exit_code, said.output
    (row,) = owner.execute("SELECT effective_at::text FROM publications WHERE version = %s", (NEW,)).fetchall()
    assert row == ("2026-03-17 23:00:00+00",)  # midnight in Paris
    assert candor("publish", "terms", NEW, "--effective-at", "2026-03-18").exit_code == 2
    assert "Nobody called eve" in candor("publish", "terms", "x", "--effective-at", "2026-04-18", "--by", "eve", *ACT[2:]).output


def test_mail_that_came_back_waits_for_somebody_until_they_say_it_is_done(
    candor: Candor, house: House, enter: Callable[..., User]
) -> None:
    ann = enter("ann")
    ann.bounce()
    ann.bounce()
    assert candor("tasks").output.count(f"mail-bounced: account {ann.account_id}\n") == 1
    assert candor("done", "1", *ACT).exit_code == 0
    assert candor("tasks").output == "Nothing waits.\n"
    assert candor("done", "1", *ACT).exit_code == 1


def test_the_sandbox_lets_mail_come_back(
    app: Flask, settings: Settings, clock: MovableClock, house: House, enter: Callable[..., User]
) -> None:
    ann = enter("ann")
    house.draft("terms")
    house.publish(clock.now() + timedelta(days=15))
    house.work()
    assert app.test_client().post("/v1/sandbox/bounces", json={"email": ann.email}).status_code == 404
    sandbox = create_app(settings.model_copy(update={"sandbox": True}), clock)
    for count in (1, 0):
        answer = sandbox.test_client().post("/v1/sandbox/bounces", json={"email": ann.email.upper()})
        assert (answer.status_code, answer.json) == (200, {"messages": count})
    assert sandbox.test_client().post("/v1/sandbox/bounces", json={"email": "nobody@acme.example"}).json == {"messages": 0}
    sandbox.extensions["candor"].database.close()
