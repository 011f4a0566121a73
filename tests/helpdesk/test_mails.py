"""Mail to the contact address: threads of users, cases of strangers, nothing that answers a machine."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.helpdesk.mails import take_mail
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import read_tasks
from tests.accounts.conftest import read_letters
from tests.accounts.standing.conftest import texts_to
from tests.conftest import Ops
from tests.helpdesk.conftest import CONTACT, Person, Send, Time, ask, letters_to, post, threads_of, write_mail

STRANGER = "zoe@elsewhere.example"


def tasks(kernel: Kernel) -> list[tuple[str, str]]:
    with kernel.database.begin() as connection:
        return [(task.code, task.subject) for task in read_tasks(connection)]


def count(owner: psycopg.Connection[Any], table: str) -> int:
    row = owner.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload]
    return int(row[0]) if row else 0


@pytest.mark.clause("16.2")
def test_mail_of_a_user_is_a_thread_of_a_stranger_a_case_of_a_machine_nothing_and_a_cancellation_has_its_receipt_time(
    ann: Person, send: Send, kernel: Kernel, time: Time, owner: psycopg.Connection[Any]
) -> None:
    assert send(f"Ann <{ann.email.upper()}>", "What may I export?").outcome == "opened"
    [thread] = threads_of(ann)
    assert (thread["channel"], thread["category"], thread["state"]) == ("mail", "question", "new")
    assert thread["messages"][0]["text"] == "Hello\n\nWhat may I export?"

    assert send(STRANGER, "Who are you?").outcome == "case"
    assert tasks(kernel) == [("unknown-mail", "mail 1")]
    assert (count(owner, "threads"), count(owner, "unknown_mails")) == (1, 1)

    time.work()
    before = len(read_letters(kernel))
    for machine in ({"Auto-Submitted": "auto-replied"}, {"Return-Path": "<>"}, {"Message-ID": "<1@candor.invalid>"}):
        for sender in (ann.email, STRANGER, CONTACT):
            assert send(sender, "I am away.", **machine).outcome == "ignored"
    for bulk in ({"Precedence": "bulk"}, {"Precedence": "list"}, {"X-Auto-Response-Suppress": "All"}):
        send(ann.email, f"Read this {bulk}", **bulk)
        send(STRANGER, f"Read this {bulk}", **bulk)
    time.work()
    assert len(read_letters(kernel)) == before

    received = datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC)
    assert send(ann.email, "Please cancel my subscription.", at=received).outcome == "opened"
    cancelled = threads_of(ann)[0]
    assert (cancelled["category"], cancelled["received_at"]) == ("cancellation", "2026-03-01T22:59:59Z")
    assert tasks(kernel)[-1][0] == "cancellation"


@pytest.mark.parametrize(
    "words",
    [
        "Je souhaite la résiliation de notre contrat.",
        "Merci de résilier notre abonnement",
        "Please CANCEL my paid plan.",
        "We do not want to renew.",
        "This is our notice of termination.",
        "Veuillez annuler l’abonnement.",
    ],
)
def test_what_reads_like_a_notice_is_entered_as_one_and_ends_nothing(ann: Person, send: Send, words: str) -> None:
    send(ann.email, words)
    assert [thread["category"] for thread in threads_of(ann)] == ["cancellation"]
    assert ann.call("GET", "/v1/me").status_code == 200


@pytest.mark.parametrize(
    "words", ["How resilient are you?", "> cancel my subscription\n\nWhat does this mean?", "The plan is good."]
)
def test_what_only_quotes_or_sounds_like_one_is_a_question(ann: Person, send: Send, words: str) -> None:
    send(ann.email, words)
    assert [thread["category"] for thread in threads_of(ann)] == ["question"]


def test_a_strangers_notice_is_a_case_that_says_so(send: Send, kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    send(STRANGER, "Cancel my subscription.")
    assert tasks(kernel) == [("cancellation", "mail 1")]
    assert owner.execute("SELECT category FROM unknown_mails").fetchone() == ("cancellation",)


def test_an_answer_to_our_mail_goes_on_with_its_thread(ann: Person, ops: Ops, send: Send, owner: psycopg.Connection[Any]) -> None:
    reference = ask(ann)["thread"]["thread_id"]
    ops("helpdesk-answer", "1/1", "--text", "All of it.")
    assert f"[{reference}]" in " ".join(letter.subject for letter in letters_after_work(ann))
    assert send(ann.email, "Thank you.", f"RE: The Candor helpdesk answered you [{reference.upper()}]").outcome == "added"
    [thread] = threads_of(ann)
    assert [words["author"] for words in thread["messages"]] == ["user", "operator", "user"]
    assert thread["state"] == "new"


def letters_after_work(who: Person) -> list[Any]:
    texts_to(who)
    return letters_to(who.kernel, who.email)


def test_a_reference_of_another_account_leads_nowhere(ann: Person, ben: Person, send: Send) -> None:
    reference = ask(ann)["thread"]["thread_id"]
    assert send(ben.email, "Let me in.", f"Re: [{reference}]").outcome == "opened"
    assert len(threads_of(ann)[0]["messages"]) == 1
    assert send(STRANGER, "Let me in.", f"Re: [{reference}]").outcome == "case"


def test_a_notice_in_an_answer_is_a_thread_of_its_own_with_its_own_receipt(ann: Person, send: Send) -> None:
    reference = ask(ann)["thread"]["thread_id"]
    assert send(ann.email, "Then cancel my subscription.", f"Re: [{reference}]").outcome == "opened"
    assert [thread["category"] for thread in threads_of(ann)] == ["cancellation", "question"]
    again = threads_of(ann)[0]["thread_id"]
    assert send(ann.email, "I said: cancel my subscription.", f"Re: [{again}]").outcome == "added"


def test_the_same_mail_delivered_twice_is_taken_once(ann: Person, send: Send, kernel: Kernel) -> None:
    assert [send(ann.email).outcome for _ in range(2)] == ["opened", "known"]
    assert [send(STRANGER).outcome for _ in range(2)] == ["case", "known"]
    assert len(threads_of(ann)) == len(letters_to(kernel, STRANGER)) == 1


def test_a_user_is_told_that_the_mail_arrived_with_the_reference_to_answer_to(ann: Person, send: Send) -> None:
    send(ann.email)
    [thread] = threads_of(ann)
    told = [letter for letter in letters_after_work(ann) if letter.subject == f"Your mail arrived [{thread['thread_id']}]"]
    assert len(told) == 1


def test_one_address_is_told_of_three_mails_a_day_and_no_more(
    ann: Person, send: Send, kernel: Kernel, clock: MovableClock, time: Time
) -> None:
    for number in range(6):
        send(ann.email, f"Mail {number}")
        send(STRANGER, f"Mail {number}")
    assert len(letters_to(kernel, STRANGER)) == 3
    assert ann.told().count("helpdesk-received") == 3
    assert len(threads_of(ann)) == 6
    clock.advance(timedelta(days=1, minutes=1))
    send(ann.email, "The day after")
    send(STRANGER, "The day after")
    assert len(letters_to(kernel, STRANGER)) == 4
    assert ann.told().count("helpdesk-received") == 4


def test_our_acknowledgement_that_comes_back_to_us_ends_there(ann: Person, send: Send, kernel: Kernel) -> None:
    send(STRANGER)
    [letter] = letters_to(kernel, STRANGER)
    came_back = write_mail(STRANGER, letter.text, f"Re: {letter.subject}", Auto_Submitted="auto-replied")
    assert take_mail(kernel, came_back).outcome == "ignored"
    assert len(letters_to(kernel, STRANGER)) == 1


def test_what_a_stranger_wrote_is_sealed_and_read_by_operators(
    send: Send, ops: Ops, kernel: Kernel, owner: psycopg.Connection[Any], time: Time
) -> None:
    send(STRANGER, "My name is Gwendolyn.")
    assert owner.execute("SELECT u::text FROM unknown_mails u").fetchone()[0].count("Gwendolyn") == 0  # type: ignore[index]
    shown = ops("helpdesk-case", "1").output
    assert STRANGER in shown
    assert "My name is Gwendolyn." in shown
    assert "mail 1" in ops("helpdesk").output
    assert ops("helpdesk-case", "1", "--close").exit_code == 0
    assert ops("helpdesk-case", "1", "--close").exit_code == 1
    time.pass_to(kernel.clock.now() + timedelta(days=91))
    assert count(owner, "unknown_mails") == 0


def test_mail_of_a_deleted_account_is_a_strangers(ben: Person, send: Send) -> None:
    phrase = ben.get("/v1/me/deletion")["phrase"]
    sent = post(ben, "/v1/me/deletion", {"phrase": phrase, "password": "nine-boats-under-the-moon"})
    assert sent.status_code == 204
    assert send(ben.email).outcome == "case"


def test_a_suspended_user_is_heard(ann: Person, ops: Ops, send: Send) -> None:
    ops("suspend", ann.email, "--ground", "14.2.10")
    assert send(ann.email, "Why?").outcome == "opened"


def test_a_receipt_that_lies_ahead_is_now(ann: Person, send: Send, clock: MovableClock) -> None:
    send(ann.email, at=clock.now() + timedelta(days=3))
    assert threads_of(ann)[0]["received_at"] == "2026-03-02T09:00:00Z"


def test_the_command_takes_a_mail_from_standard_input_and_logs_it(ann: Person, pipe: Any, owner: psycopg.Connection[Any]) -> None:
    done = pipe(write_mail(ann.email, "Cancel my subscription."), "--received-at", "2026-02-27T18:20+01:00")
    assert (done.exit_code, done.output) == (0, "opened: thread 1/1\n")
    assert threads_of(ann)[0]["received_at"] == "2026-02-27T17:20:00Z"
    logged = owner.execute("SELECT action, subject FROM ops_log").fetchall()
    assert logged == [("helpdesk.mail", "opened: thread 1/1")]
    refused = pipe(write_mail(ann.email, "Another"), by="nobody")
    assert refused.exit_code == 2
    assert len(threads_of(ann)) == 1
    assert pipe(b"\x00\xff", "--received-at", "yesterday").exit_code == 2
    assert pipe(b"\x00\xff").output == "case: mail 1\n"
