"""Fair use in the popup: the meter once most is used, a short question, a hold and the way to object."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from tests.extension.fake_server import FAIR_USE, FakeServer
from tests.extension.test_card import ADA

Open = Callable[[str], Page]
SIGNS = ["The time between two people hardly varied."]


def show(fake: FakeServer, open_own: Open, **use: Any) -> Page:
    fake.fair_use = {**FAIR_USE, **use}
    popup = open_own("popup/popup.html")
    popup.wait_for_selector("[data-view=account]")
    return popup


def test_with_most_of_it_left_there_is_nothing_to_say(signed_in: None, fake: FakeServer, open_own: Open) -> None:
    popup = show(fake, open_own)
    expect(popup.locator("[data-part=fair-use], [data-part=check]")).to_have_count(0)


@pytest.mark.clause("9.16")
def test_at_four_fifths_the_popup_says_what_is_left_and_when_it_starts_anew(
    signed_in: None, fake: FakeServer, open_own: Open
) -> None:
    popup = show(fake, open_own, left=1900, near=True)
    section = popup.locator("[data-part=fair-use]")
    expect(section).to_contain_text("1,900 of 10,000 unlimited credits are left. They start anew on")
    expect(section).to_contain_text("2026")
    expect(section.locator("meter")).to_have_attribute("value", "1900")
    expect(section.locator("textarea")).to_have_count(0)


def test_a_question_is_answered_by_keyboard_and_a_wrong_answer_brings_another(
    signed_in: None, fake: FakeServer, open_own: Open
) -> None:
    popup = show(fake, open_own, state="asked", asked_because=SIGNS)
    check = popup.locator("[data-part=check]")
    expect(check.locator("[data-part=says]")).to_have_text("The meeting was moved from Tuesday to Thursday.")
    expect(check.get_by_role("group", name="On which day is it now?").get_by_role("button")).to_have_count(3)
    check.get_by_role("button", name="Friday").focus()
    popup.keyboard.press("Enter")
    expect(check.get_by_role("status")).to_have_text("That was not it, or too late. Here is another one.")
    expect(check.get_by_role("button", name="Tuesday")).to_be_focused()
    popup.keyboard.press("Tab")
    popup.keyboard.press("Space")
    expect(check.get_by_role("status")).to_have_text("Thank you. Go on where you were.")
    assert [each.body for each in fake.sent("/v1/robots/check") if each.body] == [
        {"check": "c1", "choice": 2},
        {"check": "c1", "choice": 1},
    ]


def test_a_hold_says_what_was_seen_and_takes_an_appeal(signed_in: None, fake: FakeServer, open_own: Open) -> None:
    popup = show(fake, open_own, left=4000, state="held", asked_because=SIGNS)
    section = popup.locator("[data-part=fair-use]")
    section.locator("summary").click()
    expect(section.get_by_text(SIGNS[0])).to_be_visible()
    expect(section).to_contain_text("somebody else decides again")
    section.get_by_label("Why do you object?").fill("I read lists.")
    section.locator("[data-act=appeal]").click()
    expect(section.get_by_role("status")).to_have_text("Sent. A person will read it and write to you.")
    assert fake.sent("/v1/robots/appeal")[0].body == {"text": "I read lists."}


def test_an_asked_account_is_led_from_the_card_to_the_question(
    signed_in: None, fake: FakeServer, linkedin: LinkedIn, card: Card
) -> None:
    linkedin.visit(ADA, "classic")
    card.click("[data-act=lookup]")
    fake.answers["/v1/reveals"] = (403, {"code": "human-check-required", "title": "A short question first.", "status": 403}, {})
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("Candor has a short question for you first.")
    del fake.answers["/v1/reveals"]
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("+44 7700 900123")


@pytest.mark.parametrize("use", [{"left": 1900, "near": True}, {"state": "asked"}, {"state": "held", "asked_because": SIGNS}])
def test_every_state_passes_axe(signed_in: None, fake: FakeServer, open_own: Open, use: dict[str, Any]) -> None:
    from axe_playwright_python.sync_playwright import Axe

    popup = show(fake, open_own, **use)
    popup.wait_for_selector("[data-part=fair-use], [data-part=says]")
    assert [each["id"] for each in Axe().run(popup).response["violations"]] == []
