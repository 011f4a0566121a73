"""GET /v1/me/export: everything about me, and nothing about anybody else's account."""

import json
from typing import Any

from tests.accounts.standing.conftest import Ops, Person
from tests.lookup.conftest import Directory


def export_of(who: Person) -> Any:
    answer = who.call("GET", "/v1/me/export")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return json.loads(answer.text)


def test_everything_about_me_is_in_one_file(ann: Person, ben: Person, directory: Directory, ops: Ops) -> None:
    ben.join(ann)
    assert ben.outcome("p0") == "revealed"
    assert ann.outcome("p1") == "revealed"
    ops("ask", ben.email, "--question", "Which company?")
    mine = export_of(ben)
    assert set(mine) == {
        "exported_at", "account", "sessions", "linkedin", "workspace", "messages", "questions", "cases", "suspensions", "actions",
        "acceptances", "helpdesk", "credits", "ledger", "reveals", "shared", "reports", "robot_score",
    }  # fmt: skip
    assert mine["account"]["email"] == ben.email
    assert mine["workspace"]["name"] == "Acme Sales"
    assert mine["workspace"]["role"] == "member"
    assert {each["document"] for each in mine["acceptances"]} >= {"terms", "privacy"}
    assert mine["linkedin"][0]["picture_present"] is True
    assert len(mine["sessions"]) == 2
    assert "identity-question" in [each["code"] for each in mine["messages"]]
    assert mine["questions"][0]["question"] == "Which company?"
    assert mine["credits"]["phone"] == ben.left()
    assert [(each["kind"], each["values"][0]["value"]) for each in mine["reveals"]] == [("phone", "+31970102000")]
    assert [entry["action"] for entry in mine["ledger"]].count("reveal") == 1
    assert ann.email not in json.dumps({name: mine[name] for name in mine if name != "messages"})


def test_the_value_of_somebody_who_objected_is_not_in_it(ben: Person, directory: Directory) -> None:
    assert ben.outcome("p0") == "revealed"
    directory.owner.execute("UPDATE people SET hidden_at = now()")
    [revealed] = export_of(ben)["reveals"]
    assert (revealed["kind"], revealed["values"]) == ("phone", [])
