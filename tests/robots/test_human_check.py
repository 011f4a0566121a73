"""The human check: a sentence and three answers, graded on the server, good once, never a lock."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.robots.checks import CHOICES, _write, all_questions
from tests.robots.production import Worker


def ask(worker: Worker, lang: str = "en") -> dict[str, Any]:
    answer = worker.call("GET", "/v1/robots/check", **{"Accept-Language": lang})
    assert answer.status_code == 200
    return dict((answer.json or {})["question"] or {})


def right_choice(worker: Worker, question: dict[str, Any], lang: str = "en") -> int:
    """Which is right, as a person reads it: the only filling under which a sentence of ours says this and asks this."""
    for written in all_questions()[lang]:
        for place, first in enumerate(question["choices"]):
            for second in question["choices"]:
                if first != second and written["says"].format(first, second) == question["says"]:
                    return place
    raise AssertionError(question)


def answer(worker: Worker, question: dict[str, Any], choice: int, lang: str = "en") -> Any:
    body = {"check": question["check"], "choice": choice}
    return worker.call("POST", "/v1/robots/check", body, **{"Accept-Language": lang}).json


@pytest.fixture
def asked(rob: Worker) -> Worker:
    """Rob, who has just been asked."""
    rob.go_on_until("human-check-required")
    return rob


def test_who_is_not_asked_is_shown_no_question(rob: Worker) -> None:
    assert ask(rob) == {}
    assert rob.call("POST", "/v1/robots/check", {"check": "x", "choice": 0}).json["code"] == "nothing-asked"  # type: ignore[index]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_right_answer_lets_the_account_go_on(asked: Worker, lang: str, owner: psycopg.Connection[Any]) -> None:
    question = ask(asked, lang)
    assert len(set(question["choices"])) == CHOICES
    assert answer(asked, question, right_choice(asked, question, lang), lang) == {"passed": True}
    assert asked.reveal().status_code == 200
    assert asked.steps(owner) == ["watch", "ask", "passed"]
    assert asked.call("GET", "/v1/fair-use").json["state"] == "free"  # type: ignore[index]


def test_a_wrong_answer_asks_again_and_the_third_calls_a_person(asked: Worker, owner: psycopg.Connection[Any]) -> None:
    for number in range(1, 5):
        question = ask(asked)
        wrong = (right_choice(asked, question) + 1) % CHOICES
        assert answer(asked, question, wrong) == {"passed": False}
        assert asked.cases(owner) == (["robots"] if number >= 3 else [])
    assert asked.steps(owner) == ["watch", "ask", "failed"]
    question = ask(asked)
    assert answer(asked, question, right_choice(asked, question)) == {"passed": True}
    assert asked.reveal().status_code == 200


def test_a_question_is_good_for_one_answer_of_one_account_within_its_minutes(asked: Worker, hire: Any) -> None:
    question = ask(asked)
    right = right_choice(asked, question)
    eve = hire("eve")
    eve.go_on_until("human-check-required")
    assert answer(eve, question, right) == {"passed": False}
    late = ask(asked)
    asked.clock.advance(timedelta(minutes=4))
    assert answer(asked, late, right_choice(asked, late)) == {"passed": False}
    assert answer(asked, question, right) == {"passed": False}
    used = ask(asked)
    assert answer(asked, used, (right_choice(asked, used) + 1) % CHOICES) == {"passed": False}
    assert answer(asked, used, right_choice(asked, used)) == {"passed": False}
    assert answer(asked, {"check": used["check"][:-3] + "AAA"}, 0) == {"passed": False}


def test_passing_lowers_the_score_once_not_for_ever(asked: Worker, owner: psycopg.Connection[Any]) -> None:
    question = ask(asked)
    answer(asked, question, right_choice(asked, question))
    asked.go_on_until("human-check-required")
    question = ask(asked)
    assert answer(asked, question, right_choice(asked, question)) == {"passed": True}
    assert asked.reveal().status_code == 200
    asked.go_on_until("robot-suspected")
    assert asked.steps(owner) == ["watch", "ask", "passed", "watch", "ask", "answered", "hold"]


def test_both_languages_ask_the_same_and_each_place_is_right_now_and_then(kernel: Kernel) -> None:
    questions = all_questions()
    assert [len(each["fill"]) for each in questions["en"]] == [len(each["fill"]) for each in questions["fr"]]
    seen = set()
    for number in range(200):
        head = number.to_bytes(16)
        english, french = _write(kernel, 1, head, "en"), _write(kernel, 1, head, "fr")
        assert english[3] == french[3]
        assert all(choice in english[0] for choice in (english[2][english[3]],))
        assert len(english[0]) + len(english[1]) < 100  # read in a few seconds
        assert _write(kernel, 2, head, "en") != english or number  # another account is asked something else
        seen.add(english[3])
    assert seen == {0, 1, 2}
