"""What comes back to a subscriber, to the cent, and what does not."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from backend.subscriptions.endings import end_at_once, lock_to_end
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_renewal import start

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]


def end_now(buyer: Buyer, *, give_back: bool = True) -> Decimal:
    """The premium of somebody's workspace ends now."""
    with buyer.kernel.database.begin() as connection:
        premium = lock_to_end(connection, buyer.kernel, buyer.caller.workspace_id)
        assert premium is not None
        at = buyer.kernel.clock.now()
        return end_at_once(connection, buyer.kernel, premium, at, "update-refused", give_back=give_back)


@pytest.mark.parametrize(
    ("interval", "ended", "back"),
    [
        ("year", "2026-06-20T10:00:00+02:00", "395.00"),
        ("year", "2026-06-14T23:59:59+02:00", "460.83"),
        ("year", "2026-06-15T00:00:00+02:00", "395.00"),
        ("year", "2026-01-15T10:00:01+01:00", "724.17"),
        ("year", "2027-01-14T23:59:59+01:00", "0.00"),
        ("month", "2026-01-20T10:00:00+01:00", "0.00"),
    ],
)
def test_whole_months_that_have_not_begun_are_returned(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool], interval: str, ended: str, back: str
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1, interval)
    time.pass_to(ended)
    assert end_now(ada) == Decimal(back)
    rows = owner.execute("SELECT amount::text, reason, made_at FROM returns").fetchall()
    assert rows == ([] if back == "0.00" else [(back, "update-refused", datetime.fromisoformat(ended))])
    ada.sign_in()
    assert (ada.premium, ada.get("/v1/me")["plan"]["code"]) == (None, "free")
    assert owner.execute("SELECT state, end_reason FROM premiums").fetchall() == [("ended", "update-refused")]
    assert clean()


def test_nothing_is_returned_where_it_is_not_to_be(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1, "year")
    time.pass_to("2026-06-20T10:00:00+02:00")
    assert end_now(ada, give_back=False) == 0
    assert owner.execute("SELECT count(*) FROM returns").fetchone() == (0,)


def test_of_what_was_not_paid_the_months_not_begun_are_not_asked_for(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    clock.set(datetime.fromisoformat("2026-01-15T10:00:00+01:00"))
    ada = buyer("ada")
    due = ada.subscribe("business", 1, "year")
    ada.pay(due, "failed")
    time.pass_to("2026-06-20T10:00:00+02:00")
    assert end_now(ada) == 0
    assert owner.execute("SELECT amount::text FROM returns").fetchall() == [("395.00",)]
