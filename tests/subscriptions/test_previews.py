"""What a change is shown to do, before it is confirmed, is what it then does: to the cent, to the credit, to the second."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_renewal import start

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
Order = tuple[str, int, str]
SECOND = timedelta(seconds=1)
IN_TIME, LATE = "in time", "late"


def order_of(ada: Buyer) -> Order:
    """What runs now."""
    order = ada.premium["order"]
    return order["plan"], order["seats"], order["interval"]


def named(shown: Any) -> Order:
    """An order as a preview names it."""
    return shown["plan"], shown["seats"], shown["interval"]


CHANGES = [
    # begun, what runs, when it is changed, to what; now, for how much; later, and when; the price of a period from then on
    ("2026-03-15", ("starter", 2, "month"), "2026-04-14T23:59:59+02:00", ("business", 2, "month"),
     ("business", 2, "month"), "60.00", None, None, "158.00"),
    ("2026-03-15", ("starter", 2, "month"), "2026-03-20T10:00:00+01:00", ("starter", 5, "month"),
     ("starter", 5, "month"), "147.00", None, None, "245.00"),
    ("2026-03-15", ("business", 3, "month"), "2026-03-20T10:00:00+01:00", ("starter", 3, "month"),
     None, "0.00", ("starter", 3, "month"), "2026-04-14T22:00:00Z", "147.00"),
    ("2026-03-15", ("business", 3, "month"), "2026-04-13T10:00:00+02:00", ("business", 1, "month"),
     None, "0.00", ("business", 1, "month"), "2026-05-14T22:00:00Z", "79.00"),
    ("2026-03-15", ("starter", 3, "month"), "2026-03-20T10:00:00+01:00", ("business", 2, "year"),
     ("business", 3, "month"), "90.00", ("business", 2, "year"), "2026-04-14T22:00:00Z", "1580.00"),
    ("2026-01-31", ("starter", 1, "month"), "2026-02-27T23:59:59+01:00", ("starter", 1, "year"),
     None, "0.00", ("starter", 1, "year"), "2026-02-27T23:00:00Z", "490.00"),
    ("2026-01-15", ("starter", 1, "year"), "2026-06-20T10:00:00+02:00", ("business", 2, "year"),
     ("business", 2, "year"), "635.83", None, None, "1580.00"),
    ("2026-01-15", ("business", 2, "year"), "2026-12-15T22:59:59+00:00", ("starter", 2, "month"),
     None, "0.00", ("starter", 2, "month"), "2027-01-14T23:00:00Z", "98.00"),
    ("2026-01-15", ("organization", 1, "year"), "2026-12-15T23:00:00+00:00", ("starter", 4, "year"),
     ("organization", 4, "year"), "372.50", ("starter", 4, "year"), "2028-01-14T23:00:00Z", "1960.00"),
]  # fmt: skip


@pytest.mark.clause("7.3.1")
@pytest.mark.parametrize(("begun", "runs", "at", "wanted", "now", "amount", "later", "later_at", "next_price"), CHANGES)
def test_a_preview_is_what_then_happens(
    buyer: Buyers,
    clock: MovableClock,
    time: Time,
    owner: Owner,
    begun: str,
    runs: Order,
    at: str,
    wanted: Order,
    now: Order | None,
    amount: str,
    later: Order | None,
    later_at: str | None,
    next_price: str,
    clean: Callable[[], bool],
) -> None:
    ada = start(clock, buyer, f"{begun}T10:00:00+01:00", *runs)
    time.pass_to(at)
    ada.sign_in()
    ends_at, before, dues = ada.premium["period_ends_at"], ada.pool(owner), ada.dues
    seen = ada.preview(*wanted)
    assert (order_of(ada), ada.pool(owner), ada.dues) == (runs, before, dues)
    assert (seen["amount"], seen["later_at"], seen["next_price"]) == (amount, later_at, next_price)
    assert [named(shown) if shown else None for shown in (seen["now"], seen["later"])] == [now, later]

    done = ada.change(*wanted)
    assert done["change"] == seen
    assert (done["due"] or {}).get("amount") == (amount if now else None)
    assert order_of(ada) == (now or runs)
    gained = {kind: held - before.get(kind, 0) for kind, held in ada.pool(owner).items() if held != before.get(kind, 0)}
    assert gained == seen["credits"]
    assert (ada.premium["period_ends_at"], seen["period_ends_at"]) == (ends_at, ends_at)

    takes_force = datetime.fromisoformat(seen["later_at"] or ends_at)
    time.pass_to(takes_force - SECOND)
    ada.sign_in()
    assert order_of(ada) == (now or runs)
    kept = ada.pool(owner)
    time.pass_to(takes_force)
    assert order_of(ada) == wanted
    assert ada.dues[-1] == ("renewal", seen["next_price"], "submitted")
    renewed = owner.execute(
        "SELECT kind, sum(granted) FROM lots l JOIN premiums p USING (workspace_id)"
        " WHERE grant_key = 'premium:' || p.premium_id || ':' || p.period GROUP BY 1"
    ).fetchall()
    assert {kind: int(amount) for kind, amount in renewed} == seen["next_credits"]
    for kind, granted in seen["next_credits"].items():
        assert granted <= ada.pool(owner)[kind] <= granted + kept.get(kind, 0)
    assert clean()


@pytest.mark.clause("7.3.1")
@pytest.mark.parametrize(
    ("interval", "price", "ends"), [("month", "79.00", "2026-04-19T22:00:00Z"), ("year", "790.00", "2027-03-19T23:00:00Z")]
)
def test_from_freemium_to_premium_a_period_of_its_own_begins(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, interval: str, price: str, ends: str
) -> None:
    ada = buyer()
    freemium = owner.execute("SELECT started_on, period_ends_at FROM subscriptions").fetchone()
    time.pass_to("2026-03-20T10:00:00+01:00")
    ada.sign_in()
    quote = ada.quote("business", 1, interval).json
    assert quote is not None
    assert quote["price"] == price
    assert ada.accept(quote).json["amount"] == price  # type: ignore[index]
    assert (ada.premium["started_on"], ada.premium["period"], ada.premium["period_ends_at"]) == ("2026-03-20", 1, ends)
    assert owner.execute("SELECT started_on, period_ends_at FROM subscriptions").fetchone() == freemium
    assert str(freemium[0]) == "2026-03-02"  # type: ignore[index]
