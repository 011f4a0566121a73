"""The account's own pages in Chromium, from the popup's link on: fair use with its check and appeal, and the helpdesk's chat."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from backend.robots.checks import all_questions
from e2e.accessibility import find_faults
from e2e.conftest import PASSWORD
from e2e.running_candor import RunningCandor

Open = Callable[[str], Page]
PARIS = ZoneInfo("Europe/Paris")
OPENS, CLOSES = 9, 19
SIGN = '[{"name": "planted", "measure": 1.0, "evidence": 9.0}]'


def sign_in(page: Page, email: str) -> None:
    """By keyboard, from the field that comes first."""
    page.focus("#email")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")


def assert_fit(page: Page) -> None:
    """Nothing that axe finds, and nothing wider than a telephone."""
    assert find_faults(page) == set()
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.locator("body").evaluate("each => each.scrollWidth") <= 360
    page.set_viewport_size({"width": 1100, "height": 760})


def right_answer(page: Page) -> str:
    """As a person reads it: the only filling under which a sentence of ours says this."""
    says, choices = page.locator("#says").inner_text(), page.locator("button[name=choice]").all_inner_texts()
    for written in all_questions()["en"]:
        for first in choices:
            for second in choices:
                if first != second and written["says"].format(first, second) == says:
                    return first
    raise AssertionError(says)


def now(candor: RunningCandor) -> datetime:
    """What Candor's clock shows in Paris."""
    return datetime.fromisoformat(httpx.get(f"{candor.url}/v1/sandbox/clock").json()["now"]).astimezone(PARIS)


def is_open(at: datetime) -> bool:
    return at.isoweekday() <= 5 and OPENS <= at.hour < CLOSES


def pass_to(candor: RunningCandor, at: datetime) -> None:
    assert httpx.post(f"{candor.url}/v1/sandbox/clock", json={"now": at.isoformat()}, timeout=60).is_success


@pytest.fixture
def account(candor: RunningCandor, seller: str, open_own: Open, browser_context: BrowserContext) -> Page:
    """The seller's account page, opened from the popup and signed in by keyboard."""
    popup = open_own("popup/popup.html")
    with browser_context.expect_page() as opened:
        popup.get_by_role("link", name="My account").click()
    page = opened.value
    expect(page).to_have_url(f"{candor.url}/account/sign-in?next=/account")
    assert_fit(page)
    sign_in(page, seller)
    expect(page).to_have_url(f"{candor.url}/account")
    expect(page.get_by_text(f"Signed in as {seller}")).to_be_visible()
    with browser_context.expect_page() as again:
        popup.get_by_role("link", name="My account").click()
    expect(again.value).to_have_url(f"{candor.url}/account")  # the cookie comes along from the extension
    again.value.close()
    return page


def test_fair_use_is_seen_asked_and_appealed_without_a_mouse(candor: RunningCandor, seller: str, account: Page) -> None:
    ((number,),) = candor.ask_owner("SELECT max(account_id) FROM accounts")
    candor.ask_owner(f"UPDATE permits SET unlimited_kind = 'phone' WHERE account_id = {number}")
    account.reload()
    meter = account.get_by_role("meter", name="Phone: 10,000 of 10,000 unlimited credits left this month.")
    expect(meter).to_be_visible()
    expect(account.get_by_text("It begins anew on 1 ")).to_be_visible()
    assert_fit(account)

    candor.ask_owner(
        f"INSERT INTO robot_steps (account_id, step, at, signs) VALUES ({number}, 'ask', now(), '{SIGN}');"
        f" INSERT INTO human_checks (account_id, opened_at) VALUES ({number}, now())"
    )
    account.reload()
    assert_fit(account)
    began = time.monotonic()
    answer = right_answer(account)
    for _ in range(20):
        account.keyboard.press("Tab")
        if account.evaluate("document.activeElement.textContent") == answer:
            break
    account.keyboard.press("Enter")
    expect(account.get_by_role("status")).to_have_text("Thank you. You can go on.")
    assert time.monotonic() - began < 10
    assert_fit(account)

    candor.ask_owner(
        f"INSERT INTO robot_steps (account_id, step, at, signs) VALUES ({number}, 'hold', now(), '{SIGN}');"
        f" UPDATE permits SET held = true WHERE account_id = {number}"
    )
    account.reload()
    expect(account.get_by_text("on hold", exact=True)).to_be_visible()
    assert_fit(account)
    account.get_by_label("Why it is a mistake").fill("I read lists aloud, a colleague clicks.")
    account.keyboard.press("Tab")
    account.keyboard.press("Enter")
    expect(account.get_by_role("status")).to_contain_text("A person will read it.")
    assert_fit(account)
    assert candor.ask_owner(f"SELECT kind FROM cases WHERE account_id = {number} AND state = 'open'") == [("robots-appeal",)]

    account.get_by_role("button", name="Sign out").press("Enter")
    expect(account.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.clause("16.1")
def test_a_question_by_chat_on_the_site_is_answered_and_the_hours_are_said(
    candor: RunningCandor, seller: str, account: Page
) -> None:
    account.get_by_role("link", name="Help").click()

    def hours_are_said() -> None:
        account.goto(f"{candor.url}/account/help")
        there = now(candor)
        send = account.get_by_role("button", name="Send" if is_open(there) else "Leave a message")
        expect(send).to_be_visible()
        said = account.locator("main").inner_text()
        assert ("The helpdesk is open until" in said, "The helpdesk is closed." in said) == (is_open(there), not is_open(there))
        closes, opens = there.replace(hour=CLOSES), next_opening(there)
        awaited = closes if is_open(there) else opens
        assert f"{awaited.day} {awaited:%B %Y} at {awaited.hour:02d}:00 (Paris time)" in said

    hours_are_said()
    assert_fit(account)
    account.get_by_label("What it is about").select_option("question")
    account.get_by_label("Your words").fill("What may I export?")
    account.locator("main button").last.press("Enter")
    expect(account.get_by_text("What may I export?")).to_be_visible()
    expect(account.get_by_text("waits for us")).to_be_visible()

    ((place,),) = candor.ask_owner("SELECT max(account_id) || '/' || max(thread_id) FROM threads")
    assert candor.run("ops", "create", "hetty", "--role", "support").returncode == 0
    words = ["--text", "Whatever you have saved.", "--by", "hetty", "--reason", "asked on the site"]
    answered = candor.run("ops", "helpdesk-answer", place, *words)
    assert answered.returncode == 0, answered.stdout + answered.stderr
    account.get_by_role("button", name="Look for an answer").press("Enter")
    expect(account.get_by_text("Whatever you have saved.")).to_be_visible()
    candor.wait_for_letter(seller, "Whatever you have saved.")
    assert_fit(account)

    there = now(candor)
    pass_to(candor, there.replace(hour=CLOSES, minute=0, second=0) if is_open(there) else next_opening(there))
    hours_are_said()
    account.get_by_role("link", name=re.compile("A question")).click()
    account.get_by_label("Write on").fill("And notes?")
    account.get_by_role("button", name=re.compile("Send|Leave a message")).press("Enter")
    expect(account.get_by_text("And notes?")).to_be_visible()
    account.get_by_role("button", name="Close it").press("Enter")
    expect(account.get_by_text("closed", exact=True)).to_be_visible()


def next_opening(at: datetime) -> datetime:
    """The next working day's nine o'clock, or this one's."""
    there = at.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    while there <= at or there.isoweekday() > 5:
        there += timedelta(days=1)
    return there
