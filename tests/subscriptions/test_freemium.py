"""The freemium: it begins when both steps are done, in either order and in a race, and renews by itself."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts.provider import Member
from backend.accounts.steps import mark_extension_seen
from backend.accounts.synchronising import synchronise
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from tests.accounts.conftest import EXTENSION, Newcomer, bearer
from tests.conftest import due_pieces

REGISTRATION = {"b2b_email": 10, "phone": 2, "direct_email": 2, "export": 5}
MONTHLY = {"b2b_email": 15, "phone": 5, "direct_email": 5, "export": 10}
MEMBER = Member("member-1", True, None)
PROFILE = {"profile": "https://www.linkedin.com/in/some-one-candor-sample/"}


@pytest.fixture
def jane(app: Flask, kernel: Kernel) -> Newcomer:
    return Newcomer(app, kernel)


def available(person: Newcomer, token: str) -> dict[str, int]:
    credits = person.me(token).json["credits"]  # type: ignore[index]
    return {kind: balance["available"] for kind, balance in credits.items()}


def account_of(owner: psycopg.Connection[Any], which: int = 0) -> int:
    return int(owner.execute("SELECT account_id FROM accounts ORDER BY account_id OFFSET %s", (which,)).fetchone()[0])  # type: ignore[index]


@pytest.mark.clause("P.2", "7.1.1", "7.1.2", "8.1.1")
def test_each_missing_step_is_named_until_both_are_done(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    token = jane.join()["access_token"]

    def look() -> tuple[int, str]:
        answer = jane.post("/v1/lookups", PROFILE, **bearer(token))
        return answer.status_code, (answer.json or {}).get("code", "")

    assert look() == (403, "linkedin-sync-required")
    synchronise(jane.kernel, account_of(owner), MEMBER, "v")
    assert look() == (403, "extension-required")
    assert jane.me(token).json["plan"] == {"code": "none", "name": None}  # type: ignore[index]
    jane.me(token, **EXTENSION)
    assert look() == (200, "")
    assert jane.me(token).json["plan"] == {"code": "free", "name": "Free"}  # type: ignore[index]


@pytest.mark.clause("9.20", "7.1.3")
@pytest.mark.parametrize("order", [["seen", "synced"], ["synced", "seen"]])
def test_credits_are_granted_once_whatever_is_repeated(jane: Newcomer, owner: psycopg.Connection[Any], order: list[str]) -> None:
    token = jane.join()["access_token"]
    account = account_of(owner)
    assert set(available(jane, token).values()) == {0}
    for step in order * 3:
        if step == "seen":
            mark_extension_seen(jane.kernel, account)
        else:
            synchronise(jane.kernel, account, MEMBER, "v")
    assert available(jane, token) == {kind: REGISTRATION[kind] + MONTHLY[kind] for kind in MONTHLY}
    lots = owner.execute("SELECT kind, source, account_id, granted, expires_at FROM lots").fetchall()
    assert {(kind, granted) for kind, source, _, granted, _ in lots if source == "registration"} == set(REGISTRATION.items())
    assert {(kind, granted) for kind, source, _, granted, _ in lots if source == "subscription"} == set(MONTHLY.items())
    assert all(row[2] == account for row in lots)
    assert all((expires is None) == (source == "registration") for _, source, _, _, expires in lots)


@pytest.mark.clause("9.20", "7.1.3")
def test_credits_are_granted_once_when_the_two_steps_race(jane: Newcomer, owner: psycopg.Connection[Any]) -> None:
    for attempt in range(8):
        person = Newcomer(jane.app, jane.kernel, f"jane{attempt}@acme.example")
        token = person.join()["access_token"]
        account, member = account_of(owner, attempt), Member(f"member-{attempt}", True, None)
        gate = threading.Barrier(4)

        def run(step: Any, *arguments: Any, gate: threading.Barrier = gate) -> None:
            gate.wait()
            step(jane.kernel, *arguments)

        threads = [threading.Thread(target=run, args=(mark_extension_seen, account)) for _ in range(2)]
        threads += [threading.Thread(target=run, args=(synchronise, account, member, "v")) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert available(person, token) == {kind: REGISTRATION[kind] + MONTHLY[kind] for kind in MONTHLY}


@pytest.mark.clause("7.1.15")
@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-01-31T22:59:59+00:00", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2026-01-31T23:00:00+00:00", ["2026-03-01", "2026-04-01", "2026-05-01"]),
    ],
)
def test_each_month_ends_on_its_paris_day_and_the_next_begins(
    jane: Newcomer, owner: psycopg.Connection[Any], clock: MovableClock, at: str, ends: list[str]
) -> None:
    clock.set(datetime.fromisoformat(at))
    jane.join()
    account = account_of(owner)
    mark_extension_seen(jane.kernel, account)
    synchronise(jane.kernel, account, MEMBER, "v")
    pieces = due_pieces(jane.kernel)
    for number, day in enumerate(ends, start=1):
        lots = owner.execute(
            "SELECT kind, remaining, timezone('Europe/Paris', expires_at) FROM lots WHERE source = 'subscription' AND remaining > 0"
        ).fetchall()
        assert {(kind, left) for kind, left, _ in lots} == set(MONTHLY.items())
        assert {end for _, _, end in lots} == {datetime.combine(date.fromisoformat(day), datetime.min.time())}
        end = owner.execute("SELECT period, period_ends_at FROM subscriptions").fetchone()
        assert end is not None
        assert end[0] == number
        clock.set(end[1] - timedelta(seconds=1))
        tick(jane.kernel.database.engine, pieces, clock.now())
        assert owner.execute("SELECT period FROM subscriptions").fetchone() == (number,)
        clock.set(end[1])
        tick(jane.kernel.database.engine, pieces, clock.now())
        tick(jane.kernel.database.engine, pieces, clock.now())
    assert owner.execute("SELECT count(*) FROM lots WHERE source = 'subscription'").fetchone() == (4 * (len(ends) + 1),)
    assert owner.execute("SELECT count(*) FROM lots WHERE source = 'registration'").fetchone() == (4,)


def test_months_that_were_slept_through_are_caught_up_without_a_gap(
    jane: Newcomer, owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    token = jane.join()["access_token"]
    mark_extension_seen(jane.kernel, account_of(owner))
    synchronise(jane.kernel, account_of(owner), MEMBER, "v")
    clock.advance(timedelta(days=100))
    tick(jane.kernel.database.engine, due_pieces(jane.kernel), clock.now())
    assert owner.execute("SELECT period FROM subscriptions").fetchone() == (4,)
    assert available(jane, token) == {kind: REGISTRATION[kind] + MONTHLY[kind] for kind in MONTHLY}
