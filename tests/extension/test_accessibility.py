"""axe on the extension's own pages, light and dark; on the panel the card stands without a shadow, so that axe sees into it.
Each page is tried once more with faults planted in it, which must be found."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from e2e.accessibility import find_faults
from tests.extension.fake_server import FakeServer

Open = Callable[[str], Page]
Tell = Callable[..., Any]
PLANT = """() => {
  const button = document.createElement('button');
  const text = document.createElement('p');
  text.textContent = 'This can hardly be read.';
  text.style.cssText = 'color: #999; background: #aaa';
  (document.querySelector('main') ?? document.body).append(button, text);
}"""


def assert_fit(page: Page) -> None:
    assert find_faults(page) == set()
    page.evaluate(PLANT)
    planted = {fault.split(":")[0] for fault in find_faults(page)}
    assert planted == {f"{scheme} {rule}" for scheme in ("light", "dark") for rule in ("button-name", "color-contrast")}


def test_the_consent_page(open_own: Open) -> None:
    assert_fit(open_own("welcome/welcome.html"))


@pytest.mark.usefixtures("signed_in")
def test_the_panel_with_a_receipt(panel: Page, fake: FakeServer) -> None:
    panel.fill("#address", "linkedin.com/in/ada-candor-sample")
    panel.click("[data-act=paste]")
    fake.kinds["direct_email"] = {"state": "blocked", "reason": "consent-needed"}
    panel.click("[data-act=lookup]")
    panel.click("[data-act=reveal][data-kind=phone]")
    panel.wait_for_selector("[data-act=copy]")
    assert_fit(panel)


@pytest.mark.usefixtures("signed_in")
def test_the_panel_with_a_problem(panel: Page, fake: FakeServer) -> None:
    fake.answers["/v1/lookups"] = (503, {"code": "unavailable", "status": 503}, {})
    panel.fill("#address", "linkedin.com/in/ada-candor-sample")
    panel.click("[data-act=paste]")
    panel.click("[data-act=lookup]")
    panel.wait_for_selector(".problem")
    assert find_faults(panel) == set()


@pytest.mark.usefixtures("signed_in")
def test_the_popup_signed_in(open_own: Open, fake: FakeServer) -> None:
    fake.synced = False
    fake.notices = [{"text": "A sentence of the server."}]
    popup = open_own("popup/popup.html")
    popup.wait_for_selector("[data-view=account]")
    assert_fit(popup)


def test_the_ways_into_the_popup(tell_worker: Tell, open_own: Open) -> None:
    tell_worker(type="agree")
    popup = open_own("popup/popup.html")
    for way in ("to-sign-up", "to-sign-in", "to-forgot", "to-reset"):
        popup.click(f"[data-act={way}]")
        assert find_faults(popup) == set(), way
