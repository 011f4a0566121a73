"""Threads in the export, in the counts, and when their account goes."""

import json
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import Ops
from tests.helpdesk.conftest import Person, Time, ask, post, threads_of

TABLES = ("threads", "thread_steps", "thread_messages", "thread_scans")


def rows(owner: psycopg.Connection[Any], who: Person) -> list[int]:
    found = []
    for table in TABLES:
        row = owner.execute(f"SELECT count(*) FROM {table} WHERE account_id = %s", (who.account_id,)).fetchone()  # type: ignore[call-overload]
        found.append(row[0] if row else 0)
    return found


def write(who: Person, ops: Ops, folder: Path) -> None:
    """A thread by chat with an answer, and one by letter."""
    file = folder / "letter.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\nx")
    ask(who, "What may I export?")
    ops("helpdesk-answer", f"{who.account_id}/1", "--text", "All of it.")
    ops("helpdesk-letter", who.email, "--received-at", "2026-02-27", "--scan", str(file), "--text", "On paper.")


def test_threads_are_in_the_export(ann: Person, ben: Person, ops: Ops, tmp_path: Path) -> None:
    write(ann, ops, tmp_path)
    letter, chat = json.loads(ann.call("GET", "/v1/me/export").text)["helpdesk"]
    assert [words["text"] for words in chat["messages"]] == ["What may I export?", "All of it."]
    assert [step["state"] for step in chat["steps"]] == ["new", "answered"]
    assert (letter["channel"], letter["scans"][0]["media"]) == ("letter", "image/png")
    assert json.loads(ben.call("GET", "/v1/me/export").text)["helpdesk"] == []


def test_all_of_it_goes_with_the_account_and_nothing_of_anybody_else(
    ann: Person, ben: Person, ops: Ops, tmp_path: Path, owner: psycopg.Connection[Any]
) -> None:
    write(ben, ops, tmp_path)
    ask(ann)
    assert rows(owner, ben) == [2, 3, 3, 1]
    phrase = ben.get("/v1/me/deletion")["phrase"]
    assert post(ben, "/v1/me/deletion", {"phrase": phrase, "password": "nine-boats-under-the-moon"}).status_code == 204
    assert rows(owner, ben) == [0, 0, 0, 0]
    assert len(threads_of(ann)) == 1


def test_what_waits_is_counted_by_state_without_a_name(ann: Person, ops: Ops, time: Time) -> None:
    for _ in range(2):
        ask(ann, "The card is empty.", "anomaly")
    ask(ann)
    ops("helpdesk-state", "1/1", "diagnosed")
    ops("helpdesk-answer", "1/3", "--text", "All of it.")
    time.work()
    metrics = ann.app.test_client().get("/metrics").text
    waiting = [line for line in metrics.splitlines() if line.startswith("candor_helpdesk_waiting")]
    assert sorted(waiting) == ['candor_helpdesk_waiting{state="diagnosed"} 1.0', 'candor_helpdesk_waiting{state="new"} 1.0']


def test_operators_see_who_waits_longest_first(ann: Person, ops: Ops, time: Time) -> None:
    assert "Nothing waits." in ops("helpdesk").output
    ask(ann, "The card is empty.", "anomaly", "serious")
    time.pass_to("2026-03-04T10:00:00+00:00")
    ask(ann)
    lines = ops("helpdesk").output.splitlines()
    assert [line.split()[0] for line in lines] == ["1/1", "1/2"]
    assert "2 d 1 h" in lines[0]
    assert "new, anomaly, chat, serious" in lines[0]


def test_a_thread_that_is_not_there_is_said_and_not_logged(ops: Ops, owner: psycopg.Connection[Any]) -> None:
    assert "There is no such thread." in ops("helpdesk-show", "7/7").output
    assert "written like 11/3" in ops("helpdesk-show", "seven").output
    assert owner.execute("SELECT count(*) FROM ops_log").fetchone() == (0,)
