"""Mail waits sealed, goes out once, is put off while the server refuses, and is kept only for the mailbox page."""

import smtplib
from collections import Counter
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.mail import REFUSED, Delivery, Letter, Mailbox, SmtpSender, post, read_mailbox
from bench.faults_mail import MailServer

LETTER = Letter("ada@analytical.example", "Bonjour", "Un mot.", "<p>Un mot.</p>")


def deliver(kernel: Kernel, send: Any) -> int:
    return tick(kernel.database.engine, [Delivery(kernel.sealer, lambda letter, _name: send(letter))], kernel.clock.now()).done


def fill_mailbox(kernel: Kernel) -> int:
    return tick(kernel.database.engine, [Mailbox()], kernel.clock.now()).done


@pytest.fixture
def posted(kernel: Kernel) -> Kernel:
    with kernel.database.begin() as connection:
        post(connection, kernel.sealer, LETTER, kernel.clock.now())
    return kernel


def test_a_letter_goes_out_once_and_leaves_nothing_behind(posted: Kernel, owner: psycopg.Connection[Any]) -> None:
    sent: list[Letter] = []
    assert deliver(posted, sent.append) == 1
    assert deliver(posted, sent.append) == 0
    assert sent == [LETTER]
    assert owner.execute("SELECT count(*) FROM mails").fetchone() == (0,)


def test_the_mailbox_keeps_what_was_sent_newest_first(posted: Kernel, clock: MovableClock) -> None:
    assert fill_mailbox(posted) == 1
    clock.advance(timedelta(minutes=1))
    with posted.database.begin() as connection:
        post(connection, posted.sealer, Letter("b@b.example", "Second", "Two."), clock.now())
    assert fill_mailbox(posted) == 1
    assert fill_mailbox(posted) == 0
    with posted.database.begin() as connection:
        subjects = [sent.letter.subject for sent in read_mailbox(connection, posted.sealer)]
    assert subjects == ["Second", "Bonjour"]


def test_a_letter_in_wait_shows_no_address_in_the_database(posted: Kernel, owner: psycopg.Connection[Any]) -> None:
    (row,) = owner.execute("SELECT mails::text FROM mails").fetchall()
    assert "analytical" not in row[0]
    assert b"analytical" not in owner.execute("SELECT sealed FROM mails").fetchone()[0]  # type: ignore[index]


def test_a_refusal_puts_a_letter_off_longer_each_time_and_loses_none(posted: Kernel, clock: MovableClock) -> None:
    def refuse(_letter: Letter) -> None:
        raise smtplib.SMTPServerDisconnected("ada@analytical.example")

    waits = []
    for _ in range(12):
        assert deliver(posted, refuse) == 1
        (due,) = posted.database.call("SELECT due_at, last_error FROM mails", ())
        assert due[1] == "SMTPServerDisconnected"
        waits.append((due[0] - clock.now()).total_seconds())
        clock.advance(due[0] - clock.now())
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 3600
    sent: list[Letter] = []
    assert deliver(posted, sent.append) == 1
    assert sent == [LETTER]


def test_a_letter_keeps_its_name_however_often_it_is_handed_over(posted: Kernel, clock: MovableClock) -> None:
    with posted.database.begin() as connection:
        post(connection, posted.sealer, LETTER, clock.now())
    names: list[str] = []

    def lose(_letter: Letter, name: str) -> None:
        names.append(name)
        raise smtplib.SMTPDataError(451, b"4.3.0")

    for _ in range(3):
        tick(posted.database.engine, [Delivery(posted.sealer, lose)], clock.now())
        clock.advance(timedelta(hours=1))
    assert Counter(Counter(names).values()) == {3: 2}, "two letters of the same words have a name each"


@pytest.mark.parametrize(
    ("code", "kind"), [(450, "SMTPRecipientsPutOff"), (451, "SMTPRecipientsPutOff"), (550, REFUSED), (553, REFUSED)]
)
def test_an_address_is_refused_only_where_the_server_says_so_for_good(posted: Kernel, code: int, kind: str) -> None:
    def refuse(letter: Letter) -> None:
        raise smtplib.SMTPRecipientsRefused({letter.to: (code, b"4.3.0 or 5.1.1")})

    assert deliver(posted, refuse) == 1
    assert posted.database.call("SELECT last_error FROM mails", ()) == [(kind,)]


def test_a_server_that_cannot_be_reached_is_tried_once_in_a_tick_and_costs_the_other_letters_nothing(
    posted: Kernel, clock: MovableClock
) -> None:
    with posted.database.begin() as connection:
        post(connection, posted.sealer, LETTER, clock.now())
    tried = []

    def hang(letter: Letter) -> None:
        tried.append(letter)
        raise TimeoutError

    assert deliver(posted, hang) == 1
    assert len(tried) == 1
    assert sorted(posted.database.call("SELECT attempts, due_at <= %s FROM mails", (clock.now(),))) == [(0, True), (1, False)]
    assert deliver(posted, lambda _letter: None) == 1


def test_a_letter_that_was_taken_is_not_sent_again_for_a_bad_goodbye() -> None:
    server = MailServer(goodbye="421 4.3.2 closing")
    server.open()
    try:
        SmtpSender(f"smtp://127.0.0.1:{server.port}", "Candor <no-reply@candor.example>")(LETTER, "7")
    finally:
        server.close()
    assert [name for _, name in server.taken] == [b"7@candor.invalid"]


@pytest.mark.parametrize("url", ["", "http://mail.example", "smtp://", "mail.example:25"])
def test_an_address_that_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpSender(url, "Candor <no-reply@candor.example>")
