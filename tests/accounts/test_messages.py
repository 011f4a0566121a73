"""Messages: told once, by mail and in the account, in the reader's language."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.mail import read_mailbox
from backend.kernel.messages import LANGUAGES, Message, Told, all_words, read_deliveries, read_messages, render, tell
from tests.accounts.conftest import Newcomer, bearer
from tests.conftest import due_pieces

SET_ON = date(2025, 3, 2)


def say(kernel: Kernel, account_id: int, ref: str = "2026") -> bool:
    with kernel.database.begin() as connection:
        message = Message(account_id, "password-old", ref, kernel.clock.now(), {"set_on": SET_ON})
        return tell(connection, kernel.sealer, message)


def delivered(kernel: Kernel, account_id: int) -> datetime | None:
    """When both channels had the message of 2026."""
    with kernel.database.begin() as connection:
        return read_deliveries(connection, "password-old", "2026", [account_id])[account_id]


def read(kernel: Kernel, account_id: int) -> Told:
    with kernel.database.begin() as connection:
        (told,) = read_messages(connection, kernel.sealer, account_id, 2**63 - 1, 9)
    return told


def work(kernel: Kernel) -> None:
    tick(kernel.database.engine, due_pieces(kernel), kernel.clock.now())


def letters(kernel: Kernel) -> list[str]:
    with kernel.database.begin() as connection:
        return [sent.letter.subject for sent in read_mailbox(connection, kernel.sealer)]


class Reader:
    """Somebody with an account, who reads."""

    def __init__(self, newcomer: Newcomer) -> None:
        self._newcomer = newcomer
        self._token = newcomer.join()["access_token"]
        mine = newcomer.me(self._token).json["account"]["id"]  # type: ignore[index]
        self.account_id = newcomer.kernel.ids.decode("account", 0, mine) or 0

    def get(self, path: str) -> TestResponse:
        return self._newcomer.app.test_client().get(path, headers=bearer(self._token))

    def read(self, message: str) -> int:
        return self._newcomer.post(f"/v1/messages/{message}/read", **bearer(self._token)).status_code


@pytest.fixture
def ada(app: Flask, kernel: Kernel) -> Reader:
    return Reader(Newcomer(app, kernel))


def test_a_message_is_in_the_account_at_once_and_goes_by_mail(ada: Reader, kernel: Kernel, clock: MovableClock) -> None:
    assert say(kernel, ada.account_id)
    shown = ada.get("/v1/messages").json
    assert [(one["code"], one["read"]) for one in shown["messages"]] == [("password-old", False)]  # type: ignore[index]
    assert "2 March 2025" in shown["messages"][0]["text"]  # type: ignore[index]
    assert delivered(kernel, ada.account_id) is None
    clock.advance(timedelta(minutes=1))
    work(kernel)
    assert letters(kernel)[0] == "Your Candor password is a year old"
    assert delivered(kernel, ada.account_id) == clock.now()


def test_the_same_thing_is_told_once(ada: Reader, kernel: Kernel) -> None:
    assert [say(kernel, ada.account_id), say(kernel, ada.account_id), say(kernel, ada.account_id, "2027")] == [True, False, True]
    work(kernel)
    assert letters(kernel).count("Your Candor password is a year old") == 2


def test_a_mail_that_came_back_was_not_delivered(ada: Reader, kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
    say(kernel, ada.account_id)
    work(kernel)
    owner.execute("UPDATE messages SET bounced_at = mailed_at")
    assert delivered(kernel, ada.account_id) is None


def test_a_message_is_read_once_and_by_its_own_reader(ada: Reader, app: Flask, kernel: Kernel, clock: MovableClock) -> None:
    say(kernel, ada.account_id)
    (message,) = ada.get("/v1/messages").json["messages"]  # type: ignore[index]
    assert Reader(Newcomer(app, kernel, "eve@other.example")).read(message["message_id"]) == 404
    for _ in range(2):
        assert ada.read(message["message_id"]) == 204
        clock.advance(timedelta(hours=1))
    assert read(kernel, ada.account_id).read_at == clock.now() - timedelta(hours=2)


def test_older_messages_come_by_cursor(ada: Reader, kernel: Kernel) -> None:
    for number in range(3):
        say(kernel, ada.account_id, str(number))
    first = ada.get("/v1/messages?limit=2").json
    rest = ada.get(f"/v1/messages?limit=2&cursor={first['next_cursor']}").json  # type: ignore[index]
    assert (len(first["messages"]), len(rest["messages"]), rest["next_cursor"]) == (2, 1, None)  # type: ignore[index]
    assert ada.get("/v1/messages?cursor=none").status_code == 422


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", sorted(all_words()))
def test_every_message_has_its_words_in_both_languages(code: str, lang: str) -> None:
    words = all_words()[code]
    assert lang in words
    subject, text = render(code, lang, words["example"])
    assert subject
    assert len(text) > 40
    assert not re.search(r"[{}]", subject + text)
    if lang == "fr":
        ours = words["fr"]["subject"] + words["fr"]["text"]
        assert not re.search(r" [:;!?»]|« |\w'\w", ours), "a line may break before a mark, or an apostrophe is a straight one"
        assert not re.search(r"\bd[eu] \{workspace\}|\bque \{workspace\}", ours), "a name may begin with a vowel"


def test_a_message_without_a_fact_it_needs_is_refused_at_once(ada: Reader, kernel: Kernel) -> None:
    with kernel.database.begin() as connection, pytest.raises(KeyError):
        tell(connection, kernel.sealer, Message(ada.account_id, "password-old", "x", kernel.clock.now(), {}))


@pytest.mark.parametrize(
    ("lang", "written"),
    [("en", "until 1 April 2026 at 01:00 (Paris time)"), ("fr", "jusqu’au 1er avril 2026 à 01:00 (heure de Paris)")],
)
def test_an_instant_is_written_as_the_language_does_and_in_paris(lang: str, written: str) -> None:
    facts = {**all_words()["suspended"]["example"], "cure_due": "2026-03-31T23:00:00+00:00"}
    assert written in render("suspended", lang, facts)[1]
