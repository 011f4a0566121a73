"""Rewards: credits for an action, each once, up to the catalogue's most, gone at the end of the period they were earned in."""

from datetime import timedelta
from typing import Any

import pytest

from backend.credits import reward
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.terms import read_sheet
from tests.api.routes import DOCUMENT
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.credits.races import together

SHEET = read_sheet("2026-03")


def earn(ledger: Ledger, code: str, ref: str, days: float = 30, account: int = ANN.account_id, **more: Any) -> bool:
    ends_at = ledger.now + timedelta(days=days)
    given: bool = ledger.do(reward, SHEET, WORKSPACE, account, code, ledger.now, ends_at, ref, **more)
    return given


@pytest.mark.clause("9.23")
def test_an_action_is_rewarded_once_as_the_catalogue_says(ledger: Ledger) -> None:
    teammate, profile = SHEET.reward("first-teammate"), SHEET.reward("profile-completed")
    assert [earn(ledger, "first-teammate", "bob"), earn(ledger, "first-teammate", "bob")] == [True, False]
    assert not earn(ledger, "first-teammate", "eve"), "only the first teammate is rewarded"
    assert [earn(ledger, "profile-completed", "me"), earn(ledger, "profile-completed", "me")] == [True, False]
    assert ledger.left() == [
        (ANN.account_id, teammate.kind, "reward", teammate.amount),
        (ANN.account_id, profile.kind, "reward", profile.amount),
    ]
    assert [(line[0], line[2], line[4]) for line in ledger.lines()] == [
        ("grant", 25, "first-teammate"),
        ("grant", 5, "profile-completed"),
    ]


@pytest.mark.clause("9.23")
def test_the_most_of_a_month_is_the_sheets_or_a_tenth_of_the_grant(ledger: Ledger, clock: MovableClock) -> None:
    ledger.join(BOB)
    assert [earn(ledger, "wrong-detail", str(n), kind="phone", granted=90) for n in range(11)] == [True] * 10 + [False]
    assert earn(ledger, "wrong-detail", "an email", kind="b2b_email")
    many = [earn(ledger, "wrong-detail", f"b{n}", kind="phone", granted=125, account=BOB.account_id) for n in range(13)]
    assert many == [True] * 12 + [False]
    clock.advance(timedelta(days=31))
    assert earn(ledger, "wrong-detail", "next month", kind="phone")


def test_rewards_asked_for_at_once_do_not_pass_the_most(ledger: Ledger) -> None:
    calls = [lambda n=n: earn(ledger, "wrong-detail", str(n), kind="phone") for n in range(14)]  # type: ignore[misc]
    assert sorted(together(calls)) == [False] * 4 + [True] * 10
    assert ledger.findings() == []


def test_a_reward_is_personal_ends_with_the_period_and_no_route_converts_it(ledger: Ledger, clock: MovableClock) -> None:
    ledger.join(BOB)
    earn(ledger, "first-teammate", "bob", days=12)
    assert ledger.reveal(1, by=BOB)["phone"].outcome == "empty"
    assert ledger.reveal(1)["phone"].left == 24
    clock.advance(timedelta(days=12) - timedelta(seconds=1))
    assert ledger.reveal(2)["phone"].left == 23
    clock.advance(timedelta(seconds=1))
    assert ledger.reveal(3)["phone"].outcome == "empty"
    tick(ledger.kernel.database.engine, [Expiry()], ledger.now)
    assert ledger.lines("expire") == [("expire", "phone", -23, 0, "expired")]
    assert not [path for path in DOCUMENT["paths"] for word in ("convert", "refund", "reward", "exchange") if word in path]


def test_without_a_kind_or_a_permit_nothing_is_rewarded(ledger: Ledger) -> None:
    for account, code in ((ANN.account_id, "wrong-detail"), (BOB.account_id, "first-teammate")):
        with pytest.raises(ValueError, match="no kind, or no permit"):
            earn(ledger, code, "1", account=account)
