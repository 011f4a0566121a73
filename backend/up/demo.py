"""`candor demo`: Chromium with the extension on a page in LinkedIn's shape, signed in, so that a newcomer sees the card.

The pages are our own (e2e/pages) and answer for linkedin.com inside this browser only; nothing is sent there. Browser, pages and
the hand that clicks are those of the end-to-end tests.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, sync_playwright

from backend.up.data_folder import Samples
from backend.up.failures import CannotStart
from backend.up.progress import say, step
from e2e.card_driver import Card, NotShown
from e2e.chromium import EXTENSION, extension_id, missing_packages, open_chromium
from e2e.linkedin_site import LinkedIn
from e2e.pages import Person

_SIZE = (1180, 760)
_PATIENCE_S = 20.0
_BY_HAND = """\
Missing on this machine: {packages} (Google Chrome itself no longer takes an extension from the command line). Type

    sudo apt-get install {packages}

or load the extension by hand: chrome://extensions, Developer mode on, Load unpacked, then choose
    {extension}"""


def check_demo(screenshot: Path | None) -> None:
    """Raises CannotStart where Chromium cannot be driven, or no screen to show it on."""
    if missing := missing_packages():
        raise CannotStart(_BY_HAND.format(packages=" ".join(missing), extension=EXTENSION))
    if screenshot is None and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise CannotStart("There is no screen here. Type: bin/candor demo --screenshot card.png")


def show_demo(server: str, samples: Samples, screenshot: Path | None) -> None:
    """Open the sample profile, signed in, until the window is closed; or reveal what there is and write a PNG."""
    person = Person(samples.profile_url.rstrip("/").split("/")[-1], samples.profile_name)
    with (
        sync_playwright() as playwright,
        open_chromium(playwright, headless=screenshot is not None, size=_SIZE if screenshot else None) as context,
        LinkedIn(context, [person]) as linkedin,
    ):
        with step("Opening the sample profile", "The sample profile is open"):
            _sign_in(context, server, samples)
            page = linkedin.visit(person, "classic")
            for other in context.pages:
                if other is not page:
                    other.close()
        if screenshot is None:
            say("  Click the card at the bottom right. Close the window, or press Ctrl-C here, to end.")
            with suppress(Error):
                context.wait_for_event("close", timeout=0)
            return
        with step("Revealing", f"Written: {screenshot}"):
            _reveal(Card(linkedin))
            page.screenshot(path=screenshot)


def _sign_in(context: BrowserContext, server: str, samples: Samples) -> None:
    """What a newcomer does in the welcome page and the popup, said to the extension's worker at once."""
    popup = context.new_page()
    popup.goto(f"chrome-extension://{extension_id()}/popup/popup.html")
    for message in (
        {"type": "agree"},
        {"type": "server", "server": server},
        {"type": "signIn", "email": samples.email, "password": samples.password},
    ):
        answer: dict[str, Any] = popup.evaluate("message => chrome.runtime.sendMessage(message)", message)
        if not answer.get("ok"):
            raise CannotStart(f"The extension could not sign in: {answer.get('problem', {}).get('code')}.")


def _reveal(card: Card) -> None:
    """Reveal what is offered; what was paid for in an earlier demo shows at once."""
    try:
        card.click("[data-act=lookup]", _PATIENCE_S)
        card.wait_until(lambda: card.shows("[data-act=reveal], [data-act=copy]"), "nothing is offered", _PATIENCE_S)
        for offer in ("[data-act=reveal-all]", "[data-act=reveal]"):
            if card.shows(offer):
                card.click(offer)
                break
        card.wait_until(lambda: card.shows("[data-act=copy]"), "nothing was revealed", _PATIENCE_S)
    except NotShown as trouble:
        raise CannotStart(f"The card did not do as it should: {trouble}.") from trouble
