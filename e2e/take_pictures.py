"""Takes the pictures of docs/images/: `python -m e2e.take_pictures`. A Candor of its own in the sandbox, invented people only.

Where Inter is installed (Debian: fonts-inter) it stands in for the system's font, as what most readers of the pictures have.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import httpx
from playwright.sync_api import BrowserContext, Page, Playwright

from e2e.card_driver import Card
from e2e.chromium import extension_id, open_chromium, shared_playwright
from e2e.linkedin_site import LinkedIn
from e2e.pages import Person
from e2e.running_candor import ROOT, RunningCandor, running_candor

IMAGES = ROOT / "docs" / "images"
PASSWORD = "a fine pass phrase"
Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
INES = Person("ines-duarte-candor-sample", "Inès Duarte", "Head of Purchasing at Molenwerk", "Molenwerk", "Rotterdam, Netherlands")
INES_IN_FRENCH = replace(INES, headline="Directrice des achats chez Molenwerk", location="Rotterdam, Pays-Bas")
_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include>/etc/fonts/fonts.conf</include>
<match target="pattern">
<edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match></fontconfig>"""


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_candor() as candor, shared_playwright() as playwright:
        candor.import_people(*_people(), source="Sample House")
        with _browser(playwright, "en") as context:
            _take_welcome(context)
            for look in LOOKS:
                _sign_in(context, candor, f"sam.{look}@vendor.example")
                _take_card(context, f"card-{look}.png", INES, look)
                _take_panel(context, f"panel-{look}.png", look)
                _take_popup(context, f"popup-{look}.png", look)
            _spend_all_phones(context)
            _take_problem(context, "card-problem.png")
        with _browser(playwright, "fr") as context:
            _sign_in(context, candor, "sam.fr@vendor.example")
            _take_card(context, "card-french.png", INES_IN_FRENCH, "light")


def _people() -> Iterator[dict[str, str]]:
    """Inès, and enough others to spend all phones on."""
    for number in range(10):
        mine = number == 0
        yield {
            "full_name": INES.name if mine else "Noor Bakker",
            "linkedin_url": f"https://www.linkedin.com/in/{INES.vanity if mine else _other(number)}/",
            "work_email": "ines.duarte@molenwerk.example" if mine else f"noor{number}@molenwerk.example",
            "mobile_phone": f"+1 415-555-01{number + 42}",
            "personal_email": "ines.duarte@home.example" if mine else "",
            "consent_evidence": "SAMPLE-CONSENT-1" if mine else "",
            "company": INES.company,
            "title": "Head of Purchasing",
            "country": "NL",
            "confidence": "0.94",
        }


def _other(number: int) -> str:
    return f"noor-bakker-{number}-candor-sample"


@contextmanager
def _browser(playwright: Playwright, lang: str) -> Iterator[BrowserContext]:
    with tempfile.TemporaryDirectory() as folder:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(_FONTS, encoding="utf-8")
        with open_chromium(playwright, lang=lang, sharpness=2, env={"FONTCONFIG_FILE": str(fonts)}) as context:
            yield context


def _sign_in(context: BrowserContext, candor: RunningCandor, email: str) -> None:
    """A salesperson who has just begun."""
    made = httpx.post(f"{candor.url}/v1/sandbox/accounts", json={"email": email, "password": PASSWORD, "state": "synchronised"})
    made.raise_for_status()
    page = _open(context, "manifest.json")
    for message in (
        {"type": "agree"},
        {"type": "server", "server": candor.url},
        {"type": "signIn", "email": email, "password": PASSWORD},
    ):
        assert page.evaluate("message => chrome.runtime.sendMessage(message)", message)["ok"]
    page.close()


def _open(context: BrowserContext, path: str, look: Look = "light", width: int = 1100) -> Page:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 400})
    page.emulate_media(color_scheme=look)
    page.goto(f"chrome-extension://{extension_id()}/{path}")
    return page


def _shoot_whole(page: Page, name: str) -> None:
    """The page from its first line to its last, and nothing below."""
    height = page.evaluate("document.documentElement.getBoundingClientRect().height")
    page.set_viewport_size({"width": page.viewport_size["width"] if page.viewport_size else 400, "height": round(height)})
    page.mouse.move(0, 0)
    page.screenshot(path=IMAGES / name)
    page.close()


def _take_welcome(context: BrowserContext) -> None:
    page = _open(context, "welcome/welcome.html", width=760)
    page.evaluate("document.getElementById('asking').hidden = false, document.getElementById('agreed').hidden = true")
    _shoot_whole(page, "welcome.png")


def _take_card(context: BrowserContext, name: str, who: Person, look: Look) -> None:
    with LinkedIn(context) as linkedin:
        card = Card(linkedin)
        page = linkedin.visit(who, "classic", lang="fr" if who is INES_IN_FRENCH else "en")
        page.emulate_media(color_scheme=look)
        page.set_viewport_size({"width": 1080, "height": 620})
        page.evaluate("document.documentElement.style.overflow = 'hidden'")
        _reveal(card, "b2b_email", "phone")
        page.mouse.move(0, 0)
        page.screenshot(path=IMAGES / name)
        page.close()


def _reveal(card: Card, *kinds: str) -> None:
    card.click("[data-act=lookup]")
    for kind in kinds:
        card.click(f"[data-act=reveal][data-kind={kind}]")
        card.wait_until(partial(card.shows, f"[data-kind={kind}] [data-act=copy]"), f"no {kind}")


def _take_panel(context: BrowserContext, name: str, look: Look) -> None:
    page = _open(context, "panel/panel.html", look, 360)
    page.fill("#address", f"https://www.linkedin.com/in/{INES.vanity}/")
    page.click("[data-act=paste]")
    page.click("[data-act=lookup]")
    page.wait_for_selector("[data-kind=phone] [data-act=copy]")
    _shoot_whole(page, name)


def _take_popup(context: BrowserContext, name: str, look: Look) -> None:
    page = _open(context, "popup/popup.html", look, 340)
    page.wait_for_selector("[data-view=account]")
    _shoot_whole(page, name)


def _spend_all_phones(context: BrowserContext) -> None:
    page = _open(context, "manifest.json")
    for number in range(1, 8):
        reveal = {"type": "reveal", "key": {"vanity": _other(number)}, "kinds": ["phone"], "client": {}}
        page.evaluate("message => chrome.runtime.sendMessage(message)", reveal)
    page.close()


def _take_problem(context: BrowserContext, name: str) -> None:
    with LinkedIn(context) as linkedin:
        card = Card(linkedin)
        page = linkedin.visit(Person(_other(9), "Noor Bakker", "Buyer at Molenwerk"), "classic")
        card.click("[data-act=lookup]")
        card.click("[data-act=reveal][data-kind=phone]")
        card.wait_until(lambda: card.shows(".problem"), "the phone was not refused")
        page.mouse.move(0, 0)
        card.screenshot(IMAGES / name, margin=24)
        page.close()


if __name__ == "__main__":
    main()
