"""Users who write to the helpdesk, operators who answer, mail that comes in."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from werkzeug.test import TestResponse

from backend.helpdesk.mails import Taken, take_mail
from backend.kernel import Kernel
from backend.ops_cli import ops_command
from tests.accounts.conftest import read_letters
from tests.subscriptions.conftest import Time, time
from tests.workspaces.conftest import Person, ann, ben, directory, keep_the_local_key_away, person

__all__ = ["Person", "Time", "ann", "ben", "directory", "keep_the_local_key_away", "person", "time"]

CONTACT = "contact@candor.example"
Send = Callable[..., Taken]


def ask(who: Person, text: str = "What may I export?", category: str = "question", severity: str = "normal", key: str = "") -> Any:
    """Open a thread; the answer's body."""
    answer = post(who, "/v1/helpdesk/threads", {"category": category, "severity": severity, "text": text}, key)
    assert answer.status_code == 201, answer.text
    return answer.json


def post(who: Person, path: str, body: Any, key: str = "", **headers: str) -> TestResponse:
    sent = {"Authorization": f"Bearer {who.token}"} | ({"Idempotency-Key": key} if key else {}) | headers
    return who.app.test_client().post(path, json=body, headers=sent)


def threads_of(who: Person) -> list[Any]:
    """Every thread as its user sees it, newest first."""
    listed = who.get("/v1/helpdesk/threads")["threads"]
    return [who.get(f"/v1/helpdesk/threads/{each['thread_id']}")["thread"] for each in listed]


def letters_to(kernel: Kernel, address: str) -> list[Any]:
    return [letter for letter in read_letters(kernel) if letter.to == address]


def write_mail(sender: str, text: str, subject: str = "Hello", **headers: str) -> bytes:
    """A mail as a mail server hands it over; header names with _ for -."""
    named = {
        "From": sender,
        "To": CONTACT,
        "Subject": subject,
        "Message-ID": f"<{sha256((sender + text + subject).encode()).hexdigest()}@mail.example>",
    }
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()


@pytest.fixture(autouse=True)
def count_from_one(owner: psycopg.Connection[Any]) -> None:
    """The first account is 1, and its first thread 1/1, whatever the tests before have removed."""
    for sequence in ("accounts_account_id", "threads_thread_id", "thread_scans_scan_id", "unknown_mails_mail_id"):
        owner.execute(f"ALTER SEQUENCE {sequence}_seq RESTART")  # type: ignore[call-overload]


@pytest.fixture
def send(kernel: Kernel) -> Send:
    """Somebody mails the contact address."""

    def deliver(sender: str, text: str = "What may I export?", subject: str = "Hello", at: Any = None, **headers: str) -> Taken:
        return take_mail(kernel, write_mail(sender, text, subject, **headers), at)

    return deliver


@pytest.fixture
def pipe(kernel: Kernel, ops: Any) -> Callable[..., Result]:
    """Types `candor ops helpdesk-mail` with a mail on standard input."""

    def run(raw: bytes, *words: str, by: str = "olga") -> Result:
        arguments = ["helpdesk-mail", *words, "--by", by, "--reason", "mail to the contact address"]
        return CliRunner().invoke(ops_command, arguments, input=raw, obj=lambda _settings: kernel)

    return run
