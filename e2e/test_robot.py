"""A script that presses the extension's own buttons, person after person, at a clock that runs ahead: asked, then held."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
import redis
from playwright.sync_api import Page, expect

from backend.up.data_folder import DataFolder
from backend.up.server_user import ourselves
from e2e.card_driver import Card
from e2e.conftest import PASSWORD
from e2e.linkedin_site import LinkedIn
from e2e.running_candor import RunningCandor, running_candor

MOST = 90
EVERY = timedelta(seconds=4)
EMAIL = "rob@script.example"


@pytest.fixture(scope="module")
def limited() -> Iterator[RunningCandor]:
    """A Candor whose limits and score are on, with people to walk through."""
    with running_candor("--limits") as running:
        running.import_people(*(_row(number) for number in range(MOST)))
        yield running


def vanity(number: int) -> str:
    return f"lo-visser-{number}-candor-sample"


def _row(number: int) -> dict[str, str]:
    return {
        "full_name": f"Lo Visser {number}",
        "linkedin_url": f"https://www.linkedin.com/in/{vanity(number)}/",
        "work_email": f"lo.visser{number}@molenwerk.example",
        "mobile_phone": f"+1 415-555-01{number:02d}",
        "country": "NL",
    }


def _ask(limited: RunningCandor, statement: str) -> list[tuple[object, ...]]:
    """What the owner of the database sees, or arranges."""
    running = DataFolder(limited.data, ourselves()).running()
    assert running is not None
    with psycopg.connect(running["environment"]["DATABASE_OWNER_URL"]) as connection:
        cursor = connection.execute(statement)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []


def _now(limited: RunningCandor) -> datetime:
    return datetime.fromisoformat(httpx.get(f"{limited.url}/v1/sandbox/clock").json()["now"])


def _forget_pace(limited: RunningCandor) -> None:
    """The limits run on the machine's clock, which does not run ahead: their buckets are emptied. The score stays."""
    running = DataFolder(limited.data, ourselves()).running()
    assert running is not None
    store = redis.Redis.from_url(running["environment"]["REDIS_URL"])
    for bucket in store.scan_iter("LIMITER*"):
        store.delete(bucket)
    store.close()


def test_a_script_that_presses_the_buttons_is_asked_and_then_held(
    limited: RunningCandor, linkedin: LinkedIn, card: Card, tell_worker: Callable[..., Any], open_own: Callable[[str], Page]
) -> None:
    made = httpx.post(f"{limited.url}/v1/sandbox/accounts", json={"email": EMAIL, "password": PASSWORD, "state": "synchronised"})
    assert made.status_code == 201, made.text
    for message in ({"type": "agree"}, {"type": "server", "server": limited.url}):
        assert tell_worker(**message)["ok"]
    assert tell_worker(type="signIn", email=EMAIL, password=PASSWORD)["ok"]
    assert tell_worker(type="account")["ok"]  # the first call grants the credits of a freemium: only the unlimited ones shall pay
    _ask(limited, "UPDATE permits SET unlimited_kind = 'phone'; UPDATE lots SET remaining = 0 WHERE kind = 'phone'")

    met: dict[str, int] = {}
    asked_page: Page | None = None
    at = _now(limited)
    for number in range(MOST):
        linkedin.visit(vanity(number))
        card.click("[data-act=lookup]")
        card.wait_until(lambda: card.shows("[data-act=reveal][data-kind=phone]"), "nobody to reveal")
        at += EVERY
        if not httpx.post(f"{limited.url}/v1/sandbox/clock", json={"now": at.isoformat()}).is_success:
            at = _now(limited)  # this machine was slower than the script
        _forget_pace(limited)
        card.click("[data-act=reveal][data-kind=phone]")
        card.wait_until(lambda: card.shows("[data-part=value], .problem[data-code]"), "no answer to the reveal")
        for code in ("human-check-required", "robot-suspected"):
            if card.shows(f"[data-code={code}]"):
                met.setdefault(code, number)
        if "human-check-required" in met and asked_page is None:
            asked_page = open_own("popup/popup.html")
            expect(asked_page.locator("[data-part=check] [data-act=choose]")).to_have_count(3)
            asked_page.close()
            at = _now(limited)
        if "robot-suspected" in met:
            break
    assert met["human-check-required"] < met["robot-suspected"]
    assert [step for (step,) in _ask(limited, "SELECT step FROM robot_steps ORDER BY step_id")] == ["watch", "ask", "hold"]
    popup = open_own("popup/popup.html")
    expect(popup.locator("[data-part=fair-use] [data-act=appeal]")).to_be_visible()
    letter = limited.wait_for_letter(EMAIL, "on hold")
    assert "A person will look at it." in letter["text"]
    assert _ask(limited, "SELECT DISTINCT state FROM accounts") == [("active",)]
    assert _ask(limited, "SELECT count(*) FROM reveals") == [(met["human-check-required"],)]
