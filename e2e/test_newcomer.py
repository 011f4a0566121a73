"""A newcomer's first quarter of an hour: agree, sign up, connect, see a first contact and pay one credit."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.card_driver import Card
from e2e.conftest import PASSWORD, phone, vanity
from e2e.linkedin_site import LinkedIn
from e2e.pages import CANARY_MAIL, CANARY_PHONE
from e2e.running_candor import RunningCandor

Open = Callable[[str], Page]


@pytest.mark.clause("R18")
def test_nothing_is_asked_of_anyone_before_i_agree(linkedin: LinkedIn, card: Card, open_own: Open) -> None:
    linkedin.visit(vanity(1))
    open_own("popup/popup.html").wait_for_timeout(500)
    open_own("panel/panel.html").wait_for_timeout(500)
    linkedin.page.bring_to_front()  # type: ignore[union-attr]
    if card.stands():
        assert not card.shows("[data-act=lookup]")
    assert linkedin.made_by_extension() == []


@pytest.mark.clause("7.1.3", "8.1.3")
def test_a_newcomer_signs_up_connects_and_sees_a_first_contact(
    browser_context: BrowserContext,
    agreed: None,
    open_own: Open,
    candor: RunningCandor,
    linkedin: LinkedIn,
    card: Card,
    person: int,
) -> None:
    email = f"newcomer{person}@vendor.example"

    popup = open_own("popup/popup.html")
    popup.click("[data-act=to-sign-up]")
    popup.fill("input[name=email]", email)
    popup.fill("input[name=password]", PASSWORD)
    popup.click("[data-act=sign-up]")
    expect(popup.locator("[data-view=sign-up]")).to_be_visible()  # the boxes are not ticked yet
    popup.check("input[name=accept_terms]")
    popup.check("input[name=adult]")
    popup.click("[data-act=sign-up]")
    expect(popup.locator("[data-view=validate]")).to_be_visible()

    candor.wait_for_letter(email)
    mailbox = browser_context.new_page()
    mailbox.goto(f"{candor.url}/mailbox")
    code = re.search(r"\b\d{6}\b", mailbox.locator("body").inner_text())
    assert code
    popup.fill("input[name=code]", code.group())
    popup.click("[data-act=validate]")
    expect(popup.locator("[data-part=connect]")).to_be_visible()
    expect(popup.locator("td[data-left=phone]")).to_have_text("0")

    with browser_context.expect_page() as opened:
        popup.click("[data-act=connect]")
    provider = opened.value
    provider.fill("input[name=sub]", f"member-{person}")
    provider.press("input[name=sub]", "Enter")
    provider.wait_for_url("**/linkedin/callback**")
    expect(provider.locator("h1")).to_be_visible()
    popup.bring_to_front()
    popup.click("[data-act=refresh]")
    expect(popup.locator("td[data-left=phone]")).to_have_text("7")
    expect(popup.locator("td[data-left=b2b_email]")).to_have_text("25")
    assert popup.locator("[data-part=connect]").count() == 0

    before = len(linkedin.made_by_extension())
    linkedin.visit(vanity(person))
    card.wait_for("Noor Bakker")
    assert len(linkedin.made_by_extension()) == before, "a request before the click"
    card.click("[data-act=lookup]")
    card.wait_for("1 phone")
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for(phone(person).replace(" ", "")[-4:])
    assert card.read("li[data-kind=phone]", "data-state") == "revealed"
    assert "Sample House" in (card.read("li[data-kind=phone] [data-part=source]") or "")
    assert card.read("dd[data-left=phone]") == "6"

    linkedin.page.reload()  # type: ignore[union-attr]
    card.click("[data-act=lookup]")
    card.wait_for(phone(person)[-4:])
    assert card.read("li[data-kind=phone]", "data-state") == "known"
    assert card.read("dd[data-left=phone]") == "6"


def test_a_forgotten_password_is_set_anew_with_the_code_from_the_mail(seller: str, open_own: Open, candor: RunningCandor) -> None:
    popup = open_own("popup/popup.html")
    popup.click("[data-act=sign-out]")
    popup.click("[data-act=to-forgot]")
    popup.fill("input[name=email]", seller)
    popup.click("[data-act=forgot]")
    expect(popup.locator("[data-view=reset]")).to_be_visible()
    letter = candor.wait_for_letter(seller, "new Candor password")
    token = re.search(r"^\s*(\S{20,})\s*$", letter["text"], re.M)
    assert token
    popup.fill("input[name=token]", token.group(1))
    popup.fill("input[name=password]", "another fine pass phrase")
    popup.click("[data-act=reset]")
    expect(popup.locator("[data-view=sign-in]")).to_be_visible()
    popup.fill("input[name=email]", seller)
    popup.fill("input[name=password]", PASSWORD)
    popup.click("[data-act=sign-in]")
    expect(popup.get_by_text("Email or password is wrong.")).to_be_visible()
    popup.fill("input[name=password]", "another fine pass phrase")
    popup.click("[data-act=sign-in]")
    expect(popup.locator("[data-view=account]")).to_be_visible()


@pytest.mark.clause("R01", "R22/R23")
def test_what_stands_on_the_page_goes_nowhere(
    seller: str, candor: RunningCandor, linkedin: LinkedIn, card: Card, person: int
) -> None:
    linkedin.visit(vanity(person), "contact-info")
    card.click("[data-act=lookup]")
    card.wait_for("1 phone")
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for(phone(person)[-4:])
    bodies = [asked.body for asked in linkedin.made_by_extension() if asked.method == "POST"]
    assert bodies
    for canary in (CANARY_MAIL, CANARY_PHONE, CANARY_PHONE.replace(" ", ""), "Noor"):
        if canary != "Noor":
            assert linkedin.holding(canary) == []
            assert canary not in candor.everything_kept()
        assert all(canary not in body for body in bodies)
