"""Whatever stands in the way is said in plain words with the way out, and costs nothing twice."""

from collections.abc import Callable
from typing import Any

import pytest

from e2e.card_driver import Card
from e2e.linkedin_site import LinkedIn
from tests.extension.fake_server import FakeServer

Tell = Callable[..., Any]
OBSTACLES = [
    (403, "linkedin-sync-required", "one click connects it"),
    (403, "extension-required", "has not seen this extension yet"),
    (403, "terms-required", "conditions have changed"),
    (403, "subscription-required", "has no plan"),
    (403, "account-suspended", "is suspended"),
    (402, "credits-exhausted", "New ones come each month"),
    (429, "fair-use-exceeded", "10,000 of fair use"),
    (429, "robot-suspected", "on hold"),
    (426, "extension-outdated", "chrome://extensions"),
    (503, "notices-late", "Nothing was charged"),
    (500, "internal", "broke on our side"),
    (418, "never-heard-of", "A sentence of the server"),
]
WAITS = [(429, "rate-limited", "7", "Try again in 7 seconds."), (503, "notices-late", "600", "Try again in 10 minutes.")]

pytestmark = pytest.mark.usefixtures("signed_in")


def test_every_obstacle_is_said_in_plain_words(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    for status, code, words in OBSTACLES:
        fake.answers["/v1/lookups"] = (status, {"code": code, "status": status, "detail": "A sentence of the server"}, {})
        linkedin.visit()
        card.click("[data-act=lookup]")
        card.wait_for(words)
        assert card.shows(f"[data-code={code}]")


def test_how_long_to_wait_is_said_in_seconds_or_minutes(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    for status, code, seconds, words in WAITS:
        fake.answers["/v1/lookups"] = (status, {"code": code, "status": status}, {"Retry-After": seconds})
        linkedin.visit()
        card.click("[data-act=lookup]")
        card.wait_for(words)


def test_a_402_settles_each_kind_on_its_own_line(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    linkedin.visit()
    card.click("[data-act=lookup]")
    card.wait_for("Reveal")
    results = {"phone": {"outcome": "empty", "values": [], "charged": 0, "left": 0}}
    fake.answers["/v1/reveals"] = (402, {"code": "credits-exhausted", "status": 402, "kind": "phone", "results": results}, {})
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("no credit")
    assert card.shows("[data-kind=phone][data-state=empty]")
    assert card.shows("[data-kind=b2b_email][data-state=available]")


@pytest.mark.clause("R49")
def test_switched_off_the_next_click_says_so_and_asks_nothing(
    linkedin: LinkedIn, card: Card, fake: FakeServer, tell_worker: Tell
) -> None:
    fake.switch = "off"
    tell_worker(type="account")  # any answer carries the flag
    fake.requests.clear()
    page = linkedin.visit()
    card.wait_for("See what is available")
    page.wait_for_timeout(300)
    assert fake.requests == []
    card.click("[data-act=lookup]")
    card.wait_for("switched the card off")
    assert fake.requests == []

    card.click("[data-act=again]")
    page.wait_for_timeout(500)
    assert [request.path for request in fake.requests] == ["/v1/me"]
    fake.switch = "on"
    card.click("[data-act=again]")
    card.wait_for("Reveal")


def test_a_slow_answer_is_said_and_asking_again_shows_one_charge(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    page = linkedin.visit()
    card.click("[data-act=lookup]")
    card.wait_for("Reveal")
    fake.delay = 4
    card.click("[data-act=reveal][data-kind=phone]")
    card.wait_for("asking again cannot charge you twice")
    fake.delay = 0
    card.click("[data-act=retry]")
    card.wait_for("+44 7700 900123")
    page.wait_for_timeout(1500)
    assert len(fake.sent("/v1/reveals")) == 2
    assert fake.left["phone"] == 6
    assert "cost 1" in card.text()
    assert not card.shows("[data-code=slow]")


def test_no_server_is_said_and_tried_again(linkedin: LinkedIn, card: Card, fake: FakeServer) -> None:
    linkedin.visit()
    card.wait_for("See what is available")
    fake.stop()
    card.click("[data-act=lookup]")
    card.wait_for("cannot be reached")
    assert card.shows("[data-act=retry]")
