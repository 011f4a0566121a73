"""Fair use on the account's own page, for who has no extension at hand: the meter, the human check, the hold and its appeal."""

import re
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.kernel import Kernel
from tests.accounts.browser import Browser
from tests.conftest import Ops
from tests.robots.production import PASSWORD, Hire, Worker
from tests.robots.test_human_check import right_choice


def open_browser(worker: Worker, lang: str = "en") -> Browser:
    """The worker's browser, signed in."""
    web = Browser(worker.app, worker.email, PASSWORD, lang)
    assert web.sign_in().status_code == 303
    return web


def meter(page: str) -> dict[str, str]:
    """The attributes of the page's meter."""
    [found] = re.findall(r"<meter ([^>]*)>", page)
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found))


def question(page: str) -> dict[str, Any]:
    """What is asked, as a person reads it from the page."""
    return {
        "check": re.findall(r'name="check" value="([\w-]+)"', page)[0],
        "says": re.findall(r'<p id="says">(.*?)</p>', page)[0],
        "asks": re.findall(r"<legend>(.*?)</legend>", page)[0],
        "choices": re.findall(r'name="choice" value="\d">(.*?)<', page),
    }


def test_a_plan_without_unlimited_credits_has_no_meter(rob: Worker) -> None:
    rob.change(unlimited_kind=None)
    page = open_browser(rob).get().text
    assert "<meter" not in page
    assert "Your plan has no unlimited credits" in page


@pytest.mark.clause("9.16")
def test_at_four_fifths_the_page_says_what_is_left_and_when_it_resets(rob: Worker, owner: psycopg.Connection[Any]) -> None:
    assert rob.reveal().status_code == 200
    web = open_browser(rob)
    for left, near in (("2001", False), ("2000", True)):
        owner.execute("UPDATE lots SET remaining = %s WHERE source = 'unlimited'", (left,))
        page = web.get().text
        shown = meter(page)
        assert (shown["value"], shown["min"], shown["max"], shown["low"]) == (left, "0", "10000", "2000")
        assert shown["aria-label"] == f"Phone: {left[0]},{left[1:]} of 10,000 unlimited credits left this month."
        assert f"<p>{shown['aria-label']}</p>" in page
        assert "It begins anew on 1 April 2026 at 00:00 (Paris time)." in page
        assert ("Most of this month&#39;s are used." in page) is near
        assert "free to use" in page
    assert rob.reveal().status_code == 200


def test_the_page_asks_the_question_says_why_and_the_right_answer_lets_the_account_go_on(
    rob: Worker, owner: psycopg.Connection[Any]
) -> None:
    rob.go_on_until("human-check-required")
    web = open_browser(rob)
    page = web.get().text
    assert "The time between two people hardly varied." in page
    asked = question(page)
    right = right_choice(rob, asked)
    wrong = web.send("/account/check", check=asked["check"], choice=str((right + 1) % 3))
    assert wrong.status_code == 422
    assert 'role="alert">That was not it' in wrong.text
    for choice in ("", "3", "one"):
        assert web.send("/account/check", check=asked["check"], choice=choice).status_code == 422
    again = question(web.get().text)
    answer = web.send("/account/check", check=again["check"], choice=str(right_choice(rob, again)))
    assert answer.headers["Location"] == "/account?said=passed"
    assert "Thank you. You can go on." in web.get("/account?said=passed").text
    assert "One short question" not in web.get().text
    assert rob.reveal().status_code == 200
    assert rob.steps(owner) == ["watch", "ask", "passed"]
    assert web.send("/account/check", check=again["check"], choice="0").headers["Location"] == "/account"


def test_who_only_guesses_is_told_to_wait_on_a_page(rob: Worker) -> None:
    web = open_browser(rob)
    web.get()
    answers = [web.send("/account/check", check="x", choice="0") for _ in range(12)]
    refused = answers[-1]
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert f"Try again in {refused.headers['Retry-After']} seconds." in refused.text


def test_a_question_of_another_account_is_answered_by_nobody_else(rob: Worker, hire: Hire) -> None:
    eve = hire("eve")
    for worker in (rob, eve):
        worker.go_on_until("human-check-required")
    asked = question(open_browser(rob).get().text)
    answer = open_browser(eve).send("/account/check", check=asked["check"], choice=str(right_choice(rob, asked)))
    assert answer.status_code == 422


def test_who_is_held_appeals_on_the_page_and_another_person_answers(
    rob: Worker, ops: Ops, owner: psycopg.Connection[Any], kernel: Kernel
) -> None:
    web = open_browser(rob)
    assert web.send("/account/appeal", text="Too early.").headers["Location"] == "/account"
    rob.go_on_until("robot-suspected")
    page = web.get().text
    assert "on hold" in page
    assert "The time between two people hardly varied." in page
    told = rob.call("GET", "/v1/messages").json["messages"][0]["text"]  # type: ignore[index]
    assert f"    {kernel.settings.public_url}/account\n" in told

    assert ops("keep-hold", rob.email, reason="You told us that <i>a script</i> does it.").exit_code == 0
    assert "You told us that &lt;i&gt;a script&lt;/i&gt; does it." in web.get().text
    empty = web.send("/account/appeal", text="   ")
    assert (empty.status_code, "Write something first" in empty.text) == (422, True)
    assert rob.cases(owner) == []
    assert web.send("/account/appeal", text="A colleague reads, I click.").headers["Location"] == "/account?said=appealed"
    assert rob.cases(owner) == ["robots-appeal"]
    shown = web.get("/account?said=appealed").text
    assert "A person will read it." in shown
    assert "A colleague reads, I click." in shown

    assert ops("release-hold", rob.email, reason="On second thoughts, fine.").exit_code == 1
    assert ops("release-hold", rob.email, by="otto", reason="We saw the lists.").exit_code == 0
    page = web.get().text
    assert "free to use" in page
    assert "One short question" not in page
    assert rob.reveal().status_code == 200


def test_a_page_shows_nothing_of_another_account(rob: Worker, hire: Hire, limited: Flask) -> None:
    eve = hire("eve")
    rob.go_on_until("robot-suspected")
    robs, eves = open_browser(rob), open_browser(eve)
    robs.send("/account/appeal", text="A colleague reads, I click.")
    assert "A colleague reads" in robs.get().text
    page = eves.get().text
    assert not re.search(r"A colleague reads|rob@|on hold|Object to", page)
    assert eves.send("/account/appeal", text="x").headers["Location"] == "/account"
    assert rob.kernel is limited.extensions["candor"]


def test_the_page_is_french_for_who_reads_french(rob: Worker) -> None:
    rob.go_on_until("human-check-required")
    page = open_browser(rob, "fr").get().text
    assert "Une courte question" in page
    assert "Téléphone : il reste" in page.replace("\N{NO-BREAK SPACE}", " ")
    asked = question(page)
    assert right_choice(rob, asked, "fr") in (0, 1, 2)
