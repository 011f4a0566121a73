"""The card on a page: nothing before a click, each answer only for the person it was asked for, and it stands where it was put."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn, make_up
from e2e.pages import CANARY_MAIL, CANARY_PHONE, linkedin_path
from tests.extension.fake_server import FakeServer

Tell = Callable[..., Any]
ADA = "ada-lind-candor-sample"
GRACE = make_up("grace-holm-candor-sample")
PROFILE = f"https://www.linkedin.com{linkedin_path('classic', ADA)}"

pytestmark = pytest.mark.usefixtures("signed_in")


@pytest.mark.clause("R22/R23")
def test_a_lookup_follows_a_click_and_nothing_of_the_page_leaves(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    page = linkedin.visit(ADA, "classic")
    card.wait_for("Ada Lind")
    page.wait_for_timeout(500)
    assert fake.requests == []

    card.click("[data-act=lookup]")
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("+44 7700 900123")
    lookup, reveal = fake.sent("/v1/lookups"), fake.sent("/v1/reveals")
    assert [request.body for request in lookup] == [{"profile": PROFILE}]
    assert len(reveal) == 1
    signs = reveal[0].body.pop("client")
    assert reveal[0].body == {"profile": PROFILE, "kinds": ["phone"], "page": "profile-classic"}
    assert signs["trusted"] is True
    assert signs["proof"] == f"view of {PROFILE}"
    assert 400 <= signs["dwell_ms"] < 60_000
    assert any(asked.url == f"{fake.address}/v1/lookups" for asked in linkedin.made_by_extension())


@pytest.mark.clause("R22/R23")
def test_what_is_planted_in_the_page_is_in_no_request(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    linkedin.visit(ADA, "contact-info")
    card.click("[data-act=lookup]")
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("+44 7700 900123")
    sent = json.dumps([[request.path, request.headers, request.body] for request in fake.requests])
    for canary in (CANARY_MAIL, CANARY_PHONE, "Ada Lind", "Ada%20Lind"):
        assert canary not in sent


def test_a_person_paid_before_is_shown_at_once_and_free(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    fake.owned.add((PROFILE, "b2b_email"))
    linkedin.visit(ADA)
    card.click("[data-act=lookup]")
    card.wait_for("@work.example")
    assert "paid before" in card.text()
    assert fake.left["b2b_email"] == 24


def test_an_answer_for_somebody_else_is_thrown_away(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    page = linkedin.visit(ADA, "classic", then=GRACE, delay_ms=0)
    card.wait_for("See what is available")
    fake.delay = 0.6
    card.click("[data-act=lookup]")
    linkedin.walk()
    card.wait_for(GRACE.name)
    page.wait_for_timeout(1000)
    assert len(fake.sent("/v1/lookups")) == 1
    assert card.shows("[data-act=lookup]")
    assert not card.shows("[data-act=reveal]")


def test_the_old_page_under_the_new_address_lends_no_name(linkedin: LinkedIn, card: Card) -> None:
    linkedin.visit(ADA, "classic", then=GRACE, delay_ms=60_000)
    card.wait_for("Ada Lind")
    linkedin.walk()
    card.wait_for("Reading the page.")
    assert "Ada" not in card.text()
    assert not card.shows("[data-act=lookup]")
    card.wait_for("not the name")
    assert card.shows("[data-act=lookup]")


def test_no_card_where_the_page_is_not_about_one_person(linkedin: LinkedIn, card: Card) -> None:
    page = linkedin.visit(ADA)
    for path in ("feed/", "search/results/people/", "company/sample/", "messaging/thread/1/", "in/me/"):
        card.wait_for("See what is available")
        page.evaluate("path => history.pushState({}, '', '/' + path)", path)
        card.wait_until_gone("Candor", 2)
        assert not card.stands(), path
        page.go_back()


def test_in_panel_mode_the_page_stays_untouched(linkedin: LinkedIn, card: Card, tell_worker: Tell, own_page: Page) -> None:
    linkedin.visit(ADA, "classic")
    card.wait_for("See what is available")
    tell_worker(type="surface", surface="panel")
    card.wait_until(lambda: not card.stands(), "the card stayed")
    told = own_page.evaluate(
        """async () => { const tabs = await chrome.tabs.query({});
        const answers = tabs.map((tab) => chrome.tabs.sendMessage(tab.id, {type: 'here'}).catch(() => null));
        return (await Promise.all(answers)).filter(Boolean); }"""
    )
    headline = make_up(ADA).headline
    assert told == [{"key": {"vanity": ADA}, "name": "Ada Lind", "headline": headline, "page": "profile-classic"}]


def test_the_card_folds_moves_and_remembers_and_escape_closes_it(linkedin: LinkedIn, card: Card, own_page: Page) -> None:
    page = linkedin.visit(ADA)
    card.click("[data-act=move]")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    card.click("[data-act=fold]")
    page.wait_for_timeout(200)
    kept = own_page.evaluate("chrome.storage.local.get('place')")["place"]
    assert kept == {"right": 40, "bottom": 40, "collapsed": True}
    page.reload()
    card.click("[data-act=unfold]")
    page.keyboard.press("Escape")
    card.wait_until(lambda: not card.stands(), "Esc did not close it")


@pytest.mark.usefixtures("last_of_its_browser")
def test_after_an_update_the_old_copy_says_reload_and_does_nothing_more(
    linkedin: LinkedIn, card: Card, fake: FakeServer, own_page: Page
) -> None:
    page = linkedin.visit(ADA)
    card.wait_for("See what is available")
    own_page.evaluate("setTimeout(() => chrome.runtime.reload(), 50)")
    page.wait_for_timeout(1500)
    card.click("[data-act=lookup]")
    card.wait_for("Candor was updated. Reload this page to go on.")
    assert fake.requests == []
