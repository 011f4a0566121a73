"""A new price (10.2): planned for everybody it concerns, told on both channels ahead of a renewal, or it does not apply then."""

from datetime import datetime
from typing import Any

import pytest

from backend.accounts.bounces import take_bounce
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.ops import read_tasks
from backend.subscriptions.revision_notices import PriceRevisions
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.prices.conftest import (
    DAY,
    END,
    LAST,
    NOTICE,
    SECOND,
    START,
    Buyers,
    Owner,
    answers,
    dearer,
    hold_mail,
    letters,
    notices,
    paris,
    queued,
    renewals,
)
from tests.subscriptions.sheets import NEXT, Sheets


@pytest.mark.clause("10.2.1")
def test_a_new_sheet_is_for_new_quotes_and_plans_a_notice_for_everybody_it_concerns(
    ada: Buyer, buyer: Buyers, sheet_folder: Sheets, time: Time, owner: Owner, clock: MovableClock
) -> None:
    bob, cleo = buyer("bob"), buyer("cleo")
    bob.subscribe("business", 1)
    cleo.subscribe("starter", 1, "year")
    clock.set(paris("2026-03-16T09:00"))
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.work()
    assert queued(owner) == [
        (ada.caller.workspace_id, NEXT, "planned", paris(NOTICE)),
        (bob.caller.workspace_id, NEXT, "unaffected", None),
        (cleo.caller.workspace_id, NEXT, "planned", paris("2027-01-29T00:00")),
    ]
    time.pass_to(paris("2026-04-01T00:00"))
    for someone in (ada, bob, cleo):
        assert someone.premium["sheet"] == "2026-03"
    assert ada.premium["order"]["price"] == "98.00"
    dan = buyer("dan")
    quote = dan.quote("starter", 2).json
    assert (quote["sheet"], quote["price"]) == (NEXT, "118.00")  # type: ignore[index]
    time.pass_to(paris("2026-06-01T00:00"))
    assert renewals(bob) == ["79.00", "79.00"]
    assert bob.premium["sheet"] == "2026-03"


@pytest.mark.clause("10.2.2", "10.2.3", "10.2.4")
@pytest.mark.parametrize(
    ("mailed", "price"),
    [(paris(NOTICE), "118.00"), (paris(LAST), "118.00"), (paris(LAST) + SECOND, "98.00")],
)
def test_the_new_price_needs_both_channels_fifteen_days_before_the_renewal(
    ada: Buyer, announced: Sheets, kernel: Kernel, clock: MovableClock, time: Time, owner: Owner, mailed: datetime, price: str
) -> None:
    time.pass_to(paris(NOTICE) - SECOND)
    assert notices(ada) == letters(kernel, ada.email, "new price") == []
    assert ada.premium["new_price"] is None
    hold_mail(kernel, clock, mailed)
    assert len(notices(ada)) == len(letters(kernel, ada.email, "new price")) == 1
    time.pass_to(paris(END))
    assert renewals(ada) == [price]
    assert [said for said, _, _ in answers(owner)] == (["tacit"] if price == "118.00" else [])
    # Where it was too late it is tried again for the next renewal, and then it is in time.
    time.pass_to(paris("2026-05-15T00:00"))
    assert renewals(ada) == [price, "118.00"]
    assert len(notices(ada)) == (1 if price == "118.00" else 2)


@pytest.mark.clause("10.2.2", "10.2.3", "10.2.4")
@pytest.mark.parametrize("missing", ["bounced", "mail", "account"])
def test_one_channel_alone_is_no_notice_and_silence_no_acceptance(
    ada: Buyer, announced: Sheets, kernel: Kernel, clock: MovableClock, time: Time, owner: Owner, missing: str
) -> None:
    if missing == "mail":
        hold_mail(kernel, clock, paris(END) + DAY)
        clock.set(paris(NOTICE))
        owner.execute("UPDATE messages SET mailed_at = NULL WHERE code = 'price-changes-month'")
    else:
        time.pass_to(paris(NOTICE))
        assert len(notices(ada)) == 1
    if missing == "bounced":
        take_bounce(kernel, ada.email)
    if missing == "account":
        owner.execute("DELETE FROM messages WHERE code = 'price-changes-month'")
    time.pass_to(paris(END))
    assert renewals(ada) == ["98.00"]
    assert answers(owner) == []
    assert ada.premium["sheet"] == "2026-03"


def test_a_year_is_told_forty_five_days_ahead(
    buyer: Buyers, clock: MovableClock, sheet_folder: Sheets, time: Time, kernel: Kernel
) -> None:
    clock.set(paris("2026-03-31T10:00"))
    ada = buyer()
    ada.subscribe("starter", 1, "year")
    clock.set(paris("2026-06-01T10:00"))
    sheet_folder.announce(dearer, paris("2026-07-01T00:00"))
    time.pass_to(paris("2027-02-14T00:00") - SECOND)
    assert notices(ada, "price-changes-year") == []
    time.pass_to(paris("2027-02-14T00:00"))
    (text,) = notices(ada, "price-changes-year")
    for said in ("€490.00", "€590.00", "31 March 2027", "14 February 2028", "1 March 2027", f"/plan-sheet/{NEXT}"):
        assert said in text
    time.pass_to(paris("2027-03-31T00:00"))
    assert renewals(ada) == ["590.00"]


def test_every_admin_is_told_and_one_who_was_reached_is_enough(
    ada: Buyer, announced: Sheets, buyer: Buyers, time: Time, kernel: Kernel
) -> None:
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    (member,) = [each for each in ada.get("/v1/workspace")["members"] if each["role"] == "member"]
    assert ada.call("PUT", f"/v1/workspace/members/{member['member_id']}", {"role": "admin"}).status_code == 204
    time.pass_to(paris(NOTICE))
    assert len(notices(ada)) == len(notices(bob)) == 1
    take_bounce(kernel, ada.email)
    time.pass_to(paris(END))
    assert renewals(bob) == ["118.00"]


def test_what_could_not_go_in_time_goes_at_once_and_is_for_the_renewal_after(
    ada: Buyer, announced: Sheets, clock: MovableClock, time: Time
) -> None:
    clock.set(paris(END) - 12 * DAY)  # nobody worked for some days
    time.work()
    (text,) = notices(ada)
    assert "15 May 2026" in text
    time.pass_to(paris("2026-05-15T00:00"))
    assert renewals(ada) == ["98.00", "118.00"]
    assert len(notices(ada)) == 1


def test_a_year_is_not_told_so_early_that_nothing_could_be_kept(
    buyer: Buyers, clock: MovableClock, sheet_folder: Sheets, time: Time
) -> None:
    clock.set(paris("2026-03-31T10:00"))
    ada = buyer()
    ada.subscribe("starter", 1, "year")
    time.pass_to(paris("2027-03-20T00:00"))
    sheet_folder.announce(dearer, paris("2027-04-05T00:00"))
    time.pass_to(paris("2028-02-15T00:00") - SECOND)
    assert notices(ada, "price-changes-year") == []
    time.pass_to(paris("2028-02-15T00:00"))
    assert len(notices(ada, "price-changes-year")) == 1


def test_a_premium_taken_out_on_an_older_quote_is_told_like_the_others(
    buyer: Buyers, clock: MovableClock, sheet_folder: Sheets, time: Time, owner: Owner
) -> None:
    clock.set(paris(START))
    ada = buyer()
    quote = ada.quote("starter", 1).json
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.pass_to(paris("2026-04-02T10:00"))
    assert ada.accept(quote).status_code == 201
    assert queued(owner) == [(ada.caller.workspace_id, NEXT, "planned", paris("2026-04-16T00:00"))]
    time.pass_to(paris("2026-05-02T00:00"))
    assert renewals(ada) == ["59.00"]


def test_a_newer_sheet_overtakes_what_was_not_settled(ada: Buyer, announced: Sheets, time: Time, owner: Owner) -> None:
    def back(_whole: dict[str, Any]) -> None:
        """As it was."""

    time.pass_to(paris(NOTICE))
    announced.announce(back, paris("2026-04-14T00:00"), "2026-05")
    time.pass_to(paris(END))
    assert renewals(ada) == ["98.00"]
    time.pass_to(paris("2026-07-15T00:00"))
    assert renewals(ada) == ["98.00"] * 4


def test_a_plan_that_is_offered_no_longer_goes_on_as_it_is_and_somebody_looks(
    ada: Buyer, sheet_folder: Sheets, time: Time, kernel: Kernel
) -> None:
    def without_starter(whole: dict[str, Any]) -> None:
        whole["plans"] = [plan for plan in whole["plans"] if plan["code"] != "starter"]

    sheet_folder.announce(without_starter, paris("2026-04-01T00:00"))
    time.pass_to(paris("2026-05-20T00:00"))
    assert renewals(ada) == ["98.00", "98.00"]
    with kernel.database.begin() as connection:
        assert [task.code for task in read_tasks(connection) if task.code == "plan-withdrawn"] == ["plan-withdrawn"]


def test_every_step_may_be_killed_and_done_again(
    ada: Buyer, announced: Sheets, time: Time, kernel: Kernel, clock: MovableClock, owner: Owner
) -> None:
    piece, engine = PriceRevisions(kernel), kernel.database.engine
    for at in (paris(NOTICE), paris(NOTICE) + 15 * DAY):
        time.pass_to(at - SECOND)
        clock.set(at)
        with engine.connect() as connection:
            assert piece.run(connection, at)
            connection.rollback()
        for _ in range(2):
            time.work()
    assert len(notices(ada)) == 1
    assert [said for said, _, _ in answers(owner)] == ["tacit"]
