"""GET /v1/credits/entries explains every credit: where it came from, when it goes, where it went."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.credits import freeze_grant, read_usage, void_lots
from backend.credits.due import Expiry
from backend.credits.tables import ACTIONS
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.lookup.conftest import Directory, Seller


def read(seller: Seller) -> list[dict[str, Any]]:
    answer = seller.client.get("/v1/credits/entries?limit=200", headers={"Authorization": f"Bearer {seller.token}"})
    return answer.json["entries"]  # type: ignore[index,no-any-return]


@pytest.mark.clause("9.1")
def test_every_line_says_what_it_did_to_which_kind_of_which_source_until_when_and_on_what(
    ann: Seller,
    directory: Directory,
    kernel: Kernel,
    clock: MovableClock,
) -> None:
    ledger = Ledger(kernel, directory.owner)
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    ledger.give(3, days=10, key="order:1", source="purchased", to=None)
    ledger.give(2, "export", days=3)
    person = ann.look_up("jan").json["person_id"]  # type: ignore[index]
    assert ann.reveal("jan").status_code == 200
    ledger.do(freeze_grant, WORKSPACE, "order:1", ledger.now, "debit failed")
    clock.advance(timedelta(days=3))
    tick(kernel.database.engine, [Expiry()], clock.now())
    ledger.do(void_lots, WORKSPACE, ledger.now, "subscription ended", account_id=None)
    lines = list(reversed(read(ann)))
    told = [(line["action"], line["kind"], line["delta"], line["balance"], line["source"], line["reason"]) for line in lines]
    assert told == [
        ("grant", "phone", 3, 3, "purchased", "purchased"),
        ("grant", "export", 2, 2, "subscription", "subscription"),
        ("reveal", "phone", -1, 2, "purchased", None),
        ("hold", "phone", -2, 0, "purchased", "debit failed"),
        ("expire", "export", -2, 0, "subscription", "expired"),
        ("release", "phone", 2, 2, "purchased", "subscription ended"),
        ("void", "phone", -2, 0, "purchased", "subscription ended"),
    ]
    assert all(line["action"] in ACTIONS for line in lines)
    assert [line["person_id"] for line in lines if line["action"] == "reveal"] == [person]
    # Every debit says what it was for: a person, or the reason for which nobody got it.
    assert all(line["person_id"] or line["reason"] for line in lines if line["delta"] < 0)
    ends = {line["source"]: line["expires_at"] for line in lines}
    assert ends == {"purchased": "2026-03-12T09:00:00Z", "subscription": "2026-03-05T09:00:00Z"}
    assert [line["by_me"] for line in lines if line["action"] == "reveal"] == [True]


def test_a_teammates_own_lots_are_not_shown_and_the_pools_are(
    ann: Seller,
    seller: Callable[..., Seller],
    directory: Directory,
    kernel: Kernel,
) -> None:
    ledger = Ledger(kernel, directory.owner)
    bob = seller(BOB)
    ledger.give(3, to=None)
    ledger.give(2, "export", to=BOB)
    assert [line["kind"] for line in read(ann)] == ["phone"]
    assert [line["kind"] for line in read(bob)] == ["export", "phone"]


def test_usage_is_counted_by_member_and_kind_between_two_instants(ledger: Ledger, clock: MovableClock) -> None:
    ledger.join(BOB)
    ledger.give(9, to=None)
    ledger.give(9, "export", to=None)
    start = ledger.now
    ledger.reveal(1, ("phone", "export"))
    ledger.reveal(2)
    clock.advance(timedelta(days=1))
    ledger.reveal(3)
    ledger.reveal(4, by=BOB)
    database = ledger.kernel.database
    assert read_usage(database, WORKSPACE, start, ledger.now) == {ANN.account_id: {"phone": 2, "export": 1}}
    assert read_usage(database, WORKSPACE, ledger.now, ledger.now + timedelta(days=1)) == {
        ANN.account_id: {"phone": 1},
        BOB.account_id: {"phone": 1},
    }
    assert read_usage(database, 8, start, ledger.now) == {}


@pytest.mark.clause("2.Credit.c")
def test_a_personal_address_costs_a_direct_email_credit_where_it_may_be_shown_and_nothing_where_not(
    ann: Seller, directory: Directory, kernel: Kernel
) -> None:
    ledger = Ledger(kernel, directory.owner)
    for name, country in (("us", "US"), ("fr", "FR")):
        directory.add(name, country=country, b2b_email=f"{name}@acme.example", direct_email=f"{name}@home.example")
    for kind in ("direct_email", "b2b_email", "phone"):
        ledger.give(5, kind)
    allowed = ann.reveal("us", "direct_email").json["results"]["direct_email"]  # type: ignore[index]
    assert (allowed["outcome"], allowed["charged"], allowed["left"]) == ("revealed", 1, 4)
    assert [value["value"] for value in allowed["values"]] == ["us@home.example"]
    blocked = ann.reveal("fr", "direct_email").json["results"]["direct_email"]  # type: ignore[index]
    assert (blocked["outcome"], blocked["charged"], blocked["left"], blocked["values"]) == ("blocked", 0, 4, [])
    assert [left for *_, left in ledger.left()] == [4, 5, 5]
