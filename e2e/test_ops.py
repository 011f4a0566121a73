"""Those who run Candor, in Chromium from their first link on: a doubtful account is suspended, appeals, and another lifts it."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from e2e.chromium import chromium_flags, find_chromium, shared_playwright
from e2e.running_candor import RunningCandor

PASSWORD = "nine-boats-under-the-moon"
LONG = bool(os.environ.get("CANDOR_LONG"))
WHY = "Nobody of this name works there."
_DARK = {"runOnly": ["color-contrast", "html-has-lang", "label", "link-name"]}
"""What the dark look and the other language may change."""
_ALL_COLOURS = ("/ops", "/ops/directory", "/ops/incidents", "/ops/robots")
"""Pages on which, with a case and a decision, every colour of the style stands."""
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without the extension: the desk needs none, and no script either."""
    with shared_playwright() as playwright:
        flags = chromium_flags()
        opened = playwright.chromium.launch(executable_path=find_chromium(), headless=False, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def enter(browser: Browser, candor: RunningCandor) -> Iterator[Enter]:
    """Somebody is named at the terminal, opens the link with a browser of their own, sets password and codes, and is in."""
    contexts = []

    def make(name: str, role: str) -> Page:
        made = candor.run("ops", "create", name, "--role", role)
        assert made.returncode == 0, made.stdout + made.stderr
        link = re.search(r"http\S+/ops/enrol/\S+", made.stdout)
        assert link
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1100, "height": 900}, locale="en")
        contexts.append(context)
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(link.group())
        secret = page.locator("code").inner_text()
        page.fill("#password", PASSWORD)
        page.fill("#code", pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Set both").click()
        expect(page.get_by_text(f"{name} · {role}")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        step = pyotp.TOTP(secret).timecode(datetime.now(UTC))
        page.fill("#code", pyotp.TOTP(secret).generate_otp(step + 1))  # the present one was taken: none is taken twice
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text(f"{name} · {role}")).to_be_visible()
        return page

    yield make
    for context in contexts:
        context.close()


def doubtful(candor: RunningCandor, name: str, by: str) -> str:
    """Somebody who was seen to have neither contacts nor activity on LinkedIn, and whose mail there is not verified."""
    email = f"{name}@vendor.example"
    made = httpx.post(f"{candor.url}/v1/sandbox/accounts", json={"email": email, "password": PASSWORD, "state": "ready"})
    assert made.status_code == 201, made.text
    noted = candor.run("ops", "compromised", email, "--by", by, "--reason", "They wrote that it is not them.")
    assert noted.returncode == 0, noted.stdout + noted.stderr
    return email


def walk(page: Page, words: str) -> None:
    """Come by Tab, from the top of the page past its navigation, to a link or a button of these words, and press it."""
    page.locator("body").press("Tab")
    page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == words:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{words} is not reached by keyboard")


def decide(page: Page, link: str, **fields: Any) -> None:
    """Follow a link to what can be done, fill its form by keyboard as it asks, and send it."""
    page.get_by_role("link", name=link, exact=True).first.click()
    for name, value in fields.items():
        field = page.locator(f"#{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name=link, exact=True).press("Enter")


def test_a_doubtful_account_is_suspended_appeals_and_is_lifted_by_another_person(candor: RunningCandor, enter: Enter) -> None:
    assert candor.run("ops", "create", "root", "--role", "support").returncode == 0
    email = doubtful(candor, "dora", "root")
    olga = enter("olga", "compliance")

    olga.get_by_role("link", name="Cases").click()
    olga.get_by_role("link", name="Misuse reported", exact=True).last.click()
    expect(olga.get_by_text(email)).to_be_visible()
    expect(olga.get_by_text("reported by mail")).to_be_visible()
    decide(olga, "Suspend", ground="11.1.2", reason=WHY, phrase="suspend account")
    expect(olga.get_by_role("alert")).to_contain_text("This is not what was to be typed")
    expect(olga.locator("#reason")).to_have_value(WHY)
    phrase = olga.locator("label[for=phrase]").inner_text().split(": ", 1)[1]
    olga.fill("#phrase", phrase)
    olga.get_by_role("button", name="Suspend", exact=True).press("Enter")
    expect(olga.get_by_text("cannot spend")).to_be_visible()
    expect(olga.locator("article").get_by_text(WHY)).to_be_visible()
    assert email not in olga.url

    letter = candor.wait_for_letter(email, WHY)
    door = re.search(r"http\S+/door/\w+", letter["text"])
    assert door
    user = olga.context.browser.new_page()  # type: ignore[union-attr]
    user.goto(door.group())
    user.fill("#appeal", "I have worked there since May. Ask my manager.")
    user.get_by_role("button", name="Appeal").click()
    expect(user.get_by_text("Appeal received")).to_be_visible()

    olga.get_by_role("link", name="Cases").click()
    olga.get_by_role("link", name="Appeal", exact=True).last.click()
    expect(olga.get_by_text("somebody else answers its appeal")).to_be_visible()
    decide(olga, "Lift the suspension", reason="I looked again.")
    expect(olga.get_by_role("alert")).to_contain_text("somebody else answers its appeal")

    otto = enter("otto", "admin")
    otto.get_by_role("link", name="Cases").click()
    otto.get_by_role("link", name="Appeal", exact=True).last.click()
    expect(otto.get_by_text("I have worked there since May.")).to_be_visible()
    walk(otto, "Lift the suspension")
    expect(otto.get_by_role("heading", name="Lift the suspension")).to_be_visible()
    otto.locator("#reason").press_sequentially("The manager confirmed it.")
    otto.keyboard.press("Tab")
    expect(otto.get_by_role("button", name="Lift the suspension")).to_be_focused()
    otto.keyboard.press("Enter")
    expect(otto.get_by_text("can spend", exact=True)).to_be_visible()
    candor.wait_for_letter(email, "works again")
    user.reload()
    expect(user.get_by_text("This link opens nothing")).to_be_visible()
    user.close()

    otto.get_by_role("link", name="What was done to it here").click()
    rows = [row.split("\t")[1:3] for row in otto.locator("tbody tr").all_inner_texts()]
    assert rows == [["otto", "account.lift"], ["olga", "account.suspend"], ["root", "account.compromised"]]


def test_every_page_of_the_desk_passes_axe_and_holds_on_a_narrow_screen(candor: RunningCandor, enter: Enter) -> None:
    olga = enter("olive", "admin")
    doubtful(candor, "dina", "olive")
    paths = [link.get_attribute("href") or "" for link in olga.locator("nav a").all()]
    assert len(paths) > 12
    olga.goto(f"{candor.url}/ops/cases")
    case = olga.locator("td a").last.get_attribute("href") or ""
    account = f"/ops/accounts/{case.split('/')[3]}"
    paths += [case, account, f"{account}/decide/suspend", "/ops/directory/sources/1", "/ops/accounts/0"]
    # Both looks and both languages; every look in every language with CANDOR_LONG.
    ways = [(lang, look) for lang in ("en", "fr") for look in ("light", "dark") if LONG or (lang == "en") == (look == "light")]
    browser = olga.context.browser
    assert browser
    for lang, look in ways:
        # axe is a script of the test's own: the desk has none.
        context = browser.new_context(storage_state=olga.context.storage_state(), locale=lang, color_scheme=look)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 900})
        for path in paths:
            page.goto(candor.url + path)
            assert page.locator("html").get_attribute("lang") == lang
            if LONG or look == "light" or path in (*_ALL_COLOURS, case, f"{account}/decide/suspend"):
                found = Axe().run(page, options=None if LONG or look == "light" else _DARK).response["violations"]
                faults = [f"{one['id']}: {one['nodes'][0]['target']}" for one in found]
                assert faults == [], f"{path} {lang} {look}"
            if lang == "fr":  # its words are the longer ones
                page.set_viewport_size({"width": 360, "height": 740})
                assert page.locator("body").evaluate("each => each.scrollWidth") <= 360, path
                page.set_viewport_size({"width": 1280, "height": 900})
        context.close()
