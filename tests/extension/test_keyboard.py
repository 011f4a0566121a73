"""Whoever has no mouse, enlarges letters, or wants nothing to move, gets everything all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pytest
from playwright.sync_api import Page

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from e2e.pages import Person
from tests.extension.fake_server import FakeServer

LONG = Person(
    "wilhelmina-candor-sample",
    "Wilhelmina Adelheid Konstantinopolitanopoulou van der Hoogstraten-zu-Lichtenberg",
    "Interim Senior Vice President, Global Strategic Procurement and Supplier Relationship Excellence at Molenwerk Holding",
)
LONG_MAIL = "wilhelmina.van-der-hoogstraten-zu-lichtenberg@procurement.molenwerk-international-holding.example"
FOCUSED = """() => { const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return { name: one.dataset.act ?? (one.id || one.localName), kind: one.dataset.kind ?? null,
    ring: style.outlineStyle === 'auto' || (style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2),
    inside: box.left >= 0 && box.right <= innerWidth }; }"""
RUN_OVER = """[...document.querySelectorAll('#card *')]
  .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 5 && getComputedStyle(one).overflowX === 'visible')
  .map((one) => `${one.className}: ${one.scrollWidth} of ${one.clientWidth}`)"""

pytestmark = pytest.mark.usefixtures("signed_in")


def walk(panel: Page) -> Iterator[dict[str, object]]:
    """Every stop of the Tab key from the top of the page to its end; each must show a ring and be in sight."""
    panel.evaluate("document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex')")
    yield from go_on(panel, "Tab")


def go_on(panel: Page, key: str) -> Iterator[dict[str, object]]:
    while True:
        panel.keyboard.press(key)
        stop = panel.evaluate(FOCUSED)
        if stop["name"] == "body":
            return
        assert stop["ring"], f"no ring around {stop}"
        assert stop["inside"], f"{stop} is out of sight"
        yield stop


@contextmanager
def long_values(fake: FakeServer) -> Iterator[None]:
    """Two values of a kind, both longer than a line, and a kind that may not be shown."""
    value = {"source": "Register of Companies of the Netherlands, invented for this", "collected_at": "2026-01-10T08:00:00Z"}
    mails = [{**value, "value": LONG_MAIL, "confidence": 0.6}, {**value, "value": "w@molenwerk.example"}]
    results = {
        "b2b_email": {"outcome": "revealed", "charged": 1, "left": 9999, "values": mails},
        "phone": {"outcome": "revealed", "charged": 1, "left": 6, "values": [{**value, "value": "+33639980003"}]},
        "direct_email": {"outcome": "blocked", "reason": "consent-needed", "values": [], "charged": 0},
    }
    fake.answers["/v1/reveals"] = (200, {"person_id": "p1", "results": results}, {})
    yield
    del fake.answers["/v1/reveals"]


def paste(panel: Page) -> None:
    panel.fill("#address", f"linkedin.com/in/{LONG.vanity}")
    panel.keyboard.press("Enter")
    panel.wait_for_selector("[data-act=lookup]")


def test_the_tab_key_walks_the_panel_in_the_order_of_reading_and_each_stop_shows(panel: Page) -> None:
    paste(panel)
    assert [stop["name"] for stop in walk(panel)] == ["lookup", "address", "paste", "back"]
    panel.click("[data-act=lookup]")
    panel.wait_for_selector("[data-act=reveal-all]")
    stops = [(stop["name"], stop["kind"]) for stop in walk(panel)]
    kinds = [("reveal", "b2b_email"), ("reveal", "phone"), ("reveal", "direct_email")]
    assert stops == [*kinds, ("reveal-all", None), ("address", None), ("paste", None), ("back", None)]
    back = islice(go_on(panel, "Shift+Tab"), len(stops))
    assert [(stop["name"], stop["kind"]) for stop in back] == stops[::-1]


def test_a_ring_that_is_taken_away_is_missed(panel: Page) -> None:
    paste(panel)
    panel.evaluate("document.querySelector('[data-act=lookup]').style.outline = 'none'")
    with pytest.raises(AssertionError, match="no ring"):
        list(walk(panel))


def test_the_card_on_a_page_is_used_by_keyboard_alone(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    page = linkedin.visit()
    card.wait_for("See what is available")
    for _ in range(30):
        page.keyboard.press("Tab")
        if card.focused():
            break
    walked = [card.focused()]
    while walked[-1] != "lookup":
        page.keyboard.press("Tab")
        walked.append(card.focused())
    assert walked == ["move", "fold", "close", "lookup"]

    page.keyboard.press("Enter")
    card.wait_for("1 phone")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    card.wait_until(lambda: "900123" in card.text(), "Space did not reveal the phone")
    assert [sent.body["kinds"] for sent in fake.sent("/v1/reveals")] == [["phone"]]
    assert fake.sent("/v1/reveals")[0].body["client"]["trusted"] is True
    page.keyboard.press("Tab")
    assert card.focused() == "copy"

    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if card.focused() == "fold":
            break
    page.keyboard.press("Enter")
    assert card.focused() == "unfold"
    page.keyboard.press("Enter")
    assert card.focused() == "fold"
    page.keyboard.press("Escape")
    card.wait_until(lambda: not card.stands(), "Esc did not close it")


def test_nothing_runs_over_at_two_hundred_per_cent(linkedin: LinkedIn, card: Card, panel: Page, fake: FakeServer) -> None:
    """Zooming halves the room: a panel of 360 pixels becomes one of 180, a window of 1100 by 760 one of 550 by 380. The copy button
    hangs out by 5 pixels on purpose: its sign stands in line with the prices."""
    with long_values(fake):
        panel.set_viewport_size({"width": 180, "height": 380})
        paste(panel)
        panel.click("[data-act=lookup]")
        panel.click("[data-act=reveal-all]")
        panel.wait_for_selector(f"text={LONG_MAIL[:20]}")
        assert panel.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert "\n".join(panel.evaluate(RUN_OVER)) == ""

        page = linkedin.visit(LONG)
        page.set_viewport_size({"width": 550, "height": 380})
        card.click("[data-act=lookup]")
        card.click("[data-act=reveal-all]")
        card.wait_until(lambda: card.shows("[data-act=copy]"), "nothing was revealed")
        card.wait_until(lambda: within(card, page), "the card stands out of the window")
        card.click("[data-act=fold]")  # its bar stays in sight, however far the receipt is scrolled
        card.wait_until(lambda: card.shows(".tab"), "it did not fold")


def within(card: Card, page: Page) -> bool:
    box, size = card.box(), page.viewport_size
    assert size
    return bool(box and box["x"] >= 0 and box["y"] >= 0 and box["x"] + box["width"] <= size["width"]
                and box["y"] + box["height"] <= size["height"])  # fmt: skip


def test_a_card_that_grows_stays_in_the_window(linkedin: LinkedIn, card: Card) -> None:
    page = linkedin.visit()
    card.click("[data-act=move]")
    for _ in range(40):
        page.keyboard.press("ArrowUp")
    card.click("[data-act=lookup]")
    card.wait_for("1 phone")
    card.wait_until(lambda: within(card, page), "the card grew out of the window")


@pytest.mark.parametrize(("wanted", "most"), [("reduce", 0.0), ("no-preference", 0.12)])
def test_nothing_moves_for_who_wants_it_still_and_little_for_the_rest(panel: Page, wanted: str, most: float) -> None:
    panel.emulate_media(reduced_motion=wanted)  # type: ignore[arg-type]
    paste(panel)
    longest = panel.evaluate(
        """Math.max(...[...document.querySelectorAll('*')].flatMap((one) => { const style = getComputedStyle(one);
        return `${style.transitionDuration},${style.animationDuration}`.split(',').map(parseFloat); }))"""
    )
    assert longest == most
