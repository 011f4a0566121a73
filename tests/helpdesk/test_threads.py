"""Threads of users: opened, answered, reported as serious, diagnosed and fixed, closed and opened again."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import read_tasks
from tests.accounts.standing.conftest import texts_to
from tests.conftest import Ops
from tests.helpdesk.conftest import CONTACT, Person, Time, ask, letters_to, post, threads_of
from tests.workspaces.conftest import code_of


def states(thread: Any) -> list[str]:
    return [step["state"] for step in thread["steps"]]


def only(who: Person) -> Any:
    [thread] = threads_of(who)
    return thread


def place_of(owner: psycopg.Connection[Any]) -> str:
    """How operators call the newest thread."""
    row = owner.execute("SELECT account_id, thread_id FROM threads ORDER BY thread_id DESC LIMIT 1").fetchone()
    assert row is not None
    return f"{row[0]}/{row[1]}"


@pytest.mark.clause("14.2.13")
def test_who_asks_for_advice_is_answered_within_the_hours_and_closes_the_thread(
    ann: Person, ops: Ops, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    opened = ask(ann, "How should we ask for consent?", "advice")
    assert opened["helpdesk"]["open"] is True
    assert opened["helpdesk"]["closes_at"] == "2026-03-02T18:00:00Z"
    assert (opened["thread"]["category"], opened["thread"]["state"]) == ("advice", "new")
    clock.advance(timedelta(hours=2))
    assert ops("helpdesk-answer", place_of(owner), "--text", "By name, and before the first mail.").exit_code == 0
    answered = only(ann)
    assert [(words["author"], words["text"]) for words in answered["messages"]] == [
        ("user", "How should we ask for consent?"), ("operator", "By name, and before the first mail."),
    ]  # fmt: skip
    assert ann.told()[0] == "helpdesk-answered"
    assert "By name, and before the first mail." in texts_to(ann)
    clock.advance(timedelta(hours=7))
    closed = post(ann, f"/v1/helpdesk/threads/{answered['thread_id']}/close", None).json
    assert closed is not None
    assert [(step["state"], step["at"]) for step in closed["thread"]["steps"]] == [
        ("new", "2026-03-02T09:00:00Z"), ("answered", "2026-03-02T11:00:00Z"), ("closed", "2026-03-02T18:00:00Z"),
    ]  # fmt: skip
    assert closed["helpdesk"]["open"] is False


@pytest.mark.clause("8.2.22")
def test_a_serious_anomaly_is_mailed_at_once_to_the_contact_address_and_to_its_user(
    ann: Person, kernel: Kernel, time: Time, owner: psycopg.Connection[Any]
) -> None:
    opened = ask(ann, "Every reveal fails since nine.", "anomaly", "serious")["thread"]
    [copy] = letters_to(kernel, CONTACT)
    assert "Every reveal fails since nine." in copy.text
    assert ann.email in copy.text
    assert opened["thread_id"] in copy.subject
    due = owner.execute("SELECT due_at FROM mails WHERE sent_at IS NULL").fetchall()
    assert due == [(kernel.clock.now(),)]
    assert opened["confirmed_at"] == "2026-03-02T09:00:00Z"
    time.work()
    assert owner.execute("SELECT count(*) FROM mails WHERE sent_at IS NULL").fetchone() == (0,)
    mine = [letter for letter in letters_to(kernel, ann.email) if opened["thread_id"] in letter.subject]
    assert ["Every reveal fails since nine." in letter.text for letter in mine] == [True]
    assert ann.told()[0] == "helpdesk-serious"
    with kernel.database.begin() as connection:
        assert [task.code for task in read_tasks(connection)] == ["serious-anomaly"]


def test_a_normal_question_mails_nobody(ann: Person, kernel: Kernel) -> None:
    assert ask(ann)["thread"]["confirmed_at"] is None
    assert letters_to(kernel, CONTACT) == []


def test_an_anomaly_is_diagnosed_then_fixed_and_each_has_its_time(
    ann: Person, ops: Ops, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    ask(ann, "The card is empty.", "anomaly")
    place = place_of(owner)
    early = ops("helpdesk-state", place, "fixed")
    assert (early.exit_code, "is new" in early.output) == (1, True)
    clock.advance(timedelta(minutes=90))
    assert ops("helpdesk-state", place, "diagnosed").exit_code == 0
    clock.advance(timedelta(hours=26))
    assert ops("helpdesk-state", place, "fixed").exit_code == 0
    assert [(step["state"], step["at"]) for step in only(ann)["steps"]] == [
        ("new", "2026-03-02T09:00:00Z"), ("diagnosed", "2026-03-02T10:30:00Z"), ("fixed", "2026-03-03T12:30:00Z"),
    ]  # fmt: skip
    assert ann.told()[:2] == ["helpdesk-fixed", "helpdesk-diagnosed"]
    listed = ops("helpdesk").output
    assert "diagnosed: 1 anomalies in 90 days, half of them within 1 h 30 m" in listed
    assert "fixed: 1 anomalies in 90 days, half of them within 1 d 3 h" in listed


def test_who_still_sees_it_opens_it_again_and_nothing_is_forgotten(ann: Person, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    thread = ask(ann, "The card is empty.", "anomaly")["thread"]
    for state in ("diagnosed", "fixed"):
        ops("helpdesk-state", place_of(owner), state)
    again = post(ann, f"/v1/helpdesk/threads/{thread['thread_id']}/messages", {"text": "It is empty again."})
    assert again.status_code == 201
    assert states(again.json["thread"]) == ["new", "diagnosed", "fixed", "new"]  # type: ignore[index]
    assert states(only(ann))[-1] == only(ann)["state"] == "new"


def test_closing_again_changes_nothing(ann: Person) -> None:
    path = f"/v1/helpdesk/threads/{ask(ann)['thread']['thread_id']}/close"
    assert [post(ann, path, None).status_code for _ in range(2)] == [200, 200]
    assert states(only(ann)) == ["new", "closed"]


def test_the_same_key_opens_one_thread_and_sends_one_mail(ann: Person, kernel: Kernel) -> None:
    first = ask(ann, "Every reveal fails.", "anomaly", "serious", key="k-1")
    assert ask(ann, "Every reveal fails.", "anomaly", "serious", key="k-1")["thread"] == first["thread"]
    other = {"category": "anomaly", "severity": "serious", "text": "Something else."}
    assert code_of(post(ann, "/v1/helpdesk/threads", other, key="k-1")) == (422, "idempotency-key-reused")
    assert len(letters_to(kernel, CONTACT)) == 1
    path = f"/v1/helpdesk/threads/{first['thread']['thread_id']}/messages"
    for _ in range(2):
        assert post(ann, path, {"text": "It still does."}, key="k-2").status_code == 201
    assert [words["text"] for words in only(ann)["messages"]] == ["Every reveal fails.", "It still does."]


def test_nobody_reads_or_writes_in_the_thread_of_another(ann: Person, ben: Person) -> None:
    thread = ask(ann)["thread"]["thread_id"]
    for method, end in (("GET", ""), ("POST", "/close")):
        assert code_of(ben.call(method, f"/v1/helpdesk/threads/{thread}{end}")) == (404, "not-found")
    assert code_of(post(ben, f"/v1/helpdesk/threads/{thread}/messages", {"text": "Mine."})) == (404, "not-found")
    assert threads_of(ben) == []


@pytest.mark.parametrize("text", ["", "   \n", "x" * 4001])
def test_a_message_says_something_and_not_too_much(ann: Person, text: str) -> None:
    assert code_of(post(ann, "/v1/helpdesk/threads", {"category": "question", "text": text})) == (422, "invalid-body")


def test_older_threads_come_by_cursor_and_every_page_says_whether_somebody_is_there(ann: Person) -> None:
    for number in range(3):
        ask(ann, f"Question {number}")
    first = ann.get("/v1/helpdesk/threads?limit=2")
    rest = ann.get(f"/v1/helpdesk/threads?limit=2&cursor={first['next_cursor']}")
    assert (len(first["threads"]), len(rest["threads"]), rest["next_cursor"]) == (2, 1, None)
    assert first["helpdesk"]["open"] is rest["helpdesk"]["open"] is True


def test_what_was_said_is_sealed_for_its_thread(ann: Person, owner: psycopg.Connection[Any]) -> None:
    ask(ann, "Gwendolyn's card is empty.")
    ask(ann, "Another one.")
    rows = owner.execute("SELECT message_id, sealed FROM thread_messages ORDER BY message_id").fetchall()
    assert b"Gwendolyn" not in rows[0][1]
    owner.execute("UPDATE thread_messages SET sealed = %s WHERE message_id = %s", (rows[0][1], rows[1][0]))
    thread = ann.get("/v1/helpdesk/threads?limit=1")["threads"][0]["thread_id"]
    assert ann.call("GET", f"/v1/helpdesk/threads/{thread}").status_code == 500


def test_the_desk_speaks_the_readers_language(ann: Person) -> None:
    sent = {"category": "question", "text": "Bonjour"}
    said = post(ann, "/v1/helpdesk/threads", sent, **{"Accept-Language": "fr"}).json["helpdesk"]["says"]  # type: ignore[index]
    assert said == "L'assistance est ouverte jusqu'au 2 mars 2026 à 19:00 (heure de Paris)."


def test_a_suspended_user_has_no_way_in_here(ann: Person, ops: Ops) -> None:
    ops("suspend", ann.email, "--ground", "14.2.10")
    assert code_of(post(ann, "/v1/helpdesk/threads", {"category": "question", "text": "Why?"})) == (403, "account-suspended")
