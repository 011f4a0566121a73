"""Letters on paper: entered by operators, answered by a deadline, seen in the account."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import read_tasks
from tests.accounts.standing.conftest import texts_to
from tests.conftest import Ops
from tests.helpdesk.conftest import Person, Time, threads_of

SCAN = b"%PDF-1.7\nDear Candor"


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    file = tmp_path / "letter.pdf"
    file.write_bytes(SCAN)
    return file


def enter(ops: Ops, who: str, scan: Path, *more: str, at: str = "2026-02-27") -> Any:
    return ops("helpdesk-letter", who, "--received-at", at, "--scan", str(scan), "--text", "Asks for an invoice.", *more)


@pytest.mark.clause("16.3")
def test_a_letter_is_entered_with_its_receipt_and_scan_and_seen_in_the_account_with_its_deadline(
    ann: Person, ops: Ops, scan: Path, owner: psycopg.Connection[Any], tmp_path: Path
) -> None:
    entered = enter(ops, ann.email, scan)
    assert entered.exit_code == 0, entered.output
    assert "Thread 1/1, to be answered by 2026-03-14 00:00." in entered.output
    [thread] = threads_of(ann)
    assert (thread["channel"], thread["received_at"]) == ("letter", "2026-02-26T23:00:00Z")
    assert thread["answer_by"] == "2026-03-13T23:00:00Z"
    assert thread["scans"] == [{"media": "application/pdf", "size": len(SCAN), "sha256": hashlib.sha256(SCAN).hexdigest()}]
    assert thread["messages"][0]["text"] == "Asks for an invoice."
    assert ann.told()[0] == "helpdesk-letter"
    assert "arrived on 27 February 2026" in texts_to(ann)
    assert "answer it by 14 March 2026" in texts_to(ann)
    assert owner.execute("SELECT position('Dear Candor'::bytea IN sealed) FROM thread_scans").fetchone() == (0,)
    shown = ops("helpdesk-show", "1/1").output
    assert hashlib.sha256(SCAN).hexdigest() in shown
    copy = tmp_path / "copy.pdf"
    assert ops("helpdesk-scan", "1/1", "1", "--to", str(copy)).exit_code == 0
    assert copy.read_bytes() == SCAN
    assert ops("helpdesk-scan", "1/1", "1", "--to", str(copy)).exit_code == 2


def test_the_deadline_is_counted_in_paris_days(ann: Person, ops: Ops, scan: Path, clock: MovableClock) -> None:
    clock.advance(timedelta(days=20))
    enter(ops, ann.email, scan, at="2026-03-20T10:00")
    assert threads_of(ann)[0]["answer_by"] == "2026-04-04T08:00:00Z"  # the clocks changed on the 29th


def test_a_letter_nobody_answered_in_time_is_a_task_once(ann: Person, ops: Ops, scan: Path, kernel: Kernel, time: Time) -> None:
    enter(ops, ann.email, scan)
    enter(ops, ann.email, scan)
    assert ops("helpdesk-answer", "1/2", "--text", "It is on its way.").exit_code == 0

    def late() -> list[str]:
        with kernel.database.begin() as connection:
            return [task.subject for task in read_tasks(connection) if task.code == "letter-unanswered"]

    time.pass_to("2026-03-13T22:59:59+00:00")
    assert late() == []
    time.pass_to("2026-03-13T23:00:00+00:00")
    assert late() == ["thread 1/1"]
    time.pass_to("2026-03-20T23:00:00+00:00")
    assert late() == ["thread 1/1"]


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html>", b"%PDF-" + b"x" * (5 * 1024 * 1024)])
def test_a_scan_is_a_pdf_or_a_picture_of_some_megabytes(ann: Person, ops: Ops, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(content)
    refused = enter(ops, ann.email, file)
    assert (refused.exit_code, "PDF or a picture" in refused.output) == (2, True)
    assert threads_of(ann) == []


@pytest.mark.parametrize(("who", "at", "says"), [
    ("nobody@elsewhere.example", "2026-02-27", "Nobody has an account"),
    ("ann@ann-company.example", "2026-03-03", "once it is there"),
    ("ann@ann-company.example", "some day", "write it like"),
])  # fmt: skip
def test_what_cannot_be_entered_is_said(ann: Person, ops: Ops, scan: Path, who: str, at: str, says: str) -> None:
    refused = enter(ops, who, scan, at=at)
    assert refused.exit_code != 0
    assert says in refused.output


def test_a_cancellation_by_letter_is_a_task_with_its_receipt(ann: Person, ops: Ops, scan: Path, kernel: Kernel) -> None:
    enter(ops, ann.email, scan, "--category", "cancellation")
    with kernel.database.begin() as connection:
        assert [(task.code, task.subject) for task in read_tasks(connection)] == [("cancellation", "thread 1/1")]
    assert threads_of(ann)[0]["received_at"] == "2026-02-26T23:00:00Z"
