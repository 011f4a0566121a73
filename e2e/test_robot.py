"""A script that presses the extension's own buttons is asked, then held; a salesperson's month is never asked. Clocks run ahead."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.kernel.clock import PARIS
from bench.robots_people import MONDAY, work_a_month
from e2e.ahead import KIND, Ahead, candor_ahead
from e2e.card_driver import Card
from e2e.conftest import PASSWORD
from e2e.linkedin_site import LinkedIn

LONG = bool(os.environ.get("CANDOR_LONG"))
MOST = 2_000 if LONG else 500
EVERY = timedelta(seconds=4)
A_BURST = 10  # so many reveals may come at once, also from somebody who was asked
BY_HAND = 24  # of so many reveals of a month one is clicked on the card
MONTHS = [("silent", 1)] + [("sales", 0), ("silent", 3), ("night worker", 1), ("junior with lists", 1)] * LONG
LONGEST_S = 1800 if LONG else 240

Tell = Callable[..., Any]


@pytest.fixture(scope="module")
def ahead() -> Iterator[Ahead]:
    """A Candor whose limits and score are on, with people to walk through."""
    with candor_ahead() as made:
        made.running.import_people(*(_row(number) for number in range(1, MOST + 1)))
        made.tell_everybody()
        yield made


def vanity(number: int) -> str:
    return f"lo-visser-{number}-candor-sample"


def _row(number: int) -> dict[str, str]:
    return {
        "full_name": f"Lo Visser {number}",
        "linkedin_url": f"https://www.linkedin.com/in/{vanity(number)}/",
        "work_email": f"lo.visser{number}@molenwerk.example",
        "mobile_phone": f"+1 415-555-01{number % 100:02d}",
        "country": "NL",
    }


@pytest.fixture
def enter(ahead: Ahead, tell_worker: Tell) -> Callable[[str], int]:
    """Somebody new, signed in to the extension; their account."""

    def make(email: str) -> int:
        account = ahead.make_account(email)
        for message in ({"type": "agree"}, {"type": "server", "server": ahead.running.url}):
            assert tell_worker(**message)["ok"]
        assert tell_worker(type="signIn", email=email, password=PASSWORD)["ok"]
        assert tell_worker(type="account")["ok"]
        ahead.leave_unlimited_only(account)
        return account

    return make


@dataclass(frozen=True)
class Hand:
    """Looks somebody up and reveals their phone on the card, by real clicks. `reveal` answers the code of a problem."""

    linkedin: LinkedIn
    card: Card

    def look_up(self, person: int) -> None:
        self.linkedin.visit(vanity(person))
        self.card.click("[data-act=lookup]")
        self.card.wait_until(lambda: self.card.shows(f"[data-act=reveal][data-kind={KIND}]"), "nobody to reveal")

    def reveal(self) -> str | None:
        self.card.click(f"[data-act=reveal][data-kind={KIND}]")
        self.card.wait_until(lambda: self.card.shows("[data-part=value], .problem[data-code]"), "no answer to the reveal")
        return self.card.read(".problem[data-code]", "data-code")


@pytest.fixture
def hand(linkedin: LinkedIn, card: Card) -> Hand:
    return Hand(linkedin, card)


def test_a_script_that_presses_the_buttons_is_asked_and_then_held(
    ahead: Ahead, hand: Hand, enter: Callable[[str], int], open_own: Callable[[str], Page]
) -> None:
    account = enter("rob@script.example")
    met: dict[str, int] = {}
    at = ahead.now()
    for number in range(90):
        hand.look_up(number + 1)
        at += EVERY
        ahead.pass_to(at)
        if number % A_BURST == 0:
            ahead.forget_pace()
        code = hand.reveal()
        if code and code not in met:
            met[code] = number
            if code == "human-check-required":
                popup = open_own("popup/popup.html")
                expect(popup.locator("[data-part=check] [data-act=choose]")).to_have_count(3)
                popup.close()
                at = ahead.now()
        if code == "robot-suspected":
            break
    assert met["human-check-required"] < met["robot-suspected"]
    assert ahead.steps(account) == ["watch", "ask", "hold"]
    popup = open_own("popup/popup.html")
    expect(popup.locator("[data-part=fair-use] [data-act=appeal]")).to_be_visible()
    letter = ahead.running.wait_for_letter("rob@script.example", "on hold")
    assert "A person will look at it." in letter["text"]
    assert ahead.ask("SELECT state FROM accounts WHERE account_id = %s", account) == [("active",)]
    assert ahead.paid(account) == met["human-check-required"]


@dataclass(frozen=True)
class Visit:
    """Somebody looked up, and after a while revealed, or not; also somebody paid for before."""

    at: timedelta
    person: str
    dwell: timedelta | None
    again: bool = False


def plan_month(kind: str, seed: int) -> list[Visit]:
    """What the extension hears of a month of such a person, counted from its first midnight. It hears of no notes and lists."""
    visits: list[Visit] = []
    for action in work_a_month(kind, "e2e", Random(f"{kind}/{seed}")):
        at = timedelta(milliseconds=action.at - 1000 * MONDAY)
        if action.action == "lookup":
            visits.append(Visit(at, action.person, None))
        elif action.action == "reveal":
            assert visits[-1].person == action.person
            visits[-1] = replace(visits[-1], dwell=at - visits[-1].at)
        elif action.action in ("known", "view_contact"):  # the card shows at once what was paid for
            visits.append(Visit(at, action.person, timedelta(0), again=True))
    return visits


def at_a_robots_pace(visits: list[Visit]) -> list[Visit]:
    """Who is revealed in a month, in the same order, one after the other without a break."""
    revealed = [visit for visit in visits if visit.dwell is not None and not visit.again]
    return [replace(visit, at=EVERY * place, dwell=min(visit.dwell or EVERY, EVERY / 2)) for place, visit in enumerate(revealed)]


class Month:
    """Lives through a plan from next Monday on, in the extension. Most clicks are the messages that the card sends for them."""

    def __init__(self, ahead: Ahead, hand: Hand, tell: Tell) -> None:
        self._ahead, self._hand, self._tell = ahead, hand, tell
        today = ahead.now().astimezone(PARIS)
        self._midnight = datetime.combine(today.date() + timedelta(days=7 - today.weekday()), time(), PARIS)
        self._numbers: dict[str, int] = {}
        self.reveals = self.by_hand = 0

    def live(self, visits: list[Visit]) -> str | None:
        """The code of the first refusal; None where all was well to the end."""
        for place, visit in enumerate(visits):
            if place % A_BURST == 0:
                self._ahead.forget_pace()
            number = self._numbers.setdefault(visit.person, len(self._numbers) + 1)
            new = visit.dwell is not None and not visit.again
            self.reveals += new
            self.by_hand += (by_hand := new and self.reveals % BY_HAND == 0)
            if refused := (self._click if by_hand else self._send)(visit, number):
                return refused
        return None

    def _click(self, visit: Visit, number: int) -> str | None:
        self._pass_to(visit.at)
        self._hand.look_up(number)
        self._pass_to(visit.at + (visit.dwell or timedelta()))
        return self._hand.reveal()

    def _send(self, visit: Visit, number: int) -> str | None:
        key = {"vanity": vanity(number)}
        self._pass_to(visit.at)
        looked = self._tell(type="lookup", key=key)
        assert looked["ok"], looked
        if visit.dwell is None:
            return None
        self._pass_to(visit.at + visit.dwell)
        client = {"dwell_ms": visit.dwell / timedelta(milliseconds=1), "trusted": True, "proof": looked["data"]["found"]["view"]}
        revealed = self._tell(type="reveal", key=key, kinds=[KIND], page="profile", client=client)
        return None if revealed["ok"] else str(revealed["problem"]["code"])

    def _pass_to(self, at: timedelta) -> None:
        self._ahead.pass_to(self._midnight + at)


@pytest.mark.parametrize(("kind", "seed"), MONTHS)
@pytest.mark.timeout(LONGEST_S)
def test_a_salespersons_month_is_never_asked(
    ahead: Ahead, hand: Hand, enter: Callable[[str], int], tell_worker: Tell, kind: str, seed: int
) -> None:
    visits = plan_month(kind, seed)
    assert len({visit.at.days for visit in visits}) >= 14
    account = enter(f"person-{MONTHS.index((kind, seed))}@vendor.example")
    month = Month(ahead, hand, tell_worker)
    assert month.live(visits) is None
    assert ahead.steps(account) == []
    assert ahead.paid(account) == month.reveals >= 250
    assert month.by_hand >= 10


def test_the_same_people_at_a_robots_pace_are_asked_about(
    ahead: Ahead, hand: Hand, enter: Callable[[str], int], tell_worker: Tell
) -> None:
    account = enter("pace@script.example")
    month = Month(ahead, hand, tell_worker)
    assert month.live(at_a_robots_pace(plan_month(*MONTHS[0]))) == "human-check-required"
    assert ahead.steps(account) == ["watch", "ask"]
    assert month.reveals < 150
