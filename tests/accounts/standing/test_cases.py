"""Doubts about who somebody is: signals make a case for a person to look at, and never a suspension (6.1.6 to 6.1.10, X28)."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from backend.accounts.cases import read_cases
from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.provider import Member
from backend.accounts.rules import shares_a_word
from backend.accounts.synchronising import synchronise
from tests.accounts.standing.conftest import Ops, Person, state_of, texts_to
from tests.workspaces.conftest import code_of


def sync(who: Person, name: str = "Ben Miller", email: str | None = None, *, picture: bool = True, verified: bool = True) -> None:
    """Synchronise again, as the member that the account has been from the beginning."""
    found = Member("sub-ben", picture, email or who.email, verified, name)
    synchronise(who.kernel, who.account_id, found, CONSENT_VERSION)


def cases_of(who: Person) -> list[tuple[str, str, tuple[str, ...]]]:
    with who.kernel.database.begin() as connection:
        return [(case.kind, case.state, case.signals) for case in read_cases(connection, who.kernel, who.account_id)]


@pytest.mark.clause("6.1.8", "6.1.9")
def test_another_name_and_another_email_make_one_case_and_no_suspension(ben: Person, owner: psycopg.Connection[Any]) -> None:
    sync(ben, "Wanda Quill", ben.email)
    sync(ben, "Ben Miller", "private@elsewhere.example")
    assert cases_of(ben) == []
    for _ in range(2):
        sync(ben, "Wanda Quill", "wanda@elsewhere.example")
    assert cases_of(ben) == [("not-the-user", "open", ("another name", "another email"))]
    assert state_of(owner, ben) == "active"
    assert ben.call("GET", "/v1/me").status_code == 200
    kept = owner.execute("SELECT c::text FROM cases c").fetchone()
    assert kept is not None
    assert "Wanda" not in kept[0]


@pytest.mark.clause("6.1.9")
@pytest.mark.parametrize(
    ("name", "email", "shared"),
    [
        ("Zoé Lefèvre", "zoe.lefevre@acme.example", True),
        ("Lefèvre Zoé", "z.lefevre@acme.example", True),
        ("Zoé Lefèvre Martin", "zlefevre@acme.example", True),
        ("ÉLODIE", "elodie@acme.example", True),
        ("Jane Doe", "sales@acme.example", False),
        ("Jane Doe", "jane@acme.example", True),
        ("Jane Doe", "j.smith@doe.example", False),
        ("李 娜", "li.na@acme.example", True),
        ("", "jane@acme.example", True),
    ],
)
def test_accents_order_and_a_second_surname_make_no_doubt(name: str, email: str, shared: bool) -> None:
    assert shares_a_word(name, email) is shared


@pytest.mark.clause("6.1.10")
def test_three_signals_of_a_fake_linkedin_account_make_one_case(ben: Person, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    sync(ben, picture=False, verified=False)
    assert cases_of(ben) == []
    assert ops("ask", ben.email, "--question", "Does your LinkedIn account have contacts?").exit_code == 0
    [asked] = ben.get("/v1/me/questions")["questions"]
    for _ in range(2):
        answered = ben.call("POST", f"/v1/me/questions/{asked['question_id']}", {"answer": "Not yet.", "contacts": False})
        assert answered.status_code == 204
    assert cases_of(ben) == [("fake", "open", ("no picture", "email unverified", "no contacts"))]
    assert state_of(owner, ben) == "active"
    assert {each.name for each in fields(Member)} == {"sub", "picture_present", "email", "email_verified", "name"}


def test_operators_may_look_for_themselves(ben: Person, ops: Ops) -> None:
    sync(ben, picture=False)
    assert ops("look", ben.email, "--no-activity").exit_code == 0
    assert cases_of(ben) == []
    assert ops("look", ben.email, "--no-contacts").exit_code == 0
    assert cases_of(ben) == [("fake", "open", ("no picture", "no contacts", "no activity"))]
    assert ops("close-case", ben.email, "fake").exit_code == 0
    assert ops("close-case", ben.email, "fake").exit_code == 1
    assert [state for _, state, _ in cases_of(ben)] == ["closed"]


@pytest.mark.clause("6.1.6")
def test_a_question_of_operators_stands_in_the_account_until_it_is_answered(ben: Person, ann: Person, ops: Ops) -> None:
    assert ops("ask", ben.email, "--question", "Which company do you work for?", "--days", "10").exit_code == 0
    [asked] = ben.get("/v1/me/questions")["questions"]
    assert (asked["question"], asked["answer"]) == ("Which company do you work for?", None)
    assert datetime.fromisoformat(asked["answer_by"]) == datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
    assert ben.told()[0] == "identity-question"
    assert "Which company do you work for?" in texts_to(ben)
    path = f"/v1/me/questions/{asked['question_id']}"
    assert code_of(ann.call("POST", path, {"answer": "Mine."})) == (404, "not-found")
    assert ben.call("POST", path, {"answer": "Ben's Boats."}).status_code == 204
    [closed] = ben.get("/v1/me/questions")["questions"]
    assert closed["answer"] == "Ben's Boats."
    assert cases_of(ben) == []
