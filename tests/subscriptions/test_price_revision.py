"""A new price (10.2): told on both channels ahead of a renewal, accepted by button or silence, or kept off; never in mid-period."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from backend.accounts.bounces import take_bounce
from backend.accounts.due import MessageMail
from backend.app import due_pieces
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.mail import read_mailbox
from backend.kernel.ops import read_tasks
from backend.subscriptions.revision_notices import PriceRevisions
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.sheets import NEXT, Sheets, plan_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
START = "2026-03-15T10:00"
NOTICE, LAST, END = "2026-03-30T00:00", "2026-03-31T00:00", "2026-04-15T00:00"
"""Of a month begun on 15 March: when the notice goes, until when it must be there, and when the month ends."""


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris"))


def dearer(whole: dict[str, Any]) -> None:
    """Starter: 59 euros instead of 49, 120 phone credits instead of 100."""
    plan_of(whole, "starter").update(price="59.00")
    plan_of(whole, "starter")["grants"]["phone"] = 120


@pytest.fixture
def ada(buyer: Buyers, clock: MovableClock) -> Buyer:
    """Two seats of Starter by the month, from 15 March on: 98 euros."""
    clock.set(paris(START))
    made = buyer()
    made.subscribe("starter", 2)
    return made


@pytest.fixture
def announced(ada: Buyer, sheet_folder: Sheets, time: Time) -> Sheets:
    """The next day a dearer sheet is announced, in force from 1 April."""
    time.pass_to(paris("2026-03-16T09:00"))
    sheet_folder.announce(dearer, paris("2026-04-01T00:00"))
    time.work()
    return sheet_folder


def answer(someone: Buyer, said: str) -> Any:
    return someone.post("/v1/subscription/price", {"answer": said})


def renewals(someone: Buyer) -> list[str]:
    return [amount for what, amount, _ in someone.dues if what == "renewal"]


def queued(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT workspace_id, sheet, state, due_at FROM price_revisions ORDER BY 1").fetchall()


def answers(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT answer, account_id, at FROM price_answers ORDER BY answer_id").fetchall()


def notices(someone: Buyer, code: str = "price-changes-month") -> list[str]:
    """What stands in the account of a code, oldest first."""
    return [each["text"] for each in someone.get("/v1/messages")["messages"] if each["code"] == code][::-1]


def letters(kernel: Kernel, to: str, words: str) -> list[str]:
    with kernel.database.begin() as connection:
        sent = [each.letter for each in read_mailbox(connection, kernel.sealer)]
    return [letter.text for letter in sent if letter.to == to and words in letter.subject]


def hold_mail(kernel: Kernel, clock: MovableClock, until: datetime) -> None:
    """The notice is written, and its mail leaves at `until` only."""
    clock.set(paris(NOTICE))
    assert tick(kernel.database.engine, [PriceRevisions(kernel)], clock.now()).done == 1
    clock.set(until)
    pieces = [piece for piece in due_pieces(kernel) if isinstance(piece, MessageMail) or piece.name == "mail"]
    assert len(pieces) == 2
    tick(kernel.database.engine, pieces, clock.now())


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


def test_a_mail_that_comes_back_after_silence_was_counted_takes_the_acceptance_back(
    ada: Buyer, announced: Sheets, kernel: Kernel, time: Time, owner: Owner
) -> None:
    time.pass_to(paris(END) - SECOND)
    assert [said for said, _, _ in answers(owner)] == ["tacit"]
    take_bounce(kernel, ada.email)
    time.pass_to(paris(END))
    assert renewals(ada) == ["98.00"]


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
    assert ada.call("PUT", f"/v1/workspace/members/{member['member_id']}", {"role": "admin"}).status_code == 200
    time.pass_to(paris(NOTICE))
    assert len(notices(ada)) == len(notices(bob)) == 1
    take_bounce(kernel, ada.email)
    time.pass_to(paris(END))
    assert renewals(bob) == ["118.00"]


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


def test_a_sheet_announced_too_late_is_told_at_once_for_the_renewal_after(
    ada: Buyer, sheet_folder: Sheets, time: Time, owner: Owner
) -> None:
    time.pass_to(paris("2026-05-03T00:00"))
    sheet_folder.announce(dearer, paris("2026-05-18T00:00"))
    time.work()
    (text,) = notices(ada)
    assert "15 June 2026" in text
    time.pass_to(paris("2026-06-15T00:00"))
    assert renewals(ada) == ["98.00", "98.00", "118.00"]
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
