"""A real Chromium with the unpacked extension, LinkedIn-shaped pages fulfilled locally, and a stand-in for the server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route

from e2e.chromium import extension_id, open_chromium, shared_playwright
from tests.extension.closed_card import ClosedCard
from tests.extension.fake_server import FakeServer

HOME = f"chrome-extension://{extension_id()}"

PROFILE = """<!doctype html><title>{name}</title><div id="global-nav"></div>
<main class="scaffold-layout"><h1>{name}</h1><a href="/in/{vanity}/overlay/contact-info/">Contact info</a>
<p>planted.canary@page.example +33 6 39 98 00 00</p></main>"""


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    server = FakeServer()
    server.address = server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserContext]:
    """One browser for all tests; `linkedin` gives each a clean slate."""
    with (
        shared_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        open_chromium(playwright, Path(folder)) as context,
    ):
        yield context


class LinkedIn:
    """A browser in which nothing has been agreed to yet. Every request any of its pages or the extension makes is kept."""

    def __init__(self, chromium: BrowserContext, fake: FakeServer) -> None:
        self.chromium = chromium
        self.fake = fake
        self.requests: list[tuple[str, str]] = []
        self.own = self.open_own("panel/panel.html")
        self.own.evaluate("Promise.all([chrome.storage.local.clear(), chrome.storage.session.clear()])")
        self.own.reload()

    def open_own(self, path: str) -> Page:
        page = self.chromium.new_page()
        page.goto(f"{HOME}/{path}")
        return page

    def tell_worker(self, **message: Any) -> Any:
        return self.own.evaluate("message => chrome.runtime.sendMessage(message)", message)

    def sign_in(self) -> None:
        assert self.tell_worker(type="agree")["ok"]
        assert self.tell_worker(type="server", server=self.fake.address)["ok"]
        assert self.tell_worker(type="signIn", email="sam@buyer.example", password="a long password")["ok"]
        self.fake.requests.clear()

    def kill_worker(self) -> None:
        devtools = self.chromium.new_cdp_session(self.own)
        devtools.send("ServiceWorker.enable")
        devtools.send("ServiceWorker.stopAllWorkers")

    def visit(self, vanity: str) -> ClosedCard:
        page = self.chromium.new_page()
        page.goto(f"https://www.linkedin.com/in/{vanity}/")
        return ClosedCard(page)


def _fulfil(route: Route) -> None:
    vanity = route.request.url.split("/in/")[-1].strip("/").split("/")[0]
    name = vanity.replace("-", " ").title()
    route.fulfill(body=PROFILE.format(name=name, vanity=vanity), content_type="text/html")


@contextmanager
def visiting(chromium: BrowserContext, fake: FakeServer) -> Iterator[LinkedIn]:
    """LinkedIn-shaped pages in this browser, a log of all requests, and afterwards no page left over."""
    before = list(chromium.pages)
    chromium.route("https://www.linkedin.com/**", _fulfil)
    site = LinkedIn(chromium, fake)

    def note(request: Request) -> None:
        site.requests.append((request.resource_type, request.url))

    chromium.on("request", note)
    yield site
    chromium.remove_listener("request", note)
    chromium.unroute("https://www.linkedin.com/**")
    for page in chromium.pages:
        if page not in before:
            page.close()


@pytest.fixture
def linkedin(chromium: BrowserContext, fake: FakeServer) -> Iterator[LinkedIn]:
    with visiting(chromium, fake) as site:
        yield site


@pytest.fixture
def linkedin_to_break(fake: FakeServer) -> Iterator[LinkedIn]:
    """A browser of its own, for a test after which the extension is not what it was."""
    with (
        shared_playwright() as playwright,
        tempfile.TemporaryDirectory() as folder,
        open_chromium(playwright, Path(folder)) as context,
        visiting(context, fake) as site,
    ):
        yield site
