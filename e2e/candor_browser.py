"""Pytest fixtures for Candor in a real Chromium. Name them in a test and drive the extension as a user does.

    def test_a_phone_costs_one_credit(linkedin, card, popup):
        ...sign in on `popup`, a Playwright page...
        linkedin.visit("ada-lind-candor-sample", then=THEO)   # a synthetic LinkedIn page; kinds and options: e2e/pages
        card.click("[data-act=lookup]")                       # a real click inside the closed shadow root
        card.wait_for("1 phone")
        linkedin.walk()                                       # on to THEO by history.pushState, the page a moment later

One Chromium serves all tests; each finds it as new: nothing agreed, nobody signed in, no page open. Whatever a test does, at
its end `linkedin` asserts that the extension asked nothing of LinkedIn (compliance L2) and that nobody asked anything of any host
but LinkedIn and this machine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright

from e2e.card_driver import PATIENCE_S, Card
from e2e.chromium import EXTENSION, extension_id, open_chromium, shared_playwright
from e2e.linkedin_site import LinkedIn

_FORGET = "Promise.all([chrome.storage?.local.clear(), chrome.storage?.session.clear()])"


class Browsers:
    """The one Chromium of this run; asked for with another extension or language, it is started anew."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._open: tuple[Path, str, BrowserContext] | None = None
        self._undo = ExitStack()

    def open(self, extension: Path, lang: str) -> BrowserContext:
        if self._open and self._open[:2] == (extension, lang):
            return self._open[2]
        self.close()
        context = self._undo.enter_context(open_chromium(self._playwright, extension, lang=lang))
        if (extension / "welcome").exists():
            find_consent_page(context)  # closed while it still loads, it can leave the extension without words
        self._open = (extension, lang, context)
        self.make_new()
        return context

    def make_new(self) -> None:
        """As it was when it started, but for the consent page."""
        if self._open is None:
            return
        extension, _, context = self._open
        page = context.new_page()
        for other in context.pages:
            if other is not page:
                other.close()
        context.set_offline(False)
        context.clear_cookies()
        context.clear_permissions()
        end_workers(context, extension)
        page.goto(f"chrome-extension://{extension_id(extension)}/manifest.json")
        page.evaluate(_FORGET)
        page.goto("about:blank")

    def close(self) -> None:
        self._open = None
        self._undo.close()


def find_consent_page(context: BrowserContext) -> Page:
    """The page that opens by itself at the first run, once it can be read."""
    for _ in range(200):
        for page in context.pages:
            if page.url.endswith("/welcome/welcome.html"):
                page.wait_for_selector("h1")
                return page
        context.pages[0].wait_for_timeout(50)
    raise AssertionError("the consent page did not open")


def end_workers(context: BrowserContext, extension: Path) -> int:
    """Ends the extension's service worker, as Chrome does after 30 idle seconds. Returns how many were running.

    One that is only starting does not hear it: it is told again."""
    assert context.browser
    session = context.browser.new_browser_cdp_session()
    start = f"chrome-extension://{extension_id(extension)}/"

    def running() -> set[str]:
        targets = session.send("Target.getTargets")["targetInfos"]
        return {one["targetId"] for one in targets if one["type"] == "service_worker" and one["url"].startswith(start)}

    workers = left = running()
    end = time.monotonic() + PATIENCE_S
    while left:
        assert time.monotonic() < end, "a service worker that was told to end still runs"
        for worker in left:
            with suppress(Error):  # it has ended since
                session.send("Target.closeTarget", {"targetId": worker})
        left = workers & running()
    session.detach()
    return len(workers)


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with shared_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browsers(playwright_driver: Playwright) -> Iterator[Browsers]:
    running = Browsers(playwright_driver)
    yield running
    running.close()


@pytest.fixture
def extension_folder() -> Path:
    """The extension as it lies in the repository; override it to try another."""
    return EXTENSION


@pytest.fixture
def browser_language() -> str:
    """The browser's own language, which the extension speaks; override it with "fr"."""
    return "en"


@pytest.fixture
def browser_context(browsers: Browsers, extension_folder: Path, browser_language: str) -> Iterator[BrowserContext]:
    """Chromium with the unpacked extension, as new."""
    yield browsers.open(extension_folder, browser_language)
    browsers.make_new()


@pytest.fixture
def last_of_its_browser(browsers: Browsers, browser_context: BrowserContext) -> Iterator[None]:
    """For a test after which the extension is not what it was: the next test gets another browser."""
    yield
    browsers.close()


@pytest.fixture
def linkedin(browser_context: BrowserContext) -> Iterator[LinkedIn]:
    """LinkedIn: `visit`, `walk`, and afterwards who asked for what (`made_by_extension`, `holding`, `strays`)."""
    with LinkedIn(browser_context) as site:
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
def own_page(open_own: Callable[[str], Page]) -> Page:
    """A page with the extension's rights and nothing on it, to evaluate in."""
    return open_own("manifest.json")


@pytest.fixture
def tell_worker(own_page: Page) -> Callable[..., Any]:
    """`tell_worker(type="agree")`: a message to the worker as the extension's own pages send it; its answer."""
    return lambda **message: own_page.evaluate("message => chrome.runtime.sendMessage(message)", message)


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
    """Ends the extension's service worker; the next message starts a new one."""

    def kill() -> None:
        assert end_workers(browser_context, extension_folder), "no worker is running"

    return kill


@pytest.fixture
def go_offline(browser_context: BrowserContext) -> Callable[..., None]:
    """`go_offline()` takes the network away from every page and the worker; `go_offline(False)` gives it back."""

    def switch(offline: bool = True) -> None:
        browser_context.set_offline(offline)

    return switch
