"""`candor demo`: Chromium with the extension on a page in LinkedIn's shape, signed in, so that a newcomer sees the card.

The pages are our own (e2e/pages) and answer for linkedin.com inside this browser only; nothing is sent there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, Error, Page, Route, sync_playwright

from backend.up.data_folder import REPOSITORY, Samples
from backend.up.failures import CannotStart
from backend.up.progress import say, step
from e2e.chromium import chromium_flags, find_chromium
from e2e.pages import linkedin_page

EXTENSION = REPOSITORY / "extension"
_PATIENCE = 20.0
_BY_HAND = f"""\
Chromium is missing (Google Chrome itself no longer takes an extension from the command line). Type

    sudo apt-get install chromium

or load the extension by hand: chrome://extensions, Developer mode on, Load unpacked, then choose
    {EXTENSION}"""


def check_demo(screenshot: Path | None) -> str:
    """The Chromium to use. Raises CannotStart where there is none, or no screen to show it on."""
    chromium = find_chromium()
    if chromium is None:
        raise CannotStart(_BY_HAND)
    if screenshot is None and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise CannotStart("There is no screen here. Type: bin/candor demo --screenshot card.png")
    return chromium


def show_demo(chromium: str, server: str, samples: Samples, screenshot: Path | None) -> None:
    """Open the sample profile, signed in, until the window is closed; or reveal what there is and write a PNG."""
    with _browser(chromium, headless=screenshot is not None) as context:
        with step("Opening the sample profile", "The sample profile is open"):
            context.route("https://www.linkedin.com/**", lambda route: _answer_for_linkedin(route, samples))
            _sign_in(context, server, samples)
            page = context.new_page()
            page.goto(samples.profile_url)
            for other in context.pages:
                if other is not page:
                    other.close()
        if screenshot is None:
            say("  Click the card at the bottom right. Close the window, or press Ctrl-C here, to end.")
            with suppress(Error):
                context.wait_for_event("close", timeout=0)
            return
        with step("Revealing", f"Written: {screenshot}"):
            card = _Card(page)
            card.click("lookup")
            card.click("reveal-all", "reveal", "copy")  # what was paid for in an earlier demo shows at once
            card.wait_for("copy")
            page.screenshot(path=screenshot)


@contextmanager
def _browser(chromium: str, headless: bool) -> Iterator[BrowserContext]:
    profile = tempfile.mkdtemp(prefix="candor-demo-")
    try:
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                profile,
                executable_path=chromium,
                headless=False,  # the flags say it: Playwright's own headless mode loads no extension
                args=chromium_flags(EXTENSION, headless=headless),
                viewport={"width": 1180, "height": 760} if headless else None,
                no_viewport=None if headless else True,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            try:
                yield context
            finally:
                with suppress(Error):
                    context.close()
    finally:
        shutil.rmtree(profile, ignore_errors=True)


def _answer_for_linkedin(route: Route, samples: Samples) -> None:
    parts = [unquote(part) for part in urlsplit(route.request.url).path.split("/") if part]
    if route.request.resource_type != "document" or len(parts) < 2 or parts[0] != "in":
        route.fulfill(status=404, body="")
        return
    if parts[1] in samples.profile_url:
        name = samples.profile_name
    else:  # another sample person: <name>-<country>-candor-sample
        name = " ".join(word.capitalize() for word in parts[1].removesuffix("-candor-sample").split("-")[:-1])
    route.fulfill(content_type="text/html; charset=utf-8", body=linkedin_page("classic", vanity=parts[1], name=name))


def _sign_in(context: BrowserContext, server: str, samples: Samples) -> None:
    """What a newcomer does in the welcome page and the popup, said to the extension's worker at once."""
    worker = context.service_workers[0] if context.service_workers else context.wait_for_event("serviceworker")
    popup = context.new_page()
    popup.goto(f"chrome-extension://{urlsplit(worker.url).netloc}/popup/popup.html")
    for message in (
        {"type": "agree"},
        {"type": "server", "server": server},
        {"type": "signIn", "email": samples.email, "password": samples.password},
    ):
        answer: dict[str, Any] = popup.evaluate("message => chrome.runtime.sendMessage(message)", message)
        if not answer.get("ok"):
            raise CannotStart(f"The extension could not sign in: {answer.get('problem', {}).get('code')}.")


class _Card:
    """The card's buttons, found through the DevTools protocol: its shadow root is closed to the page, and to Playwright."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._devtools = page.context.new_cdp_session(page)

    def click(self, *acts: str) -> None:
        """Click the first button that has one of these `data-act`s."""
        node = self.wait_for(*acts)
        corners = self._devtools.send("DOM.getBoxModel", {"nodeId": node})["model"]["content"]
        self._page.mouse.click(sum(corners[0::2]) / 4, sum(corners[1::2]) / 4)

    def wait_for(self, *acts: str) -> int:
        """The node id of the first button with one of these `data-act`s, once it is there."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            document = self._devtools.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
            for act in acts:
                for node in _walk(document):
                    attributes = node.get("attributes", [])
                    if ("data-act", act) in zip(attributes[0::2], attributes[1::2], strict=True):
                        return int(node["nodeId"])
            self._page.wait_for_timeout(100)
        raise CannotStart(f"The card showed no “{acts[0]}” within {_PATIENCE:.0f} s.")


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in (*node.get("children", ()), *node.get("shadowRoots", ())):
        yield from _walk(part)
