"""One running Candor for every test in this folder, with people of our own, and a salesperson signed in on it."""

from collections.abc import Callable, Iterator
from itertools import count, cycle
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from e2e.running_candor import RunningCandor, running_candor

PASSWORD = "a fine pass phrase"
HOW_MANY = 12
_sellers = count(1)
_people = cycle(range(1, HOW_MANY + 1))


@pytest.fixture(scope="session")
def candor() -> Iterator[RunningCandor]:
    """Candor, started as a newcomer starts it, with a few people of our own imported."""
    with running_candor() as running:
        running.import_people(*(_row(number) for number in range(1, HOW_MANY + 1)))
        yield running


def vanity(number: int) -> str:
    """The profile of one of the twelve imported people."""
    return f"noor-bakker-{number}-candor-sample"


def phone(number: int) -> str:
    """That person's number, from the range kept for fiction in the United States."""
    return f"+1 415-555-01{number:02d}"


def _row(number: int) -> dict[str, str]:
    return {
        "full_name": f"Noor Bakker {number}",
        "linkedin_url": f"https://www.linkedin.com/in/{vanity(number)}/",
        "work_email": f"noor.bakker{number}@molenwerk.example",
        "mobile_phone": phone(number),
        "personal_email": "",
        "company": "Molenwerk",
        "title": "Head of Purchasing",
        "country": "NL",
    }


@pytest.fixture
def person() -> int:
    """The number of an imported person. Every seller is new, so that to each of them everybody is unknown."""
    return next(_people)


@pytest.fixture
def agreed(open_own: Callable[[str], Page], candor: RunningCandor) -> None:
    """The consent page has been read and agreed to, and the server's address typed into the popup."""
    welcome = open_own("welcome/welcome.html")
    welcome.click("#agree")
    expect(welcome.locator("#agreed")).to_be_visible()
    welcome.close()
    page = open_own("popup/popup.html")
    page.click("#foot summary")
    page.fill("input[name=server]", candor.url)
    page.click("[data-act=server]")
    expect(page.locator("input[name=email]")).to_be_visible()
    page.close()


@pytest.fixture
def seller(candor: RunningCandor, tell_worker: Callable[..., Any]) -> str:
    """A salesperson with every step done, signed in; their email. (The way there by hand: test_newcomer.py.)"""
    email = f"seller{next(_sellers)}@vendor.example"
    made = httpx.post(f"{candor.url}/v1/sandbox/accounts", json={"email": email, "password": PASSWORD, "state": "synchronised"})
    assert made.status_code == 201, made.text
    for message in ({"type": "agree"}, {"type": "server", "server": candor.url}):
        assert tell_worker(**message)["ok"]
    assert tell_worker(type="signIn", email=email, password=PASSWORD)["ok"]
    return email
