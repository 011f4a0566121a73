"""Pytest fixtures for Candor in a real Chromium. Name them in a test and drive the extension as a user does.

    def test_a_phone_costs_one_credit(linkedin, card, popup):
        ...sign in on `popup`, a Playwright page...
        linkedin.visit("ada-lind-candor-sample", then=THEO)   # a synthetic LinkedIn page; kinds and options: e2e/pages
        card.click("[data-act=lookup]")                       # a real click inside the closed shadow root
        card.wait_for("1 phone")
        linkedin.walk()                                       # on to THEO by history.pushState, the page a moment later

Each test has a fresh profile (nothing agreed, nobody signed in). Whatever a test does, at its end `linkedin` asserts that the
extension asked nothing of LinkedIn (compliance L2) and that nobody asked anything of any host but LinkedIn and this machine.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright

from e2e.card_driver import Card
from e2e.chromium import EXTENSION, extension_id, open_chromium, shared_playwright
from e2e.linkedin_site import LinkedIn


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with shared_playwright() as playwright:
        yield playwright


@pytest.fixture
def extension_folder() -> Path:
    """The extension as it lies in the repository; override it to try another."""
    return EXTENSION


@pytest.fixture
def browser_language() -> str:
    """The browser's own language, which the extension speaks; override it with "fr"."""
    return "en"


@pytest.fixture
def browser_context(
    playwright_driver: Playwright, extension_folder: Path, browser_language: str, tmp_path: Path
) -> Iterator[BrowserContext]:
    """Chromium on a fresh profile with the unpacked extension."""
    with open_chromium(playwright_driver, tmp_path / "profile", extension_folder, lang=browser_language) as context:
        if not context.service_workers:
            context.wait_for_event("serviceworker")
        yield context


@pytest.fixture
def linkedin(browser_context: BrowserContext) -> Iterator[LinkedIn]:
    """LinkedIn: `visit`, `walk`, and afterwards who asked for what (`made_by_extension`, `holding`, `strays`)."""
    site = LinkedIn(browser_context)
    yield site
    assert site.to_linkedin_by_extension() == [], "the extension asked something of LinkedIn"
    assert site.strays() == [], "something was asked of a host that has no part in this"


@pytest.fixture
def card(linkedin: LinkedIn) -> Card:
    """The card on the LinkedIn page last visited: `text`, `click`, `wait_for`, `read`, `shows`, `screenshot`."""
    return Card(linkedin)


@pytest.fixture
def open_own(browser_context: BrowserContext, extension_folder: Path) -> Callable[[str], Page]:
    """Opens one of the extension's own pages in a tab: `open_own("welcome/welcome.html")`."""

    def open_page(path: str) -> Page:
        page = browser_context.new_page()
        page.goto(f"chrome-extension://{extension_id(extension_folder)}/{path}")
        return page

    return open_page


@pytest.fixture
def popup(open_own: Callable[[str], Page]) -> Page:
    """The popup, as a page in a tab."""
    return open_own("popup/popup.html")


@pytest.fixture
def panel(open_own: Callable[[str], Page]) -> Page:
    """The side panel, as a page in a tab."""
    return open_own("panel/panel.html")


@pytest.fixture
def kill_worker(browser_context: BrowserContext, extension_folder: Path) -> Callable[[], None]:
    """Ends the extension's service worker, as Chrome does after 30 idle seconds; the next message starts a new one."""
    start = f"chrome-extension://{extension_id(extension_folder)}/"

    def kill() -> None:
        browser = browser_context.browser
        assert browser
        session = browser.new_browser_cdp_session()
        targets = session.send("Target.getTargets")["targetInfos"]
        workers = [one["targetId"] for one in targets if one["type"] == "service_worker" and one["url"].startswith(start)]
        assert workers, "no worker is running"
        for worker in workers:
            session.send("Target.closeTarget", {"targetId": worker})
        session.detach()

    return kill


@pytest.fixture
def go_offline(browser_context: BrowserContext) -> Callable[..., None]:
    """`go_offline()` takes the network away from every page and the worker; `go_offline(False)` gives it back."""

    def switch(offline: bool = True) -> None:
        browser_context.set_offline(offline)

    return switch
