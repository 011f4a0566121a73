"""What failed is paid again: by its admin, through the door of a suspension, and what of it is owed once the account is gone."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from backend.accounts import DebtAsked, DebtPaid
from backend.kernel.clock import MovableClock
from backend.subscriptions.debts import read_debt
from backend.subscriptions.interest import NoRate
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_renewal import start
from tests.subscriptions.test_returns import end_now

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]


def pay(buyer: Buyer, due: Any, means: str = "sepa_debit") -> Any:
    return buyer.post(f"/v1/subscription/payments/{due['payment_id']}/pay", {"means": means})


def enter_rates(owner: Owner) -> None:
    for half_year, percent in (("2026-H1", "2.62"), ("2025-H2", "2.76")):
        owner.execute("INSERT INTO legal_rates VALUES (%s, %s, 'invented', now())", (half_year, percent))


def delete_account(buyer: Buyer) -> None:
    phrase = buyer.get("/v1/me/deletion")["phrase"]
    deleted = buyer.call("POST", "/v1/me/deletion", {"phrase": phrase, "password": "nine-boats-under-the-moon"})
    assert deleted.status_code == 204, deleted.text


def debt_of(buyer: Buyer, workspace_id: int, at: str) -> tuple[Decimal, Decimal, Decimal]:
    """Unpaid, interest, indemnities."""
    with buyer.kernel.database.begin() as connection:
        debt = read_debt(connection, workspace_id, datetime.fromisoformat(at))
    nothing = Decimal("0.00")
    return debt.unpaid, sum((x.interest for x in debt.owed), nothing), sum((x.indemnity for x in debt.owed), nothing)


def test_a_debit_counts_again_when_it_is_submitted_and_a_wire_when_all_of_it_is_there(
    buyer: Buyers, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = buyer("ada")
    due = ada.subscribe("business", 1)
    for round_ in range(2):
        ada.pay(due, "failed")
        assert (ada.premium["state"], ada.pool(owner)) == ("frozen", {})
        again = pay(ada, due)
        assert (again.status_code, again.json["state"]) == (200, "submitted"), round_
        assert (ada.premium["state"], ada.pool(owner)["phone"]) == ("active", 200)
        assert pay(ada, due).json == again.json
    ada.pay(due, "failed")
    wired = pay(ada, due, "wire").json
    assert (wired["means"], wired["state"]) == ("wire", "failed")
    ada.pay(due, amount="94.79")
    assert ada.premium["state"] == "frozen"
    ada.pay(due, amount="0.01")
    assert (ada.premium["state"], ada.pool(owner)["phone"]) == ("active", 200)
    assert pay(ada, due).json["state"] == "paid"
    assert clean()


def test_nobody_pays_but_an_admin_of_the_workspace(buyer: Buyers) -> None:
    ada, eve, bob = buyer("ada"), buyer("eve"), buyer("bob", workspace=False)
    due = ada.subscribe("business", 2)
    ada.pay(due, "failed")
    bob.enter(ada)
    assert (pay(eve, due).status_code, pay(bob, due).status_code) == (404, 403)
    assert pay(eve, {"payment_id": "nothing"}).json["code"] == "payment-unknown"


def test_what_was_given_up_or_is_awaited_is_not_paid_so(buyer: Buyers) -> None:
    ada = buyer("ada")
    due = ada.subscribe("business", 1, means="wire")
    assert pay(ada, due).json["code"] == "payment-open"
    ada.pay(due, "failed")
    assert pay(ada, due).json["code"] == "payment-closed"


def test_at_the_door_an_admin_sees_the_debt_with_vat_and_pays_it(buyer: Buyers, owner: Owner) -> None:
    ada, bob = buyer("ada"), buyer("bob", workspace=False)
    due = ada.subscribe("starter", 2)
    bob.enter(ada)
    ada.pay(due, "failed")
    workspace_id = ada.caller.workspace_id
    with ada.kernel.database.begin() as connection:
        for lang, words in (("en", "Starter subscription, due on"), ("fr", "Abonnement Starter, dû le")):
            asked = DebtAsked(ada.account_id, workspace_id, lang)
            ada.kernel.events.emit(connection, asked)
            assert [(debt.reference, debt.amount) for debt in asked.debts] == [(due["payment_id"], Decimal("117.60"))]
            assert asked.debts[0].words.startswith(words)
        other = DebtAsked(bob.account_id, workspace_id, "en")
        ada.kernel.events.emit(connection, other)
        assert other.debts == []
        ada.kernel.events.emit(connection, DebtPaid(ada.account_id, workspace_id, due["payment_id"], "sepa_debit"))
    assert ada.premium["state"] == "active"
    assert ada.dues == [("start", "98.00", "submitted")]


@pytest.mark.clause("6.3.16")
def test_deleting_the_account_ends_a_premium_early_and_what_is_unpaid_of_the_running_period_stays_due(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner
) -> None:
    enter_rates(owner)
    clock.set(datetime.fromisoformat("2026-01-15T10:00:00+01:00"))
    ada, paid = buyer("ada"), buyer("pam")
    due = ada.subscribe("starter", 1)
    assert due["total"] == "58.80"
    ada.pay(due, "failed")
    paid.pay(paid.subscribe("starter", 1))
    owing, nothing = ada.caller.workspace_id, paid.caller.workspace_id
    clock.set(datetime.fromisoformat("2026-01-20T10:00:00+01:00"))
    delete_account(ada)
    delete_account(paid)
    ended = owner.execute("SELECT state, end_reason FROM premiums ORDER BY premium_id").fetchall()
    assert ended == [("ended", "terminated-early")] * 2
    assert debt_of(ada, nothing, "2026-06-30T10:00:00+02:00") == (Decimal("0.00"),) * 3
    assert debt_of(ada, owing, "2026-01-15T12:00:00+01:00") == (Decimal("58.80"), Decimal("0.00"), Decimal("0.00"))
    assert debt_of(ada, owing, "2026-01-25T12:00:00+01:00") == (Decimal("58.80"), Decimal("0.00"), Decimal("40.00"))
    # 12.86 % of 58.80 for the 37 days from 25 January to 2 March
    assert debt_of(ada, owing, "2026-03-03T12:00:00+01:00") == (Decimal("58.80"), Decimal("0.77"), Decimal("40.00"))

    clock.set(datetime.fromisoformat("2026-03-15T10:00:00+01:00"))
    yearly = buyer("yan")
    yearly.pay(yearly.subscribe("starter", 1, "year"))
    workspace_id = yearly.caller.workspace_id
    time.pass_to("2027-03-05T10:00:00+01:00")
    yearly.sign_in()
    delete_account(yearly)
    time.pass_to("2027-04-01T10:00:00+02:00")
    rows = owner.execute("SELECT what, state FROM dues WHERE workspace_id = %s", (workspace_id,)).fetchall()
    assert rows == [("start", "paid")]
    assert debt_of(ada, workspace_id, "2027-04-01T10:00:00+02:00")[0] == 0


def test_without_the_legal_rate_of_a_half_year_no_interest_is_worked_out(buyer: Buyers, clock: MovableClock, owner: Owner) -> None:
    enter_rates(owner)
    clock.set(datetime.fromisoformat("2026-06-15T10:00:00+02:00"))
    ada = buyer("ada")
    ada.pay(ada.subscribe("starter", 1), "failed")
    assert debt_of(ada, ada.caller.workspace_id, "2026-07-01T10:00:00+02:00")[1] > 0
    with pytest.raises(NoRate, match="2026-H2"):
        debt_of(ada, ada.caller.workspace_id, "2026-07-02T10:00:00+02:00")


def test_what_is_returned_of_an_unpaid_year_is_not_asked_for(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-01-15T10:00:00+01:00", "business", 1, "year")
    due = ada.get("/v1/subscription")["dues"][0]
    workspace_id = ada.caller.workspace_id
    time.pass_to("2026-06-20T10:00:00+02:00")
    assert end_now(ada) == Decimal("395.00")
    assert debt_of(ada, workspace_id, "2026-06-20T10:00:00+02:00")[0] == 0
    ada.pay(due, "failed")
    enter_rates(owner)
    assert debt_of(ada, workspace_id, "2026-06-20T10:00:00+02:00")[0] == Decimal("474.00")
    ada.pay(due, amount="474.00")
    assert debt_of(ada, workspace_id, "2026-06-20T10:00:00+02:00")[0] == 0
    assert owner.execute("SELECT state FROM dues").fetchall() == [("paid",)]
    assert clean()
    assert date(2026, 6, 20) == clock.now().date()
