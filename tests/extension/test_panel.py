"""The side panel: the same card for an address that the user pastes, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Page

from tests.extension.fake_server import FakeServer

pytestmark = pytest.mark.usefixtures("signed_in")


def test_a_pasted_address_works_in_the_panel(fake: FakeServer, panel: Page) -> None:
    panel.fill("#address", "https://example.com/in/ada")
    panel.click("[data-act=paste]")
    assert panel.locator("#paste-problem").inner_text() == "This is not the address of a profile."
    panel.fill("#address", "linkedin.com/in/ada-candor-sample?utm_source=share")
    panel.click("[data-act=paste]")
    panel.click("[data-act=lookup]")
    panel.click("[data-act=reveal][data-kind=phone]")
    panel.wait_for_selector("text=+44 7700 900123")
    assert fake.sent("/v1/reveals")[0].body["profile"] == "https://www.linkedin.com/in/ada-candor-sample/"


def test_the_keyboard_goes_on_where_it_was_and_never_onto_a_button(fake: FakeServer, panel: Page) -> None:
    panel.fill("#address", "linkedin.com/in/ada-candor-sample")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-act=lookup]")
    panel.focus("[data-act=lookup]")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-act=reveal]")
    panel.keyboard.press("Enter")
    panel.wait_for_timeout(200)
    assert fake.sent("/v1/reveals") == []
    panel.keyboard.press("Tab")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-kind=b2b_email][data-state=revealed]")
    panel.keyboard.press("Tab")
    assert panel.evaluate("document.activeElement.dataset.act") == "copy"
    assert [request.body["kinds"] for request in fake.sent("/v1/reveals")] == [["b2b_email"]]
