"""The helpdesk at the desk: what waits and for how long, one thread with what was said, its answer and states."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.helpdesk.mails import take_mail
from backend.helpdesk.paper import Paper, enter_letter
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.helpdesk.conftest import ask, count_from_one, threads_of, write_mail
from tests.ops.conftest import Person
from tests.workspaces.conftest import Person as User
from tests.workspaces.conftest import ann, directory, keep_the_local_key_away, person

__all__ = ["ann", "count_from_one", "directory", "keep_the_local_key_away", "person"]

Operators = Callable[..., Person]
Owner = psycopg.Connection[Any]


def place_of(owner: Owner) -> str:
    """The newest thread's place."""
    row = owner.execute("SELECT account_id, thread_id FROM threads ORDER BY thread_id DESC").fetchone()
    assert row
    return f"{row[0]}/{row[1]}"


def test_what_waits_is_listed_by_age_and_the_hours_are_said(
    operator: Operators, ann: User, clock: MovableClock, kernel: Kernel, owner: Owner
) -> None:
    ask(ann, "What may I export?")
    take_mail(kernel, write_mail("zoe@elsewhere.example", "Who are you?"))
    clock.set(clock.now() + timedelta(hours=30))
    page = operator().get("/ops/helpdesk").text
    assert all(words in page for words in ("open", "1 d 6 h"))
    assert not any(words in page for words in ("What may I export?", "zoe@elsewhere.example"))
    clock.set(datetime.fromisoformat("2026-03-07T12:00:00+01:00"))  # Saturday
    assert "9 March 2026 at 09:00" in operator("otto").get("/ops/helpdesk").text
    viewer = operator("vera", "viewer")
    assert "/ops/helpdesk/1" not in viewer.get("/ops/helpdesk").text
    assert viewer.get(f"/ops/helpdesk/{place_of(owner)}").status_code == 403


@pytest.mark.clause("8.2.23")
def test_times_to_diagnose_and_to_fix_stand_on_the_desk(operator: Operators, ann: User, clock: MovableClock, owner: Owner) -> None:
    ask(ann, "The card stays grey.", "anomaly")
    here, olga = f"/ops/helpdesk/{place_of(owner)}", operator()
    assert olga.send(f"{here}/state", state="fixed", reason="it was easy").status_code == 422
    for hours, state in ((3, "diagnosed"), (5, "fixed")):
        clock.set(clock.now() + timedelta(hours=hours))
        assert olga.send(f"{here}/state", state=state, reason="looked at it").status_code == 303
    page = olga.get("/ops/helpdesk").text
    assert "anomalies diagnosed in 90 days, half of them within 3.0 h" in page
    assert "anomalies fixed in 90 days, half of them within 8.0 h" in page
    assert "helpdesk.fixed" in olga.get("/ops/log").text
    [thread] = threads_of(ann)
    assert [step["state"] for step in thread["steps"]] == ["new", "diagnosed", "fixed"]


def test_a_thread_is_read_and_answered_with_a_reason(operator: Operators, ann: User, owner: Owner) -> None:
    ask(ann, "What may I export? <b>All</b>")
    here, olga = f"/ops/helpdesk/{place_of(owner)}", operator("otto", "support")
    page = olga.get(here).text
    assert "What may I export? &lt;b&gt;All&lt;/b&gt;" in page
    again = olga.send(f"{here}/answer", text="What your plan names.")
    assert (again.status_code, "What your plan names." in again.text) == (422, True)
    assert olga.send(f"{here}/answer", text="What your plan names.", reason="asked by ann").status_code == 303
    [thread] = threads_of(ann)
    assert (thread["state"], thread["messages"][-1]["text"]) == ("answered", "What your plan names.")
    assert olga.get("/ops/helpdesk/1/99").status_code == 404
    assert olga.send("/ops/helpdesk/1/99/answer", text="Hello", reason="to nobody").status_code == 404


def test_a_letter_shows_its_deadline_and_its_scan(
    operator: Operators, ann: User, kernel: Kernel, clock: MovableClock, owner: Owner
) -> None:
    received = datetime.fromisoformat("2026-02-27T10:00:00+01:00")
    with kernel.database.begin() as connection:
        enter_letter(
            connection, kernel, ann.account_id, Paper("question", "normal", "Asks for a copy.", received, b"%PDF-1.7 scan")
        )
    olga = operator()
    page = olga.get(f"/ops/helpdesk/{place_of(owner)}").text
    assert all(words in page for words in ("14 March 2026 at 10:00", "Asks for a copy."))
    scan = olga.get(f"/ops/helpdesk/{place_of(owner)}/scans/1")
    assert (scan.data, scan.headers["Content-Disposition"]) == (b"%PDF-1.7 scan", 'attachment; filename="letter-1"')
    assert olga.get(f"/ops/helpdesk/{place_of(owner)}/scans/9").status_code == 404


def test_mail_without_an_account_is_read_and_closed(operator: Operators, kernel: Kernel, owner: Owner) -> None:
    take_mail(kernel, write_mail("zoe@elsewhere.example", "Who are you?"))
    olga = operator()
    page = olga.get("/ops/helpdesk/mail/1").text
    assert all(words in page for words in ("zoe@elsewhere.example", "Who are you?"))
    assert olga.send("/ops/helpdesk/mail/1/close").status_code == 422
    assert olga.send("/ops/helpdesk/mail/1/close", reason="told her").status_code == 303
    assert olga.send("/ops/helpdesk/mail/1/close", reason="told her").status_code == 404
    assert olga.get("/ops/helpdesk/mail/2").status_code == 404
