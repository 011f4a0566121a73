"""Due work and mail at the desk: what is due since when, what failed and how, what waits, and trying now; never an address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.directory.due import Notices
from backend.kernel import Kernel
from backend.kernel.due import tick
from backend.kernel.failures import note_failures
from backend.kernel.mail import Letter, post
from backend.kernel.tables import mails
from tests.conftest import due_pieces
from tests.ops.conftest import Person

ADDRESS = "ada@analytical.example"


@pytest.fixture
def waiting(kernel: Kernel) -> Kernel:
    """One mail that failed twice, and one that is due."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        for _ in range(2):
            post(connection, kernel.sealer, Letter(ADDRESS, "Hello", "A word."), now - timedelta(minutes=9))
        failed = {"attempts": 2, "last_error": "SMTPServerDisconnected", "due_at": now + timedelta(hours=1)}
        connection.execute(mails.update().where(mails.c.mail_id == 1).values(failed))
    return kernel


def test_mails_are_shown_by_number_attempts_and_kind_of_error(waiting: Kernel, operator: Callable[..., Person]) -> None:
    page = operator("vera", "viewer").get("/ops/due").text
    assert "1 due, 1 put off after a failed attempt." in page
    assert "SMTPServerDisconnected" in page
    assert "2 March 2026 at 09:51" in page, "due since"
    assert ADDRESS not in page
    assert "/retry" not in page
    assert "/run" not in page


def test_a_mail_is_tried_again_at_once_with_a_reason(
    waiting: Kernel, owner: psycopg.Connection[Any], operator: Callable[..., Person]
) -> None:
    olga = operator()
    refused = olga.send("/ops/mails/1/retry", reason="a ")
    assert refused.status_code == 422
    assert 'value="a "' in refused.text
    assert owner.execute("SELECT due_at > %s FROM mails WHERE mail_id = 1", (waiting.clock.now(),)).fetchone() == (True,)
    for _ in range(2):
        assert olga.send("/ops/mails/1/retry", reason="the server is back").status_code == 303
    assert owner.execute("SELECT due_at FROM mails WHERE mail_id = 1").fetchone() == (waiting.clock.now(),)
    assert owner.execute("SELECT by, subject FROM ops_log WHERE action = 'mail.retry'").fetchall() == [("olga", "mail 1")] * 2
    assert olga.send("/ops/mails/99/retry", reason="no such mail").status_code == 404
    assert owner.execute("SELECT count(*) FROM ops_log WHERE subject = 'mail 99'").fetchone() == (1,)


def test_a_piece_is_run_at_once_and_what_it_did_is_logged(
    waiting: Kernel, owner: psycopg.Connection[Any], operator: Callable[..., Person]
) -> None:
    olga = operator()
    assert olga.send("/ops/due/mail/run", reason=" ").status_code == 422
    assert owner.execute("SELECT count(*) FROM mails WHERE sent_at IS NOT NULL").fetchone() == (0,)
    answer = olga.send("/ops/due/mail/run", reason="somebody waits for it")
    assert answer.headers["Location"] == "/ops/due?ran=mail"
    assert "mail ran." in olga.get("/ops/due?ran=mail").text
    assert owner.execute("SELECT count(*) FROM mails WHERE sent_at IS NOT NULL").fetchone() == (1,)
    assert owner.execute("SELECT subject, reason FROM ops_log WHERE action = 'due.run'").fetchall() == [
        ("piece mail", "somebody waits for it")
    ]
    assert olga.send("/ops/due/nothing/run", reason="no such piece").status_code == 404


def test_a_failure_is_shown_until_it_is_mended_and_trying_now_tells(
    kernel: Kernel, owner: psycopg.Connection[Any], operator: Callable[..., Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = kernel.clock.now()
    owner.execute("INSERT INTO people (person_id, created_at) OVERRIDING SYSTEM VALUE VALUES (1, %s)", (now,))
    owner.execute(
        "INSERT INTO notices (person_id, through_fact_id, cause, owed_at, due_at) VALUES (1, 1, 'month', %(at)s, %(at)s)",
        {"at": now - timedelta(hours=2)},
    )

    def fail(*_: Any) -> bool:
        raise ZeroDivisionError(ADDRESS)

    working = Notices.run
    monkeypatch.setattr(Notices, "run", fail)
    pieces = due_pieces(kernel)
    note_failures(kernel.database.engine, tick(kernel.database.engine, pieces, now), pieces, now)
    olga = operator()
    page = olga.get("/ops/due").text
    assert "ZeroDivisionError" in page
    assert ADDRESS not in page
    assert page.index("<code>notices</code>") < page.index("<code>mail</code>"), "what is due stands first"
    olga.send("/ops/due/notices/run", reason="does it fail again?")
    assert "notices ran and failed: ZeroDivisionError." in olga.get("/ops/due?ran=notices").text
    monkeypatch.setattr(Notices, "run", working)
    kernel.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]
    note_failures(kernel.database.engine, tick(kernel.database.engine, pieces, kernel.clock.now()), pieces, kernel.clock.now())
    assert "mended" in olga.get("/ops/due").text
    assert owner.execute("SELECT times, mended_at IS NULL FROM due_failures").fetchall() == [(2, False)]


@pytest.mark.parametrize("role", ["viewer", "support", "compliance"])
def test_only_an_admin_runs_things(waiting: Kernel, operator: Callable[..., Person], role: str) -> None:
    who = operator(role, role)
    assert who.send("/ops/due/mail/run", reason="because of it").status_code == 403
    assert who.send("/ops/mails/1/retry", reason="because of it").status_code == 403


def test_what_is_asked_of_the_page_is_never_shown_as_it_was_sent(operator: Callable[..., Person]) -> None:
    assert "elsewhere" not in operator().get("/ops/due?ran=elsewhere").text
