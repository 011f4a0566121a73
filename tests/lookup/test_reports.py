"""Details reported wrong: only what was paid for, looked at by a person, closed and rewarded when confirmed, told either way."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.directory import close_wrong
from backend.kernel import Kernel
from backend.kernel.messages import read_messages, render
from backend.lookup.answering import Answered, confirm_report, find_report
from tests.conftest import Ops
from tests.credits.races import together
from tests.directory.conftest import Directory as Imports
from tests.lookup.conftest import Directory, profile
from tests.workspaces.conftest import Person, code_of, person

__all__ = ["person"]

People = Callable[..., Person]
Owner = psycopg.Connection[Any]
MAIL, PHONE = "jan@molen.example", "+31970102001"
SAID = "A bakery answers, and has for years."


@pytest.fixture
def sam(person: People, directory: Directory) -> Person:
    """Sam, who has revealed the phone of Jan, of whom a work email is known as well."""
    directory.add("jan", b2b_email=MAIL, phone=PHONE)
    made = person("sam")
    assert made.outcome("jan") == "revealed"
    return made


def id_of(who: Person, vanity: str) -> str:
    return str(who.call("POST", "/v1/lookups", {"profile": profile(vanity)}).json["person_id"])  # type: ignore[index]


def report(who: Person, vanity: str = "jan", kind: str = "phone", wrong: str = "another-person", **more: Any) -> Any:
    return who.call("POST", "/v1/reports", {"person_id": id_of(who, vanity), "kind": kind, "wrong": wrong, **more})


def names(ops: Ops) -> list[str]:
    """What the reports that wait are called."""
    return [line.split()[0] for line in ops("reports").output.splitlines() if "/" in line.split()[0]]


def test_what_was_paid_for_can_be_reported_once_while_the_report_is_open(sam: Person, owner: Owner) -> None:
    first = report(sam, text=f"  {SAID} ")
    assert first.status_code == 201
    assert first.json == {
        "report_id": first.json["report_id"], "person_id": id_of(sam, "jan"), "kind": "phone", "wrong": "another-person",
        "text": SAID, "state": "open", "reported_at": "2026-03-02T09:00:00Z", "answered_at": None,
    }  # fmt: skip
    again = report(sam, wrong="old")
    assert (again.status_code, again.json) == (201, first.json)
    assert sam.get("/v1/reports")["reports"] == [first.json]
    [(row,)] = owner.execute("SELECT detail_reports::text FROM detail_reports").fetchall()
    assert "bakery" not in row


def test_reports_of_one_detail_at_once_are_one(sam: Person) -> None:
    given = together([lambda: report(sam).json["report_id"] for _ in range(6)], sam.kernel.database.close)
    assert len(set(given)) == 1
    assert len(sam.get("/v1/reports")["reports"]) == 1


def test_what_was_not_paid_for_or_is_not_shown_cannot_be_reported(
    sam: Person,
    person: People,
    directory: Directory,
    owner: Owner,
) -> None:
    eve = person("eve")
    assert code_of(report(sam, kind="b2b_email")) == (409, "detail-not-shown")
    assert code_of(report(sam, kind="direct_email")) == (409, "detail-not-shown")
    assert code_of(report(eve)) == (409, "detail-not-shown")
    foreign = {"person_id": id_of(eve, "jan"), "kind": "phone", "wrong": "old"}
    for asked in (foreign, foreign | {"person_id": "nobody"}):
        assert code_of(sam.call("POST", "/v1/reports", asked)) == (404, "person-unknown")
    mine = foreign | {"person_id": id_of(sam, "jan")}
    for wrong in ({"kind": "export"}, {"wrong": "ugly"}, {"text": "x" * 501}):
        assert code_of(sam.call("POST", "/v1/reports", mine | wrong)) == (422, "invalid-body")
    owner.execute("UPDATE facts SET closed_at = now(), closed_reason = 'replaced' WHERE field = 'phone'")
    assert code_of(sam.call("POST", "/v1/reports", mine)) == (409, "detail-not-shown")
    assert sam.get("/v1/reports")["reports"] == []


@pytest.mark.clause("9.5", "9.23")
def test_a_confirmed_report_closes_the_value_rewards_its_reporter_and_says_so(
    sam: Person, ops: Ops, directory: Directory, owner: Owner
) -> None:
    report(sam, text=SAID)
    before = sam.left()
    [name] = names(ops)
    shown = ops("report", name).output
    assert SAID in shown
    assert PHONE in shown
    done = ops("confirm-report", name)
    assert (done.exit_code, done.output) == (0, "Confirmed; the reporter has a credit more.\n")
    assert sam.left() == before + 1
    assert sam.told()[0] == "report-confirmed"
    assert [(each["state"], each["answered_at"]) for each in sam.get("/v1/reports")["reports"]] == [
        ("confirmed", "2026-03-02T09:00:00Z")
    ]
    assert owner.execute("SELECT field, closed_reason FROM facts WHERE closed_at IS NOT NULL").fetchall() == [("phone", "wrong")]
    assert sam.outcome("jan") == "not_found"
    for command in ("confirm-report", "refuse-report"):
        again = ops(command, name)
        assert (again.exit_code, again.output) == (1, "Error: This report is confirmed already.\n")
    assert sam.left() == before + 1
    directory.fact(1, "phone", "+31970102555", sam.kernel.clock.now() - timedelta(days=1))
    assert sam.outcome("jan") == "known", "what was paid stays paid"


def test_a_refused_report_changes_nothing_and_its_reporter_reads_why(sam: Person, ops: Ops) -> None:
    report(sam)
    before, [name] = sam.left(), names(ops)
    assert ops("refuse-report", name, reason="Jan answered there on 4 March.").exit_code == 0
    assert (sam.left(), sam.outcome("jan")) == (before, "known")
    with sam.kernel.database.begin() as connection:
        [told, *_] = read_messages(connection, sam.kernel.sealer, sam.account_id, 2**62, 5)
    for lang in ("en", "fr"):
        assert "Jan answered there on 4 March." in render(told.code, lang, told.facts)[1]
    assert (told.code, names(ops)) == ("report-refused", [])
    assert report(sam).json["state"] == "open", "who knows more may report it again"


def test_of_several_values_the_wrong_one_is_named_and_the_others_stay(sam: Person, ops: Ops, directory: Directory) -> None:
    right = "+31970102555"
    directory.fact(1, "phone", right, sam.kernel.clock.now() - timedelta(days=1))
    report(sam)
    [name] = names(ops)
    assert ops("confirm-report", name).output.startswith("Error: Say which values are wrong: --value N")
    assert ops("confirm-report", name, "--value", "4711").exit_code == 1
    numbers = {line.split()[1]: line.split()[0] for line in ops("report", name).output.splitlines() if "+31" in line}
    assert ops("confirm-report", name, "--value", numbers[PHONE]).exit_code == 0
    shown = sam.reveal("jan").json["results"]["phone"]["values"]  # type: ignore[index]
    assert [each["value"] for each in shown] == [right]


@pytest.mark.clause("9.23")
def test_more_than_ten_in_a_month_are_confirmed_without_a_credit(sam: Person, ops: Ops, directory: Directory) -> None:
    for number in range(11):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example")
        assert sam.outcome(f"p{number}", "b2b_email") == "revealed"
        assert report(sam, f"p{number}", "b2b_email", "does-not-reach").status_code == 201
    before = sam.left("b2b_email")
    said = [ops("confirm-report", name).output for name in names(ops)]
    assert said == [
        *["Confirmed; the reporter has a credit more.\n"] * 10,
        "Confirmed; no credit was granted: the most of the month is reached, or no plan runs.\n",
    ]
    assert sam.left("b2b_email") == before + 10
    assert sam.told()[0] == "report-confirmed-unrewarded"


def test_two_who_run_candor_confirm_one_report_once(sam: Person, ops: Ops) -> None:
    report(sam)
    before, [name] = sam.left(), names(ops)

    def confirm() -> str:
        try:
            with sam.kernel.database.begin() as connection:
                found = find_report(connection, sam.kernel, *(int(part) for part in name.split("/")))
                confirm_report(connection, sam.kernel, found, ())
        except Answered as state:
            return str(state)
        return "done"

    assert sorted(together([confirm, confirm], sam.kernel.database.close)) == ["confirmed", "done"]
    assert sam.left() == before + 1


def test_the_reward_goes_where_the_reporter_is_by_then(sam: Person, person: People, ops: Ops) -> None:
    ada = person("ada")
    assert ada.create().status_code == 201
    report(sam)
    sam.join(ada)
    before = sam.left()
    assert ops("confirm-report", names(ops)[0]).exit_code == 0
    assert (sam.left(), sam.told()[0]) == (before + 1, "report-confirmed")


def test_reports_go_with_the_workspace_and_with_the_account_and_stand_in_the_export(
    sam: Person,
    person: People,
    directory: Directory,
    owner: Owner,
    ops: Ops,
) -> None:
    count = "SELECT count(*) FROM detail_reports"
    ada = person("ada")
    assert ada.create().status_code == 201
    assert ada.outcome("jan") == "revealed"
    report(sam, text=SAID)
    report(ada)
    [mine] = json.loads(sam.call("GET", "/v1/me/export").text)["reports"]
    assert (mine["kind"], mine["wrong"], mine["text"], mine["state"]) == ("phone", "another-person", SAID, "open")
    [name, _] = names(ops)
    assert ada.call("DELETE", "/v1/workspace", {"phrase": "delete Acme Sales"}).status_code == 200
    assert owner.execute(count).fetchone() == (1,)
    gone = {"phrase": sam.get("/v1/me/deletion")["phrase"], "password": "nine-boats-under-the-moon"}
    assert sam.call("POST", "/v1/me/deletion", gone).status_code == 204
    assert owner.execute(count).fetchone() == (0,)
    assert ops("confirm-report", name).output == "Error: There is no such report.\n"
    assert ops("confirm-report", "seven").exit_code == 2


def test_a_value_found_wrong_is_not_imported_again_by_anybody(kernel: Kernel, owner: Owner) -> None:
    imports = Imports(kernel)
    imports.put({})
    [(person_id, fact_id)] = owner.execute("SELECT person_id, fact_id FROM facts WHERE field = 'phone'").fetchall()
    with kernel.database.begin() as connection:
        assert close_wrong(connection, person_id, "phone", [fact_id], kernel.clock.now()) == 1
    imports.put({})
    imports.put({}, source="Another Register")
    assert imports.values("phone") == []
    imports.put({"mobile_phone": "06 39 98 00 02"}, source="Another Register")
    assert imports.values("phone") == ["+33639980002"]
