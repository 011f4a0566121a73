"""What is answered to a new price (10.2): accepted by button or silence, kept off, or the plan ended; never in mid-period."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.accounts.bounces import take_bounce
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.prices.conftest import (
    DAY,
    END,
    NOTICE,
    SECOND,
    START,
    Buyers,
    Owner,
    answer,
    answers,
    dearer,
    notices,
    paris,
    renewals,
)
from tests.subscriptions.sheets import NEXT, Sheets, plan_of


def test_a_mail_that_comes_back_after_silence_was_counted_takes_the_acceptance_back(
    ada: Buyer, announced: Sheets, kernel: Kernel, time: Time, owner: Owner
) -> None:
    time.pass_to(paris(END) - SECOND)
    assert [said for said, _, _ in answers(owner)] == ["tacit"]
    take_bounce(kernel, ada.email)
    time.pass_to(paris(END))
    assert renewals(ada) == ["98.00"]


@pytest.mark.clause("10.2.6", "10.2.9", "10.1.7")
def test_accepted_by_button_nothing_changes_before_the_renewal(
    ada: Buyer, announced: Sheets, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    assert answer(ada, "accept").json["code"] == "price-unchanged"
    time.pass_to(paris(END) - 10 * DAY)
    before = (ada.pool(owner), ada.premium["order"], ada.get("/v1/me")["plan"], ada.dues)
    shown = answer(ada, "accept")
    assert shown.status_code == 200
    assert shown.json == ada.premium["new_price"]
    assert (shown.json["state"], shown.json["old_price"], shown.json["new_price"]) == ("accepted", "98.00", "118.00")
    assert shown.json["from_at"] == shown.json["answer_until"] == "2026-04-14T22:00:00Z"
    accepted = [("accepted", ada.account_id, paris(END) - 10 * DAY)]
    assert answers(owner) == accepted
    time.pass_to(paris(END) - SECOND)
    assert (ada.pool(owner), ada.premium["order"], ada.get("/v1/me")["plan"], ada.dues) == before
    assert ada.premium["sheet"] == "2026-03"
    assert answer(ada, "accept").status_code == 200
    assert answers(owner) == accepted
    time.pass_to(paris(END))
    assert renewals(ada) == ["118.00"]
    assert (ada.premium["sheet"], ada.premium["order"]["price"]) == (NEXT, "118.00")
    assert ada.pool(owner)["phone"] == 240
    assert ada.premium["new_price"] is None
    assert answer(ada, "keep").json["code"] == "price-unchanged"
    assert clean()


@pytest.mark.clause("10.2.7")
def test_a_month_told_on_30_march_is_kept_for_twelve_renewals(ada: Buyer, announced: Sheets, time: Time, owner: Owner) -> None:
    time.pass_to(paris(NOTICE))
    for _ in range(2):
        shown = answer(ada, "keep").json
    assert (shown["state"], shown["keep_until"], shown["from_at"]) == ("kept", "2027-03-29T22:00:00Z", "2027-04-14T22:00:00Z")
    assert [said for said, _, _ in answers(owner)] == ["kept"]
    time.pass_to(paris("2027-03-15T00:00"))
    assert renewals(ada) == ["98.00"] * 12
    time.pass_to(paris("2027-03-30T00:00") - SECOND)
    assert notices(ada, "price-kept-ends-month") == []
    time.pass_to(paris("2027-03-31T00:00"))
    (text,) = notices(ada, "price-kept-ends-month")
    assert "15 April 2027" in text
    ada.sign_in()
    assert answer(ada, "keep").json["code"] == "price-keep-over"
    time.pass_to(paris("2027-04-15T00:00"))
    assert renewals(ada) == ["98.00"] * 12 + ["118.00"]


@pytest.mark.clause("10.2.7")
def test_a_year_told_on_14_february_is_kept_for_one_renewal(
    buyer: Buyers, clock: MovableClock, sheet_folder: Sheets, time: Time
) -> None:
    clock.set(paris("2026-03-31T10:00"))
    ada = buyer()
    ada.subscribe("starter", 1, "year")
    clock.set(paris("2026-06-01T10:00"))
    sheet_folder.announce(dearer, paris("2026-07-01T00:00"))
    time.pass_to(paris("2027-02-14T00:00"))
    ada.sign_in()
    assert answer(ada, "keep").json["keep_until"] == "2028-02-13T23:00:00Z"
    time.pass_to(paris("2027-03-31T00:00"))
    assert renewals(ada) == ["490.00"]
    time.pass_to(paris("2028-03-16T00:00"))
    assert len(notices(ada, "price-kept-ends-year")) == 1
    time.pass_to(paris("2028-03-31T00:00"))
    assert renewals(ada) == ["490.00", "590.00"]


def test_who_was_not_told_that_keeping_ends_keeps_until_told(ada: Buyer, announced: Sheets, time: Time, kernel: Kernel) -> None:
    time.pass_to(paris(NOTICE))
    answer(ada, "keep")
    time.pass_to(paris("2027-03-30T00:00"))
    take_bounce(kernel, ada.email)
    time.pass_to(paris("2027-05-15T00:00"))
    assert renewals(ada) == ["98.00"] * 13 + ["118.00"]
    assert len(notices(ada, "price-kept-ends-month")) == 2


@pytest.mark.clause("10.2.8")
def test_silence_counts_after_fifteen_days_and_is_taken_back_until_the_renewal(
    ada: Buyer, announced: Sheets, time: Time, owner: Owner
) -> None:
    time.pass_to(paris(NOTICE) + 15 * DAY - SECOND)
    assert answers(owner) == []
    assert ada.premium["new_price"]["state"] == "open"
    time.pass_to(paris(NOTICE) + 15 * DAY)
    assert answers(owner) == [("tacit", None, paris(NOTICE) + 15 * DAY)]
    assert ada.premium["new_price"]["state"] == "tacit"
    time.pass_to(paris(END) - SECOND)
    assert answer(ada, "keep").json["state"] == "kept"
    time.pass_to(paris(END))
    assert renewals(ada) == ["98.00"]
    assert [said for said, _, _ in answers(owner)] == ["tacit", "kept"]


@pytest.mark.clause("10.2.8")
def test_told_fifteen_days_before_silence_and_renewal_meet_and_silence_comes_first(
    ada: Buyer, sheet_folder: Sheets, time: Time, owner: Owner
) -> None:
    time.pass_to(paris("2026-04-30T00:00"))
    sheet_folder.announce(dearer, paris("2026-05-15T00:00"))
    time.work()
    time.pass_to(paris("2026-05-15T00:00") - SECOND)
    assert (answers(owner), renewals(ada)) == ([], ["98.00"])
    time.pass_to(paris("2026-05-15T00:00"))
    assert answers(owner) == [("tacit", None, paris("2026-05-15T00:00"))]
    assert renewals(ada) == ["98.00", "118.00"]


@pytest.mark.clause("10.2.8")
@pytest.mark.parametrize(("interval", "end"), [("month", "2026-04-15T00:00"), ("year", "2027-03-15T00:00")])
def test_not_renewed_one_second_before_it_ends_and_nothing_is_billed(
    buyer: Buyers, clock: MovableClock, sheet_folder: Sheets, time: Time, owner: Owner, interval: str, end: str
) -> None:
    clock.set(paris(START))
    ada = buyer()
    ada.subscribe("starter", 1, interval)
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.pass_to(paris(end) - SECOND)
    assert [said for said, _, _ in answers(owner)] == ["tacit"]
    ada.sign_in()
    assert ada.end() == {"ends_at": ada.premium["period_ends_at"], "in_time": True}
    assert ada.premium["new_price"] is None
    assert answer(ada, "accept").json["code"] == "price-unchanged"
    time.pass_to(paris(end) + DAY)
    assert owner.execute("SELECT what FROM dues").fetchall() == [("start",)]
    assert owner.execute("SELECT state, ended_at FROM premiums").fetchall() == [("ended", paris(end))]


def test_the_answer_may_be_changed_and_changed_back(ada: Buyer, announced: Sheets, time: Time, owner: Owner) -> None:
    time.pass_to(paris(NOTICE))
    for said in ("keep", "accept", "accept", "keep"):
        assert answer(ada, said).status_code == 200
    assert [said for said, _, _ in answers(owner)] == ["kept", "accepted", "kept"]
    assert ada.post("/v1/subscription/price", {"answer": "perhaps"}).status_code == 422
    time.pass_to(paris("2026-06-20T00:00"))
    assert answer(ada, "accept").json["from_at"] == "2026-07-14T22:00:00Z"
    time.pass_to(paris("2026-07-15T00:00"))
    assert renewals(ada) == ["98.00"] * 3 + ["118.00"]


def test_members_do_not_answer(ada: Buyer, announced: Sheets, buyer: Buyers, time: Time) -> None:
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    time.pass_to(paris(NOTICE))
    refused = answer(bob, "accept")
    assert (refused.status_code, refused.json["code"]) == (403, "admin-required")
    assert notices(bob) == []


def test_a_price_nobody_was_told_does_not_come_with_a_change_of_plan(ada: Buyer, announced: Sheets, time: Time) -> None:
    def both(whole: dict[str, Any]) -> None:
        dearer(whole)
        plan_of(whole, "business")["price"] = "99.00"

    announced.announce(both, paris("2026-04-02T00:00"), "2026-05")
    time.pass_to(paris(NOTICE) + DAY)
    answer(ada, "accept")
    ada.change("business", 2)
    time.pass_to(paris(END))
    assert renewals(ada) == ["158.00"]
    time.pass_to(paris("2026-05-15T00:00"))
    assert renewals(ada) == ["158.00", "198.00"]


def test_a_preview_names_the_price_that_then_comes(ada: Buyer, announced: Sheets, time: Time) -> None:
    assert ada.preview("starter", 3)["next_price"] == "147.00"
    time.pass_to(paris(NOTICE))
    answer(ada, "keep")
    assert ada.preview("starter", 3)["next_price"] == "147.00"
    answer(ada, "accept")
    found = ada.preview("starter", 3)
    assert (found["amount"], found["next_price"], found["next_credits"]["phone"]) == ("49.00", "177.00", 360)
    assert ada.preview("business", 3)["next_price"] == "237.00"
    ada.change("starter", 3)
    time.pass_to(paris(END))
    assert renewals(ada) == ["177.00"]
