"""The side panel: the same card for an address that the user pastes, by mouse and by keyboard."""

import pytest
from playwright.sync_api import BrowserContext, Page

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


def test_a_phone_stands_in_groups_and_is_read_and_copied_as_one(
    browser_context: BrowserContext, fake: FakeServer, panel: Page
) -> None:
    phone = {"outcome": "revealed", "charged": 1, "left": 6, "values": [{"value": "+33639980003", "source": "Sample registry"}]}
    fake.answers["/v1/reveals"] = (200, {"person_id": "p1", "results": {"phone": phone}}, {})
    browser_context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.fill("#address", "linkedin.com/in/ada-candor-sample")
    panel.click("[data-act=paste]")
    panel.click("[data-act=lookup]")
    panel.click("[data-act=reveal][data-kind=phone]")
    value = panel.locator("[data-part=value]")
    assert value.inner_text() == "+33639980003"
    assert value.locator("span").all_inner_texts() == ["+33", "6", "39", "98", "00", "03"]
    panel.click("[data-act=copy]")
    panel.wait_for_selector("[data-act=copy][data-done=true]")
    assert panel.evaluate("navigator.clipboard.readText()") == "+33639980003"


def test_a_value_is_split_where_it_is_easy_to_read(panel: Page) -> None:
    for value, parts in {
        "+14155550142": ["+1", "415", "555", "0142"],
        "+447700900123": ["+44", "770", "090", "0123"],
        "+34612345678": ["+34", "612", "345", "678"],
        "+351912345678": ["+351", "912", "345", "678"],
        "+44 7700 900123": ["+44 7700 900123"],
        "ada.lind@work.example": ["ada.lind", "@work.example"],
        "0612345678": ["0612345678"],
    }.items():
        assert panel.evaluate("value => Line.split(value)", value) == parts
