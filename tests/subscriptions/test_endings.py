"""How a premium ends: heard in time or one period later, used to the last second, then everybody goes home to a freemium."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import PARIS, MovableClock
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import NOTICES_OF_A_YEAR, Buyer, Time
from tests.subscriptions.test_renewal import start

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
REGISTERED, MONTHLY = 2, 5
"""Phone credits of an account, and of a freemium's month."""


@pytest.mark.clause("7.5.2", "7.5.4")
@pytest.mark.parametrize(
    ("asked", "in_time", "ends"),
    [("2026-03-27T23:00:00+01:00", True, "2026-03-29T22:00:00Z"), ("2026-03-27T23:00:01+01:00", False, "2026-04-29T22:00:00Z")],
)
def test_a_month_ends_when_told_forty_eight_hours_before_and_one_month_later_else(
    buyer: Buyers, clock: MovableClock, time: Time, asked: str, in_time: bool, ends: str
) -> None:
    ada = start(clock, buyer, "2026-01-30T10:00:00+01:00", "business", 1)
    time.pass_to(asked)
    ada.sign_in()
    assert ada.premium["period_ends_at"] == "2026-03-29T22:00:00Z"
    due_before = len(ada.dues)
    assert ada.end() == {"ends_at": ends, "in_time": in_time}
    assert ("premium-ending" if in_time else "premium-ending-late") in ada.told()
    time.pass_to(datetime.fromisoformat(ends) - timedelta(seconds=1))
    assert ada.premium["state"] == "active"
    assert len(ada.dues) == due_before + (0 if in_time else 1)
    time.pass_to(ends)
    ada.sign_in()
    assert ada.premium is None


def test_told_too_late_before_another_interval_it_ends_with_that_ones_first_period(
    buyer: Buyers, clock: MovableClock, time: Time
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "starter", 1)
    assert ada.change("starter", 1, "year")["change"]["later_at"] == "2026-04-14T22:00:00Z"
    time.pass_to("2026-04-13T10:00:00+02:00")
    ada.sign_in()
    assert ada.end() == {"ends_at": "2027-04-14T22:00:00Z", "in_time": False}
    assert ada.premium["ends_at"] == "2027-04-14T22:00:00Z"
    time.pass_to("2027-04-14T23:59:59+02:00")
    ada.sign_in()
    assert ada.premium["period_ends_at"] == "2027-04-14T22:00:00Z"
    assert [due[:2] for due in ada.dues] == [("start", "49.00"), ("renewal", "490.00")]
    time.pass_to("2027-04-15T00:00:00+02:00")
    ada.sign_in()
    assert ada.premium is None


@pytest.mark.clause("7.5.3")
@pytest.mark.parametrize(("begun", "asked", "ends"), NOTICES_OF_A_YEAR)
def test_a_year_ends_when_told_through_the_day_one_month_before(
    buyer: Buyers, clock: MovableClock, time: Time, begun: str, asked: str, ends: str
) -> None:
    ada = start(clock, buyer, f"{begun}T10:00:00+01:00", "business", 1, "year")
    first_end = datetime.fromisoformat(ada.premium["period_ends_at"])
    time.pass_to(asked)
    ada.sign_in()
    assert ada.end()["ends_at"] == ends
    time.pass_to(first_end)
    ada.sign_in()
    if first_end == datetime.fromisoformat(ends):
        assert ada.premium is None
    else:
        assert (ada.premium["period"], ada.premium["period_ends_at"]) == (2, ends)
        assert ada.dues[-1][:2] == ("renewal", "790.00")


@pytest.mark.clause("7.5.5")
@pytest.mark.parametrize(("hours", "renewals"), [(47, 1), (49, 0)])
def test_terminating_early_makes_nothing_smaller_and_refunds_nothing(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, hours: int, renewals: int
) -> None:
    ada = start(clock, buyer, "2026-05-10T10:00:00+02:00", "business", 1)
    end = datetime.fromisoformat("2026-06-10T00:00:00+02:00")
    time.pass_to(end - timedelta(hours=hours))
    ada.sign_in()
    before = ada.dues
    ends_at = datetime.fromisoformat(ada.end("early")["ends_at"])
    assert ada.dues == before
    assert ada.dues == before
    assert ends_at == (datetime.fromisoformat("2026-07-10T00:00:00+02:00") if renewals else end)
    time.pass_to(ends_at - timedelta(seconds=1))
    assert ada.pool(owner)["phone"] >= 200
    assert ada.dues == before + [("renewal", "79.00", "submitted")] * renewals
    time.pass_to(ends_at)
    kept = owner.execute("SELECT what, amount::text, state FROM dues ORDER BY due_id").fetchall()
    assert kept == before + [("renewal", "79.00", "submitted")] * renewals


@pytest.mark.clause("7.4.4")
def test_what_ends_is_not_renewed(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-05-10T10:00:00+02:00", "business", 1)
    ada.end()
    time.pass_to("2026-08-10T00:00:00+02:00")
    assert owner.execute("SELECT what FROM dues").fetchall() == [("start",)]
    assert owner.execute("SELECT state, period FROM premiums").fetchall() == [("ended", 1)]


@pytest.mark.clause("7.5.6", "7.5.14")
def test_the_pool_pays_to_the_last_second_and_the_freemium_from_then_on(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, directory: Directory, clean: Callable[[], bool]
) -> None:
    for number in range(3):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010200{number}")
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 1)
    ada.end()
    end = datetime.fromisoformat("2026-04-15T00:00:00+02:00")
    time.pass_to(end - timedelta(seconds=1))
    before = ada.left()
    assert ada.outcome("p0") == "revealed"
    assert ada.left() == before - 1
    time.pass_to(end)
    ada.sign_in()
    assert ada.pool(owner) == {}
    me = ada.get("/v1/me")
    assert (me["account"]["state"], me["plan"]["code"], me["workspace"]["name"]) == ("active", "free", None)
    assert ada.outcome("p1") == "revealed"
    paid = owner.execute("SELECT l.source, l.account_id FROM reveals r JOIN lots l USING (workspace_id, lot_id)").fetchall()
    assert paid[-1][1] == ada.account_id
    owner.execute("UPDATE lots SET remaining = 0")
    assert ada.reveal("p2").status_code == 402


@pytest.mark.clause("7.5.15")
def test_however_often_one_subscribes_there_is_one_registration_grant_and_one_freemium_grant_a_month(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    clock.set(datetime.fromisoformat("2026-01-10T10:00:00+01:00"))
    ada, seen = buyer("ada"), set()
    for _ in range(3):
        ada.subscribe("starter", 1)
        ends_at = datetime.fromisoformat(ada.end()["ends_at"])
        for at in (ends_at - timedelta(seconds=1), ends_at):
            time.pass_to(at)
            granted = owner.execute(
                "SELECT l.source, e.at FROM entries e JOIN lots l USING (workspace_id, lot_id)"
                " WHERE e.action = 'grant' AND e.kind = 'phone' AND l.account_id = %s",
                (ada.account_id,),
            )
            seen |= {(source, at.astimezone(PARIS).date().isoformat()) for source, at in granted.fetchall()}
        ada.sign_in()
        assert ada.get("/v1/me")["plan"]["code"] == "free"
        assert ada.left() == REGISTERED + MONTHLY
        assert ada.create().status_code == 201
    assert sorted(seen) == [
        ("registration", "2026-01-10"), ("subscription", "2026-01-10"), ("subscription", "2026-02-10"),
        ("subscription", "2026-03-10"), ("subscription", "2026-04-10"),
    ]  # fmt: skip
    assert clean()


def test_members_are_told_thirty_seven_and_one_day_before_and_keep_their_accounts(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 2, "year")
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    time.pass_to("2026-11-01T10:00:00+01:00")
    ada.sign_in()
    ada.end()
    time.pass_to("2027-01-14T23:59:59+01:00")
    told = owner.execute("SELECT account_id, at FROM messages WHERE code = 'premium-ends-soon' ORDER BY at, account_id").fetchall()
    days = ["2026-12-15T23:00:00+00:00", "2027-01-07T23:00:00+00:00", "2027-01-13T23:00:00+00:00"]
    assert told == [(who.account_id, datetime.fromisoformat(day)) for day in days for who in (ada, bob)]
    time.pass_to("2027-01-15T00:00:00+01:00")
    bob.sign_in()
    ada.sign_in()
    for who in (ada, bob):
        assert who.get("/v1/me")["plan"]["code"] == "free"
        assert "premium-ended" in who.told()
    assert ada.caller.workspace_id != bob.caller.workspace_id
    assert clean()


def test_deleting_the_workspace_ends_its_premium_and_nothing_is_renewed(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = start(clock, buyer, "2026-03-15T10:00:00+01:00", "business", 1)
    phrase = ada.get("/v1/workspace/deletion")["phrase"]
    deleted = ada.call("DELETE", "/v1/workspace", {"phrase": phrase})
    assert deleted.status_code in (200, 204), deleted.text
    time.pass_to("2026-06-15T00:00:00+02:00")
    assert owner.execute("SELECT state, end_reason FROM premiums").fetchall() == [("ended", "terminated-early")]
    assert owner.execute("SELECT what, state FROM dues").fetchall() == [("start", "submitted")]
