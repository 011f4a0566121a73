"""Suspension by operators: on a ground, with a reason and a way out; what follows when nothing comes (6.4, X1)."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.accounts.escalation import BreachOpened
from backend.accounts.grounds import all_grounds
from backend.accounts.replies import hand_in
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.accounts.standing.conftest import GROUND, REASON, Ops, Person, letters_to, state_of, texts_to
from tests.lookup.conftest import Directory
from tests.workspaces.conftest import PASSWORD, code_of

Suspend = Callable[[Person], None]
PassTime = Callable[[datetime], None]
CLAUSE = all_grounds()[GROUND]["en"]
CLAUSES = Path(__file__).parents[3] / "docs" / "terms" / "clauses.csv"

# Rows of the two articles that bind the provider, or grant something: nobody can breach them.
NO_OBLIGATION = {"11.1.13", "14.2.1", "14.2.3", "14.2.13", "14.2.14"}


def hand_in_cure(kernel: Kernel, who: Person) -> None:
    with kernel.database.begin() as connection:
        hand_in(connection, kernel, who.account_id, "cure", "The offer is gone.")


@pytest.fixture
def breaches(kernel: Kernel) -> list[BreachOpened]:
    """What the subscriptions are told."""
    heard: list[BreachOpened] = []
    kernel.events.on(BreachOpened, lambda _, event: heard.append(event))
    return heard


@pytest.mark.clause("11.1.3")
def test_there_is_one_table_of_grounds_and_nothing_else_suspends(ops: Ops, ben: Person, owner: psycopg.Connection[Any]) -> None:
    with CLAUSES.open(newline="", encoding="utf-8") as file:
        rows = {row["id"].rpartition(":")[2] for row in csv.DictReader(file)}
    of_articles = {row for row in rows if row.startswith(("11.1.", "14.2."))}
    assert set(all_grounds()) == of_articles - NO_OBLIGATION
    for ground in ("10.4", "11.1.99", "14.2.13", "x"):
        refused = ops("suspend", ben.email, "--ground", ground)
        assert (refused.exit_code, "No obligation" in refused.output) == (2, True)
    assert state_of(owner, ben) == "active"
    assert owner.execute("SELECT count(*) FROM ops_log").fetchone() == (0,)
    assert ops("suspend", ben.email, "--ground", GROUND).exit_code == 0
    assert CLAUSE in texts_to(ben)


@pytest.mark.clause("6.4.1", "6.4.3")
def test_an_operator_suspends_with_a_reason_which_the_mail_tells(ops: Ops, ben: Person, owner: psycopg.Connection[Any]) -> None:
    assert ops("suspend", ben.email, "--ground", GROUND, by="mallory").exit_code == 2
    assert ops("suspend", ben.email, "--ground", GROUND, reason="  ").exit_code == 2
    assert state_of(owner, ben) == "active"
    assert ops("suspend", ben.email, "--ground", GROUND).exit_code == 0
    assert state_of(owner, ben) == "suspended"
    assert owner.execute("SELECT by, action, subject, reason FROM ops_log").fetchall() == [
        ("olga", "account.suspend", f"account {ben.account_id}", REASON)
    ]
    text = texts_to(ben)
    assert REASON in text
    assert f"({GROUND}): {CLAUSE}" in text
    assert "9 March 2026" in text
    assert ben.told()[0] == "suspended"
    again = ops("suspend", ben.email, "--ground", GROUND)
    assert (again.exit_code, "only an active one" in again.output) == (1, True)


@pytest.mark.clause("14.2.15")
def test_abuse_is_suspended_on_a_ground_of_the_licence_and_the_case_keeps_the_dates_of_legal_steps(
    ops: Ops, ben: Person, directory: Directory
) -> None:
    assert ops("suspend", ben.email, "--ground", "14.2.15", reason="Accounts are rented out by the hour.").exit_code == 0
    assert all_grounds()["14.2.15"]["en"] in texts_to(ben)
    assert code_of(ben.reveal("p0")) == (403, "account-suspended")
    assert ops("legal-step", ben.email, "--on", "2026-03-05", "--step", "complaint filed").exit_code == 0
    assert ops("legal-step", ben.email, "--on", "2026-04-01", "--step", "summons served").exit_code == 0
    shown = ops("cases", ben.email).output
    assert "open    suspension: suspended on 14.2.15" in shown
    assert "2026-03-05  complaint filed" in shown
    assert "2026-04-01  summons served" in shown


def test_who_signs_in_is_told_why_and_the_way_out(suspend: Suspend, ben: Person, ops: Ops) -> None:
    suspend(ben)
    signed_in = {"email": ben.email, "password": PASSWORD}
    for answer in (ben.call("POST", "/v1/sessions", signed_in), ben.call("POST", "/v1/sessions/refresh", token=ben.refresh_token)):
        assert code_of(answer) == (403, "account-suspended")
        detail = (answer.json or {})["detail"]
        assert REASON in detail
        assert CLAUSE in detail
        assert "link in the mail" in detail
    assert ben.call("POST", "/v1/sessions", signed_in | {"password": "wrong-one"}).status_code == 401
    assert REASON in (ben.call("GET", "/v1/me").json or {})["detail"]
    assert ops("lift", ben.email).exit_code == 0
    assert ben.call("GET", "/v1/me").status_code == 200
    assert ben.call("POST", "/v1/sessions", signed_in).status_code == 200
    assert ben.call("POST", "/v1/sessions/refresh", token=ben.refresh_token).status_code == 200
    assert ben.told()[0] == "suspension-lifted"


@pytest.mark.clause("6.4.4")
@pytest.mark.parametrize("way", ["accepted at 6 d 23 h", "waiting at 7 d, refused later", "waiting, accepted later", "nothing"])
def test_there_are_seven_days_to_put_it_right_and_a_cure_stops_the_clock(
    way: str,
    suspend: Suspend,
    ann: Person,
    ben: Person,
    ops: Ops,
    pass_time: PassTime,
    clock: MovableClock,
    owner: psycopg.Connection[Any],
) -> None:
    ben.join(ann)
    start = clock.now()
    suspend(ben)

    def stage() -> tuple[Any, ...] | None:
        return owner.execute("SELECT stage, due_at FROM suspensions WHERE closed_at IS NULL").fetchone()

    assert stage() == ("cure", start + timedelta(days=7))
    pass_time(start + timedelta(days=6, hours=23))
    if way != "nothing":
        hand_in_cure(ben.kernel, ben)
    if way == "accepted at 6 d 23 h":
        assert ops("answer-cure", ben.email, "accept").exit_code == 0
        assert state_of(owner, ben) == "active"
        pass_time(start + timedelta(days=60))
        assert state_of(owner, ben) == "active"
        return
    pass_time(start + timedelta(days=7))
    if way == "nothing":
        assert stage() == ("last", start + timedelta(days=28))
        assert "suspension-last" in ben.told()
        return
    assert stage() == ("cure", start + timedelta(days=7))
    pass_time(start + timedelta(days=40))
    assert stage() == ("cure", start + timedelta(days=7))
    if way == "waiting, accepted later":
        assert ops("answer-cure", ben.email, "accept").exit_code == 0
        assert state_of(owner, ben) == "active"
        return
    refused = ops("answer-cure", ben.email, "refuse", reason="The offer is still online.")
    assert refused.exit_code == 0
    pass_time(clock.now())
    assert stage() == ("last", start + timedelta(days=61))
    assert "The offer is still online." in texts_to(ben)
    assert ops("answer-cure", ben.email, "refuse").exit_code == 1


def test_a_cure_refused_in_time_leaves_the_rest_of_the_seven_days(
    suspend: Suspend, ann: Person, ben: Person, ops: Ops, pass_time: PassTime, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    ben.join(ann)
    start = clock.now()
    suspend(ben)
    pass_time(start + timedelta(days=2))
    hand_in_cure(ben.kernel, ben)
    pass_time(start + timedelta(days=3))
    assert ops("answer-cure", ben.email, "refuse").exit_code == 0
    pass_time(start + timedelta(days=6, hours=23))
    assert owner.execute("SELECT stage FROM suspensions").fetchone() == ("cure",)
    pass_time(start + timedelta(days=7))
    assert owner.execute("SELECT stage, due_at FROM suspensions").fetchone() == ("last", start + timedelta(days=28))


def test_a_mere_member_goes_alone_after_28_days_and_the_admin_heard_of_it_at_once(
    suspend: Suspend,
    ann: Person,
    ben: Person,
    directory: Directory,
    pass_time: PassTime,
    clock: MovableClock,
    owner: psycopg.Connection[Any],
    breaches: list[BreachOpened],
) -> None:
    ben.join(ann)
    start = clock.now()
    suspend(ben)
    assert ann.told()[0] == "member-suspended"
    assert "30 March 2026" in texts_to(ann)
    assert "member-suspended" not in ben.told()
    pass_time(start + timedelta(days=7))
    assert ann.outcome("p0") == "revealed"
    pass_time(start + timedelta(days=27, hours=23))
    assert state_of(owner, ben) == "suspended"
    pass_time(start + timedelta(days=28))
    assert state_of(owner, ben) is None
    assert breaches == []
    assert ann.outcome("p1") == "revealed"
    assert [one["email"] for one in ann.get("/v1/workspace")["members"]] == [ann.email]
    assert "not put right in time, so it was deleted" in letters_to(ben)[-1].text


def test_an_admins_account_opens_the_breach_of_the_subscription_after_seven_days(
    suspend: Suspend,
    ann: Person,
    pass_time: PassTime,
    clock: MovableClock,
    owner: psycopg.Connection[Any],
    breaches: list[BreachOpened],
) -> None:
    start, workspace = clock.now(), ann.caller.workspace_id
    suspend(ann)
    pass_time(start + timedelta(days=6, hours=23))
    assert breaches == []
    pass_time(start + timedelta(days=7))
    assert breaches == [BreachOpened(ann.account_id, workspace, GROUND, start + timedelta(days=7))]
    assert ann.told()[0] == "suspension-breach"
    pass_time(start + timedelta(days=8))
    assert len(breaches) == 1
    assert owner.execute("SELECT stage, due_at FROM suspensions").fetchone() == ("breach", None)


@pytest.mark.clause("6.4.6")
def test_the_subscription_goes_on_unchanged(suspend: Suspend, ben: Person, owner: psycopg.Connection[Any]) -> None:
    before = owner.execute("SELECT * FROM subscriptions").fetchall()
    suspend(ben)
    assert len(before) == 1
    assert owner.execute("SELECT * FROM subscriptions").fetchall() == before
    assert "billing goes on" in texts_to(ben)


@pytest.mark.clause("6.1.7")
def test_doubt_about_who_somebody_is_suspends_by_a_persons_decision_with_a_mail(
    ops: Ops, ben: Person, owner: psycopg.Connection[Any]
) -> None:
    assert ops("ask", ben.email, "--question", "Which company do you work for?").exit_code == 0
    assert state_of(owner, ben) == "active"
    doubt = "We could not confirm who you are."
    assert ops("suspend", ben.email, "--ground", "11.1.2", reason=doubt).exit_code == 0
    assert state_of(owner, ben) == "suspended"
    assert doubt in texts_to(ben)


def test_two_workers_take_a_step_once(
    suspend: Suspend, ann: Person, ben: Person, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[Any]
) -> None:
    from backend.accounts.due import SuspensionSteps

    ben.join(ann)
    suspend(ben)
    clock.advance(timedelta(days=7))
    piece = SuspensionSteps(kernel)
    with kernel.database.begin() as one, kernel.database.begin() as other:
        assert [piece.run(one, clock.now()), piece.run(other, clock.now())] == [True, False]
    with kernel.database.begin() as connection:
        assert piece.run(connection, clock.now()) is False
    assert ben.told().count("suspension-last") == 1
