"""Accounts and workspaces at the desk: found without a trace in an address, read in words, and acted on with a reason."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.accounts.grounds import all_grounds
from tests.lookup.conftest import Directory
from tests.ops.conftest import Person as Operator
from tests.subscriptions.conftest import Buyer, buyer, settings
from tests.workspaces.conftest import Person, ann, ben, cid, directory, person, pool

__all__ = ["ann", "ben", "buyer", "cid", "directory", "person", "pool", "settings"]

GROUND = "14.2.10"
WHY = "Details of 200 people were offered for sale."
Make = Callable[..., Operator]


def decide(who: Operator, of: Person, deed: str, **given: Any) -> Any:
    return who.send(f"/ops/accounts/{of.account_id}/decide/{deed}", **given)


def answer(who: Operator, of: Person, deed: str, **given: Any) -> Any:
    return who.send(f"/ops/accounts/{of.account_id}/answer/{deed}", **given)


def suspend(who: Operator, of: Person, **changed: str) -> Any:
    given = {"ground": GROUND, "reason": WHY, "phrase": f"suspend account {of.account_id}", **changed}
    return decide(who, of, "suspend", **given)


def state_of(owner: psycopg.Connection[Any], who: Person) -> Any:
    row = owner.execute("SELECT state FROM accounts WHERE account_id = %s", (who.account_id,)).fetchone()
    return row and row[0]


def lines(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT by, action, subject, reason FROM ops_log WHERE action !~ '^operator' ORDER BY entry_id").fetchall()


@pytest.mark.parametrize("how", ["email", "id", "number", "log", "capitals"])
def test_an_account_is_found_by_what_one_has_and_its_address_is_a_number(operator: Make, ben: Person, how: str) -> None:
    typed = {
        "email": f"  {ben.email} ",
        "capitals": ben.email.upper(),
        "id": ben.kernel.ids.encode("account", 0, ben.account_id),
        "number": str(ben.account_id),
        "log": f"account {ben.account_id}",
    }[how]
    found = operator(role="support").send("/ops/accounts/find", whom=typed)
    assert (found.status_code, found.headers["Location"]) == (303, f"/ops/accounts/{ben.account_id}")


def test_a_workspace_is_found_and_what_is_not_there_is_not(operator: Make, ann: Person) -> None:
    sue, number = operator("sue", "support"), ann.caller.workspace_id
    for typed in (f"workspace {number}", ann.kernel.ids.encode("workspace", 0, number)):
        assert sue.send("/ops/accounts/find", whom=typed).headers["Location"] == f"/ops/workspaces/{number}"
    for typed in ("nobody@nowhere.example", "", "account 99999", "workspace 99999", "a" * 26, "@", "\x00", "9" * 30):
        missing = sue.send("/ops/accounts/find", whom=typed)
        assert (missing.status_code, "There is no such account" in missing.text) == (404, True)


@pytest.mark.parametrize("path", ["/ops/accounts/99999", "/ops/workspaces/99999", "/ops/accounts/99999/decide/suspend",
                                  "/ops/accounts/99999/answer/ask", "/ops/cases/99999/1"])  # fmt: skip
def test_a_row_that_is_not_there_is_a_page_that_says_so(operator: Make, path: str) -> None:
    missing = operator().get(path)
    assert (missing.status_code, "There is nothing here" in missing.text) == (404, True)
    assert operator("otto").get("/ops/accounts/x").status_code == 404


def test_the_page_of_an_account_says_all_there_is(operator: Make, ben: Person, directory: Directory) -> None:
    assert ben.outcome("p0") == "revealed"
    page = operator(role="support").get(f"/ops/accounts/{ben.account_id}").text
    for shown in (ben.email, "can spend", "Nothing is in the way.", "Free", "registration", "with the account", "reveal",
                  "terms", "plan-sheet", "sign-up", "open still", "It was told nothing yet.", "a home of one"):  # fmt: skip
        assert shown in page, shown
    assert "/decide/" not in page  # support sees and answers; others decide
    assert "/answer/ask" in page


def test_what_is_in_the_way_is_said_in_words(operator: Make, person: Callable[..., Person], ben: Person) -> None:
    olga, new = operator(), person("new", "validated")
    assert "LinkedIn is not connected" in olga.get(f"/ops/accounts/{new.account_id}").text
    suspend(olga, ben)
    page = olga.get(f"/ops/accounts/{ben.account_id}").text
    assert "It is suspended." in page
    assert WHY in page
    assert all_grounds()[GROUND]["en"] in page
    assert "Il est suspendu." in olga.get(f"/ops/accounts/{ben.account_id}", "fr").text


def test_no_page_shows_the_door_that_opens_for_the_user_alone(operator: Make, ben: Person) -> None:
    olga = operator()
    suspend(olga, ben)
    page = olga.get(f"/ops/accounts/{ben.account_id}").text
    assert "Your Candor account is suspended" in page
    assert "/door/" not in page


def test_the_ledger_goes_on_by_cursor(operator: Make, ben: Person, directory: Directory, ann: Person, pool: Any) -> None:
    olga = operator()
    for number in range(60):
        pool(ann, phone=number + 1)
    address = f"/ops/workspaces/{ann.caller.workspace_id}"
    first = olga.get(address).text
    assert "+60" in first
    assert ">+5<" not in first
    [older] = {part.split('"')[0] for part in first.split(f"{address}?before=")[1:]}
    rest = olga.get(f"{address}?before={older.removesuffix('#ledger')}").text
    assert ">+5<" in rest
    assert "+60" not in rest


def test_suspending_asks_again_and_is_done_once(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    olga = operator()
    asked = olga.get(f"/ops/accounts/{ben.account_id}/decide/suspend")
    assert "The account stops working at once" in asked.text
    for wrong, said in (
        ({"phrase": "yes"}, "This is not what was to be typed"),
        ({"reason": " x "}, "Say why"),
        ({"ground": "10.4"}, "Choose an obligation"),
        ({"ground": ""}, "Choose an obligation"),
    ):
        refused = suspend(olga, ben, **wrong)
        assert (refused.status_code, said in refused.text) == (422, True), wrong
        assert wrong.get("reason", WHY) in refused.text  # what was typed is kept
    assert (state_of(owner, ben), lines(owner)) == ("active", [])
    done = suspend(olga, ben, phrase=f"  Suspend ACCOUNT {ben.account_id} ")
    assert (done.status_code, done.headers["Location"]) == (303, f"/ops/accounts/{ben.account_id}")
    again = suspend(olga, ben)
    assert (again.status_code, "Only an active account" in again.text) == (422, True)
    assert lines(owner) == [("olga", "account.suspend", f"account {ben.account_id}", WHY)]
    assert owner.execute("SELECT ground, opened_by FROM suspensions").fetchall() == [(GROUND, "olga")]
    assert ben.told()[0] == "suspended"


def test_support_decides_nothing(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    sue = operator("sue", "support")
    assert suspend(sue, ben).status_code == 403
    assert decide(sue, ben, "correct", phrase=f"correct credits of account {ben.account_id}").status_code == 403
    assert answer(sue, ben, "suspend", ground=GROUND, reason=WHY).status_code == 404
    assert (state_of(owner, ben), lines(owner)) == ("active", [])
    assert answer(sue, ben, "ask", question="Which company do you work for?", days="10", reason="doubt").status_code == 303
    assert "Which company do you work for?" in sue.get(f"/ops/accounts/{ben.account_id}").text


@pytest.mark.parametrize("given", [{"days": "0"}, {"days": "91"}, {"days": "x"}, {"question": " "}])
def test_a_question_without_words_or_days_is_not_asked(operator: Make, ben: Person, given: dict[str, str]) -> None:
    refused = answer(operator(), ben, "ask", **{"question": "Which company?", "days": "7", "reason": "doubt", **given})
    assert refused.status_code == 422
    assert ben.get("/v1/me/questions")["questions"] == []


def test_ending_an_account_shows_what_follows_and_is_for_good(operator: Make, ben: Person, owner: psycopg.Connection[Any]) -> None:
    olga = operator()
    follows = olga.get(f"/ops/accounts/{ben.account_id}/decide/terminate").text.split("in the words of a deletion")[1]
    assert "credits are lost" in follows
    assert "coded form" not in follows  # its row stays, so that whoever signs in is told why
    given = {"reason": "The password was sold.", "phrase": f"end account {ben.account_id}"}
    assert decide(olga, ben, "terminate", **{**given, "phrase": ""}).status_code == 422
    assert state_of(owner, ben) == "active"
    assert decide(olga, ben, "terminate", **given).status_code == 303
    assert state_of(owner, ben) == "terminated"
    assert decide(olga, ben, "terminate", **given).status_code == 422
    assert olga.get(f"/ops/accounts/{ben.account_id}").status_code == 200
    assert ben.call("GET", "/v1/me").status_code == 401


def test_misuse_ends_every_session(operator: Make, ben: Person) -> None:
    sue = operator("sue", "support")
    given = {"reason": "They wrote to us.", "phrase": f"end sessions of account {ben.account_id}"}
    assert answer(sue, ben, "compromised", **given).status_code == 303
    assert ben.call("GET", "/v1/me").status_code == 401
    page = sue.get(f"/ops/accounts/{ben.account_id}").text
    assert "<code>compromised</code>" in page
    assert "Misuse reported" in page


def test_credits_are_transferred_once_with_the_reason_in_both_ledgers(
    operator: Make, ann: Person, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    olga, left, there = operator(), ann.left(), ben.left()
    given = {"whose": "own", "to": ben.email, "kind": "phone", "amount": "3", "ref": "T-1", "reason": "Sent to the wrong account.",
             "phrase": f"transfer credits of account {ann.account_id}"}  # fmt: skip
    for wrong, said in (
        ({"to": "nobody@nowhere.example"}, "nobody to give them to"),
        ({"to": ann.email}, "nobody to give them to"),
        ({"amount": "-1"}, "Something is missing"),
        ({"amount": "0"}, "Something is missing"),
        ({"kind": "gold"}, "Something is missing"),
        ({"ref": ""}, "Something is missing"),
        ({"amount": "999"}, f"Only {left} are there"),
        ({"phrase": ""}, "not what was to be typed"),
    ):
        refused = decide(olga, ann, "transfer", **{**given, **wrong})
        assert (refused.status_code, said in refused.text) == (422, True), wrong
    assert decide(olga, ann, "transfer", **given).status_code == 303
    assert "done before" in decide(olga, ann, "transfer", **given).text
    assert (ann.left(), ben.left()) == (left - 3, there + 3)
    for who in (ann, ben):
        assert "exceptional transfer T-1: Sent to the wrong account." in olga.get(f"/ops/accounts/{who.account_id}").text
    [(by, action, subject, _)] = lines(owner)
    assert (by, action, subject.split(" from")[0]) == ("olga", "credits.transfer", "T-1: 3 phone")


def test_a_correction_grants_until_a_day_or_voids(operator: Make, ann: Person) -> None:
    olga, left = operator(), ann.left()
    given = {"whose": "own", "kind": "phone", "amount": "5", "ref": "C-1", "reason": "A month was missing.", "until": "2026-04-01",
             "phrase": f"correct credits of account {ann.account_id}"}  # fmt: skip
    for wrong, said in (
        ({"until": ""}, "Say until when"),
        ({"until": "2026-03-02"}, "That day is over"),
        ({"amount": "0"}, "Say how many"),
        ({"amount": "five"}, "Something is missing"),
    ):
        refused = decide(olga, ann, "correct", **{**given, **wrong})
        assert (refused.status_code, said in refused.text) == (422, True), wrong
    assert decide(olga, ann, "correct", **given).status_code == 303
    assert ann.left() == left + 5
    assert decide(olga, ann, "correct", **{**given, "amount": "-2", "ref": "C-2", "until": ""}).status_code == 303
    assert ann.left() == left + 3
    assert "1 April 2026 at 00:00" in olga.get(f"/ops/accounts/{ann.account_id}").text


def test_the_page_of_a_workspace_shows_its_premium_what_is_due_and_who_is_in_it(
    operator: Make, buyer: Callable[..., Buyer], ben: Person
) -> None:
    olga, kim = operator(), buyer("kim")
    due = kim.subscribe(seats=3)
    ben.join(kim)
    page = olga.get(f"/ops/workspaces/{kim.caller.workspace_id}").text
    for shown in (kim.email, ben.email, "2 of 3.", "Business", "no. 1", "subscription", "member"):
        assert shown in page, shown
    kim.pay(due, "failed")
    page = olga.get(f"/ops/workspaces/{kim.caller.workspace_id}").text
    assert "frozen" in page
    assert "failed" in page
    assert olga.get(f"/ops/accounts/{ben.account_id}").text.count("frozen") == 1


def test_breaches_and_formal_notices_stand_with_their_dates(operator: Make, ops_typed: Any, buyer: Callable[..., Buyer]) -> None:
    olga, kim = operator(), buyer("kim")
    kim.subscribe()
    assert ops_typed("breach", kim.email, "--clause", GROUND, reason=WHY).exit_code == 0
    typed = ["--from", "subscriber", "--cause", "breach", "--sent-at", "2026-03-02T09:00", "--registered-number", "1A 234"]
    assert ops_typed("formal-notice", kim.email, *typed, reason="Nothing was delivered.").exit_code == 0
    page = olga.get(f"/ops/workspaces/{kim.caller.workspace_id}").text
    for shown in (WHY, "23 March 2026", "the subscriber&#39;s own", "Nothing was delivered.", "1A 234", "17 March 2026"):
        assert shown in page, shown


@pytest.fixture
def ops_typed(operator: Make, kernel: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types `candor ops …` as somebody who runs Candor."""
    from click.testing import CliRunner

    from backend.ops_cli import ops_command

    operator("tess")
    monkeypatch.setattr("backend.kernel.ops.Settings", lambda: None)
    return lambda *words, reason: CliRunner().invoke(
        ops_command, [*words, "--by", "tess", "--reason", reason], obj=lambda _settings: kernel
    )
