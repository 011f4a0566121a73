"""Consent first: the page that asks for it opens by itself, and before "I agree" nothing is sent and no card stands in the way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from e2e.candor_browser import find_consent_page
from e2e.card_driver import Card
from e2e.chromium import open_chromium
from e2e.linkedin_site import LinkedIn
from tests.extension.fake_server import FakeServer

Open = Callable[[str], Page]
Tell = Callable[..., Any]
ADA = "ada-lind-candor-sample"


@pytest.mark.clause("R18")
def test_the_consent_page_opens_by_itself(playwright_driver: Playwright, extension_folder: Path) -> None:
    with open_chromium(playwright_driver, extension_folder) as context:
        assert find_consent_page(context).locator("#asking h1").inner_text() == "Before Candor does anything"


@pytest.mark.clause("R18", "8.1.3")
def test_nothing_is_asked_before_the_consent_page_is_agreed_to(
    linkedin: LinkedIn, card: Card, fake: FakeServer, own_page: Page, tell_worker: Tell, open_own: Open
) -> None:
    linkedin.visit(ADA)
    card.wait_for("Finish setting up Candor first")
    assert not card.shows("[data-act=lookup]")
    key = {"vanity": ADA}
    for message in ({"type": "lookup", "key": key}, {"type": "account"}, {"type": "signIn", "email": "e", "password": "p"}):
        assert tell_worker(**message)["problem"]["code"] == "consent-needed"
    popup = open_own("popup/popup.html")
    popup.wait_for_selector("[data-act=finish]")
    assert popup.locator("form[data-view=sign-in]").count() == 0
    welcome = open_own("welcome/welcome.html")
    assert welcome.locator("[data-part=chrome-only]").inner_text() == "Candor works in Google Chrome only."
    assert linkedin.made_by_extension() == []

    welcome.click("#agree")
    welcome.wait_for_selector("#agreed:not([hidden])")
    consent = own_page.evaluate("chrome.storage.local.get('consent')")["consent"]
    assert consent["version"] == 2
    assert consent["told_chrome_only"] is True
    welcome.reload()
    welcome.wait_for_selector("#agreed:not([hidden])")
    assert not welcome.locator("#asking").is_visible()
    card.wait_for("See what is available")
    assert linkedin.made_by_extension() == []
    assert fake.requests == []


def test_where_there_is_no_profile_not_even_the_set_up_is_asked_for(linkedin: LinkedIn, card: Card) -> None:
    wall, gone = linkedin.visit(ADA, "wall"), linkedin.visit("gone-candor-sample", "not-found", new_tab=True)
    linkedin.visit("there-candor-sample", new_tab=True)
    card.wait_for("Finish setting up Candor first")
    gone.wait_for_timeout(3000)  # as long as the reader looks again
    assert [page.url for page in (wall, gone) if page.locator("candor-card").count()] == []
