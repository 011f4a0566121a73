"""When the helpdesk is open, against the vectors that were computed independently, and what is said outside its hours."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.helpdesk.rules import closing, helpdesk_open, next_opening
from backend.kernel.clock import PARIS, MovableClock
from backend.terms import read_sheet
from tests.helpdesk.conftest import Person, ask

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text())["helpdesk_open"]
HOURS = read_sheet("2026-03").policy
START, FOUR_YEARS = datetime(2026, 1, 1, tzinfo=UTC), 4 * 365 * 86_400
INSTANTS = st.integers(0, FOUR_YEARS).map(lambda seconds: START + timedelta(seconds=seconds))


def is_open(at: str) -> bool:
    return helpdesk_open(datetime.fromisoformat(at), HOURS)


@pytest.mark.clause("8.2.21")
def test_open_from_monday_to_friday_nine_to_seven_in_paris_and_outside_one_leaves_a_message(
    ann: Person, clock: MovableClock
) -> None:
    assert {vector["at"]: is_open(vector["at"]) for vector in VECTORS} == {each["at"]: each["open"] for each in VECTORS}
    assert [is_open(at) for at in ("2026-03-27T18:59:00+01:00", "2026-03-27T19:00:00+01:00")] == [True, False]
    assert not is_open("2026-03-28T12:00:00+01:00")
    assert is_open("2026-03-30T07:00:00Z")
    assert not is_open("2026-03-30T06:59:59Z")
    assert is_open("2026-10-26T08:00:00Z")
    assert not is_open("2026-10-26T07:59:59Z")
    clock.set(datetime(2026, 3, 27, 17, 59, tzinfo=UTC))
    desk = ask(ann)["helpdesk"]
    assert (desk["open"], desk["closes_at"]) == (True, "2026-03-27T18:00:00Z")
    clock.set(datetime(2026, 3, 27, 18, 0, tzinfo=UTC))
    left = ask(ann, "Are you there?")
    desk = left["helpdesk"]
    assert (desk["open"], desk["opens_at"], desk["closes_at"]) == (False, "2026-03-30T07:00:00Z", None)
    assert "Leave a message" in desk["says"]
    assert "30 March 2026 at 09:00 (Paris time)" in desk["says"]
    assert left["thread"]["state"] == "new"


@pytest.mark.parametrize(("at", "opens"), [
    ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
    ("2026-03-02T07:59:00Z", "2026-03-02T08:00:00Z"),
    ("2026-03-02T18:00:00Z", "2026-03-03T08:00:00Z"),
    ("2026-10-23T17:00:00Z", "2026-10-26T08:00:00Z"),
    ("2026-07-14T07:30:00Z", "2026-07-14T07:30:00Z"),
])  # fmt: skip
def test_it_opens_next_when_it_next_may(at: str, opens: str) -> None:
    assert next_opening(datetime.fromisoformat(at), HOURS) == datetime.fromisoformat(opens)


@given(INSTANTS)
def test_the_next_opening_is_the_first_instant_of_an_hour_that_is_open(at: datetime) -> None:
    opens = next_opening(at, HOURS)
    assert opens >= at
    assert helpdesk_open(opens, HOURS)
    if helpdesk_open(at, HOURS):
        assert opens == at
        assert helpdesk_open(closing(at, HOURS) - timedelta(seconds=1), HOURS)
        assert not helpdesk_open(closing(at, HOURS), HOURS)
    else:
        assert not helpdesk_open(opens - timedelta(seconds=1), HOURS)
        assert opens - at < timedelta(days=4)
        assert opens.astimezone(PARIS).hour == HOURS.helpdesk_opens_hour


def test_a_policy_with_other_hours_is_read() -> None:
    other = HOURS.model_copy(update={"helpdesk_weekdays": (6,), "helpdesk_opens_hour": 10, "helpdesk_closes_hour": 12})
    saturday = datetime(2026, 3, 28, 10, 30, tzinfo=PARIS)
    assert helpdesk_open(saturday, other)
    assert not helpdesk_open(saturday, HOURS)
