"""Who may ask what: a content script little, the page nothing; and what the page can see of the card."""

import pytest

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from tests.extension.fake_server import FakeServer

pytestmark = pytest.mark.usefixtures("signed_in")


def test_a_content_script_may_ask_for_nothing_but_page_lookup_and_reveal(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    linkedin.visit()
    card.wait_for("See what is available")
    refused = ["state", "agree", "server", "surface", "signIn", "account", "connect", "signOut", "toString"]
    for name in refused:
        answer = card.in_content_world(f"chrome.runtime.sendMessage({{type: '{name}'}})")
        assert answer == {"ok": False, "problem": {"code": "not-allowed", "status": 0}}, name
    assert card.in_content_world("chrome.runtime.sendMessage({type: 'page'}).then((answer) => answer.ok)") is True
    assert card.in_content_world("chrome.storage.local.get(null).then(() => 'read', () => 'refused')") == "refused"
    assert card.in_content_world("chrome.storage.session.get(null).then(() => 'read', () => 'refused')") == "refused"
    assert fake.requests == []


def test_the_page_can_neither_read_the_card_nor_be_moved_by_it(linkedin: LinkedIn, card: Card) -> None:
    page = linkedin.visit()
    card.wait_for("See what is available")
    seen = page.evaluate(
        """() => { const host = document.querySelector('candor-card');
        return [host.shadowRoot, host.innerHTML, document.documentElement.innerText.includes('See what'),
        typeof Card, typeof readProfile, host.parentNode === document.documentElement]; }"""
    )
    assert seen == [None, "", False, "undefined", "undefined", True]
    shift = "() => performance.getEntriesByType('layout-shift').reduce((sum, entry) => sum + entry.value, 0)"
    assert page.evaluate(shift) == 0
