"""Staying signed in: one refresh for many calls, a dying worker, a session that ended."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from tests.extension.fake_server import FakeServer

Tell = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("signed_in")


def test_two_calls_with_an_old_token_make_one_refresh(fake: FakeServer, own_page: Page) -> None:
    fake.access_alive = False
    answers = own_page.evaluate("Promise.all([1, 2, 3].map(() => chrome.runtime.sendMessage({type: 'account'})))")
    assert [answer["ok"] for answer in answers] == [True, True, True]
    assert len(fake.sent("/v1/sessions/refresh")) == 1
    assert own_page.evaluate("chrome.storage.local.get('refresh')")["refresh"] == f"refresh-{fake.generation}"


def test_an_ended_session_signs_out_in_plain_words(linkedin: LinkedIn, card: Card, fake: FakeServer, tell_worker: Tell) -> None:
    fake.access_alive = False
    fake.answers["/v1/sessions/refresh"] = (401, {"code": "refresh-reused", "status": 401}, {})
    linkedin.visit()
    card.click("[data-act=lookup]")
    card.wait_for("You are not signed in. Click the Candor icon")
    assert tell_worker(type="state")["data"]["signedIn"] is False


def test_a_refresh_that_finds_no_server_keeps_the_user_signed_in(fake: FakeServer, tell_worker: Tell) -> None:
    fake.access_alive = False
    fake.answers["/v1/sessions/refresh"] = (503, {"code": "unavailable", "status": 503}, {})
    assert tell_worker(type="account")["problem"]["code"] == "unavailable"
    fake.answers.clear()
    assert tell_worker(type="account")["ok"]


def test_a_killed_worker_forgets_nothing(
    browser_context: BrowserContext, linkedin: LinkedIn, card: Card, tell_worker: Tell, kill_worker: Callable[[], None]
) -> None:
    browser_context.service_workers[-1].evaluate("globalThis.alive = true")
    kill_worker()
    assert tell_worker(type="state")["data"]["signedIn"] is True
    assert browser_context.service_workers[-1].evaluate("globalThis.alive") is None
    linkedin.visit()
    card.click("[data-act=lookup]")
    card.wait_for("Reveal")


def test_a_click_that_needs_a_sign_in_asks_for_it_and_goes_on_afterwards(linkedin: LinkedIn, card: Card, tell_worker: Tell) -> None:
    tell_worker(type="signOut")
    linkedin.visit()
    card.click("[data-act=lookup]")
    card.wait_for("You are not signed in. Click the Candor icon")
    assert card.shows("[data-act=retry]")
    assert tell_worker(type="signIn", email="sam@buyer.example", password="a long password")["ok"]
    card.wait_for("See what is available")
