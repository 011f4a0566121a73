"""Breach of contract: suspended at once, three weeks to put it right, then terminated; the clock waits; who leaves survives."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.accounts.replies import hand_in
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.database import metadata
from backend.kernel.due import tick
from backend.subscriptions import terminating
from backend.subscriptions.terminating import BreachSteps
from tests.accounts.conftest import Newcomer, read_letters
from tests.conftest import Ops, due_pieces
from tests.lookup.conftest import Directory, profile
from tests.subscriptions.conftest import Buyer, Time
from tests.workspaces.conftest import PASSWORD, Person, code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
Clean = Callable[[], bool]

GROUND = "14.2.10"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def people(directory: Directory) -> Directory:
    """Six people to find."""
    for number in range(6):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010201{number}")
    return directory


@pytest.fixture
def team(buyer: Buyers, people: Directory) -> tuple[Buyer, Buyer, Buyer]:
    """Ada, who runs a Workspace on Business, and Bob and Cyd in it."""
    ada, bob, cyd = buyer("ada"), buyer("bob", workspace=False), buyer("cyd", workspace=False)
    ada.subscribe("business", 4)
    bob.enter(ada)
    cyd.enter(ada)
    return ada, bob, cyd


def run(done: Any, exit_code: int = 0) -> str:
    """What a command said."""
    assert done.exit_code == exit_code, done.output
    return str(done.output)


def state_of(owner: Owner, who: Person) -> str | None:
    """The account's state; None where it is gone."""
    row = owner.execute("SELECT state FROM accounts WHERE account_id = %s", (who.account_id,)).fetchone()
    return str(row[0]) if row else None


def premium_of(owner: Owner) -> tuple[str, str | None]:
    """State and end of the one premium there is."""
    [row] = owner.execute("SELECT state, end_reason FROM premiums").fetchall()
    return row[0], row[1]


def look_up(who: Person, vanity: str = "p0") -> tuple[int, str]:
    return code_of(who.call("POST", "/v1/lookups", {"profile": profile(vanity)}))


def causes(owner: Owner) -> dict[int, str]:
    """Why each account that was closed was."""
    return dict(owner.execute("SELECT account_id, cause FROM closed_accounts").fetchall())  # type: ignore[arg-type]


def rows_left(owner: Owner, workspace_id: int) -> dict[str, int]:
    """How many rows a workspace has in each table of its family, but in those that accounting and evidence keep."""
    family = [
        table.name
        for table in metadata.sorted_tables
        if next(iter(table.primary_key.columns)).name == "workspace_id" and "kept=True" not in (table.comment or "")
    ]
    assert len(family) > 6
    counted = {}
    for name in family:
        [found] = owner.execute(f"SELECT count(*) FROM {name} WHERE workspace_id = %s", (workspace_id,)).fetchall()  # type: ignore[call-overload]
        counted[name] = found[0]
    return counted


def letters_to(who: Person) -> list[str]:
    return [letter.text for letter in read_letters(who.kernel) if letter.to == who.email]


@pytest.mark.clause("7.5.7")
def test_a_breach_suspends_at_once_and_no_member_looks_up_or_spends(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, time: Time, clean: Clean
) -> None:
    ada, bob, cyd = team
    assert bob.outcome("p0") == "revealed"
    pool = ada.pool(owner)
    assert "23 March 2026" in run(ops("breach", ada.email, "--clause", GROUND, reason="Details of 200 people were sold."))
    assert ada.premium["state"] == "suspended"
    for who in team:
        assert look_up(who) == (403, "subscription-required")
        assert code_of(who.reveal("p1")) == (403, "subscription-required")
        assert who.get("/v1/me")["plan"]["code"] == "business"
    assert ada.pool(owner) == pool
    assert ada.told()[0] == "premium-suspended"
    assert bob.told()[0] == cyd.told()[0] == "premium-suspended-member"
    time.work()
    assert "Details of 200 people were sold." in letters_to(ada)[-1]
    assert "Billing goes on" in letters_to(ada)[-1]
    assert "23 March 2026" in letters_to(bob)[-1]
    assert "choose Leave" in letters_to(bob)[-1]
    preview = {"plan": "business", "seats": 5, "interval": "month"}
    assert code_of(ada.post("/v1/subscription/change/preview", preview)) == (403, "premium-suspended")
    assert run(ops("breach", ada.email, "--clause", GROUND), 1)
    assert clean()


@pytest.mark.clause("7.5.8")
@pytest.mark.parametrize("cured", [True, False])
def test_there_are_three_weeks_to_put_it_right(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, cured: bool, clean: Clean
) -> None:
    ada, bob, _ = team
    start = clock.now()
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to(start + 20 * DAY)
    if cured:
        run(ops("breach-cured", ada.email))
        assert ada.premium["state"] == "active"
        assert bob.outcome("p0") == "revealed"
        assert "premium-resumed" in bob.told()
        time.pass_to(start + 40 * DAY)
        assert bob.outcome("p1") == "revealed"
        assert state_of(owner, ada) == "active"
        assert run(ops("breach-cured", ada.email), 1)
    else:
        time.pass_to(start + 21 * DAY - SECOND)
        assert premium_of(owner) == ("suspended", None)
        assert state_of(owner, ada) == "active"
        time.pass_to(start + 21 * DAY)
        assert premium_of(owner) == ("ended", "breach")
        assert state_of(owner, ada) is None
    assert clean()


@pytest.mark.clause("7.5.9", "7.5.11")
def test_not_put_right_every_linked_account_is_deleted_but_whoever_left_before(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada, bob, cyd = team
    workspace, start = ada.caller.workspace_id, clock.now()
    run(ops("breach", ada.email, "--clause", GROUND))
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    bob.sign_in()
    assert bob.get("/v1/me")["plan"]["code"] == "free"
    assert bob.outcome("p0") == "revealed"
    dues = ada.dues
    time.pass_to(start + 21 * DAY)
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == [None, "active", None]
    assert causes(owner) == {ada.account_id: "breach", cyd.account_id: "breach"}
    assert set(rows_left(owner, workspace).values()) == {0}
    assert owner.execute("SELECT what, amount::text, state FROM dues").fetchall() == dues
    assert "terminated for breach" in letters_to(cyd)[-1]
    for who in (ada, cyd):
        assert code_of(who.call("GET", "/v1/me")) == (401, "session-ended")
        assert code_of(Newcomer(who.app, who.kernel, who.email, PASSWORD).sign_up()) == (409, "email-retired")
    assert bob.outcome("p1") == "revealed"
    assert clean()


@pytest.mark.clause("7.5.11")
@pytest.mark.parametrize("raised", ["by operators", "by conduct"])
def test_on_the_freemium_the_account_alone_is_deleted_for_breach(
    raised: str, buyer: Buyers, people: Directory, ops: Ops, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada, bob = buyer("ada"), buyer("bob", workspace=False)
    bob.enter(ada)
    start, ends_at = clock.now(), clock.now() + 21 * DAY
    if raised == "by operators":
        run(ops("breach", ada.email, "--clause", GROUND))
        assert look_up(ada) == (403, "subscription-required")
        assert ada.told()[0] == "freemium-suspended"
    else:
        run(ops("suspend", ada.email, "--ground", GROUND))
        ends_at = start + 28 * DAY
    assert bob.outcome("p0") == "revealed"
    time.pass_to(ends_at - SECOND)
    assert state_of(owner, ada) is not None
    time.pass_to(ends_at)
    assert [state_of(owner, who) for who in (ada, bob)] == [None, "active"]
    assert causes(owner) == {ada.account_id: "breach"}
    bob.sign_in()
    assert bob.outcome("p1") == "revealed"
    assert clean()


def test_a_breach_of_a_freemium_that_is_put_right_leaves_the_account(
    buyer: Buyers, people: Directory, ops: Ops, clock: MovableClock, time: Time
) -> None:
    ada, start = buyer("ada"), clock.now()
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to(start + 20 * DAY)
    run(ops("breach-cured", ada.email))
    assert ada.outcome("p0") == "revealed"
    assert ada.told()[0] == "freemium-resumed"
    time.pass_to(start + 50 * DAY)
    ada.sign_in()
    assert ada.outcome("p1") == "revealed"


@pytest.mark.clause("6.4.5")
def test_an_admins_conduct_suspends_the_subscription_after_seven_days_and_ends_it_after_twenty_eight(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada, bob, cyd = team
    start = clock.now()
    run(ops("suspend", ada.email, "--ground", GROUND))
    time.pass_to(start + 7 * DAY - SECOND)
    assert premium_of(owner) == ("active", None)
    assert bob.outcome("p0") == "revealed"
    time.pass_to(start + 7 * DAY)
    assert premium_of(owner) == ("suspended", None)
    assert owner.execute("SELECT opened_at, due_at FROM breaches").fetchall() == [(start + 7 * DAY, start + 28 * DAY)]
    assert look_up(bob) == (403, "subscription-required")
    assert "premium-suspended-member" in bob.told()
    assert ada.told()[:2] == ["suspension-breach", "premium-suspended-conduct"]
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    time.pass_to(start + 28 * DAY - SECOND)
    assert premium_of(owner) == ("suspended", None)
    time.pass_to(start + 28 * DAY)
    assert premium_of(owner) == ("ended", "breach")
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == [None, "active", None]
    assert clean()


@pytest.mark.clause("6.4.5")
def test_a_members_conduct_leaves_the_subscription_alone_and_deletes_that_account_after_twenty_eight_days(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada, bob, cyd = team
    start = clock.now()
    run(ops("suspend", bob.email, "--ground", GROUND))
    assert ada.told()[0] == "member-suspended"
    time.pass_to(start + 7 * DAY)
    assert premium_of(owner) == ("active", None)
    assert (ada.outcome("p0"), cyd.outcome("p1")) == ("revealed", "revealed")
    time.pass_to(start + 28 * DAY - SECOND)
    assert state_of(owner, bob) == "suspended"
    time.pass_to(start + 28 * DAY)
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == ["active", None, "active"]
    assert premium_of(owner) == ("active", None)
    assert cyd.outcome("p2") == "revealed"


@pytest.mark.parametrize("answer", ["accept", "refuse"])
def test_a_cure_handed_in_stops_the_breachs_clock_until_it_is_answered(
    answer: str, team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, kernel: Kernel
) -> None:
    ada, bob, _ = team
    start = clock.now()
    run(ops("suspend", ada.email, "--ground", GROUND))
    time.pass_to(start + 27 * DAY)
    with kernel.database.begin() as connection:
        hand_in(connection, kernel, ada.account_id, "cure", "The offer is gone.")
    time.pass_to(start + 34 * DAY)
    assert premium_of(owner) == ("suspended", None)
    assert look_up(bob) == (403, "subscription-required")
    run(ops("answer-cure", ada.email, answer, reason="We looked at it."))
    time.work()
    if answer == "accept":
        assert premium_of(owner) == ("active", None)
        assert bob.outcome("p0") == "revealed"
        assert (state_of(owner, ada), ada.told()[0]) == ("active", "premium-resumed")
        ended = owner.execute("SELECT outcome FROM breaches").fetchall()
        assert ended == [("cured",)]
    else:
        assert premium_of(owner) == ("ended", "breach")
        assert (state_of(owner, ada), state_of(owner, bob)) == (None, None)


def test_a_cure_refused_in_time_leaves_the_rest_of_the_three_weeks_and_says_until_when(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, kernel: Kernel
) -> None:
    ada, start = team[0], clock.now()
    run(ops("suspend", ada.email, "--ground", GROUND))
    time.pass_to(start + 10 * DAY)
    with kernel.database.begin() as connection:
        hand_in(connection, kernel, ada.account_id, "cure", "The offer is gone.")
    time.pass_to(start + 12 * DAY)
    run(ops("answer-cure", ada.email, "refuse", reason="It is still there."))
    time.work()
    assert "until 30 March 2026 at 11:00" in letters_to(ada)[-1]
    time.pass_to(start + 28 * DAY - SECOND)
    assert premium_of(owner) == ("suspended", None)
    time.pass_to(start + 28 * DAY)
    assert premium_of(owner) == ("ended", "breach")


def test_billing_goes_on_while_suspended_and_what_was_granted_is_there_when_it_is_lifted(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, time: Time, clean: Clean
) -> None:
    ada, bob, _ = team
    time.pass_to("2026-03-25T10:00:00+01:00")
    ada.sign_in()
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to("2026-04-02T10:00:00+02:00")
    assert ada.dues == [("start", "316.00", "submitted"), ("renewal", "316.00", "submitted")]
    assert (ada.premium["state"], ada.premium["period"]) == ("suspended", 2)
    assert code_of(bob.reveal("p0")) == (403, "subscription-required")
    run(ops("breach-cured", ada.email))
    assert ada.pool(owner)["phone"] >= 800
    assert bob.outcome("p0") == "revealed"
    assert clean()


def test_a_payment_that_fails_meanwhile_leaves_it_frozen_and_paid_it_is_whole_again(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, buyer: Buyers, clean: Clean
) -> None:
    ada, bob, _ = team
    [due] = ada.get("/v1/subscription")["dues"]
    run(ops("breach", ada.email, "--clause", GROUND))
    ada.pay(due, "failed")
    assert ada.premium["state"] == "suspended"
    assert ada.pool(owner) == {}
    run(ops("breach-cured", ada.email))
    assert ada.premium["state"] == "frozen"
    assert bob.outcome("p0") == "revealed"
    run(ops("breach", ada.email, "--clause", GROUND))
    ada.pay(due)
    assert ada.premium["state"] == "suspended"
    assert look_up(bob, "p1") == (403, "subscription-required")
    run(ops("breach-cured", ada.email))
    assert ada.premium["state"] == "active"
    assert ada.pool(owner)["phone"] == 800
    assert clean()


def test_whoever_joins_a_suspended_workspace_is_told_and_spends_nothing_there(
    team: tuple[Buyer, Buyer, Buyer], buyer: Buyers, ops: Ops, clock: MovableClock
) -> None:
    ada, dan = team[0], buyer("dan", workspace=False)
    run(ops("breach", ada.email, "--clause", GROUND))
    dan.enter(ada)
    assert "premium-suspended-member" in dan.told()
    assert look_up(dan) == (403, "subscription-required")
    run(ops("breach-cured", ada.email))
    assert dan.outcome("p0") == "revealed"


def test_where_operators_settle_the_contract_only_the_account_whose_conduct_it_was_goes_on_to_its_end(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time
) -> None:
    ada, bob, cyd = team
    assert ada.call("PUT", f"/v1/workspace/members/{ada.member_id(bob)}", {"role": "admin"}).status_code == 204
    start = clock.now()
    run(ops("suspend", bob.email, "--ground", GROUND))
    time.pass_to(start + 7 * DAY)
    assert premium_of(owner) == ("suspended", None)
    assert ada.remove(bob).status_code == 204
    assert premium_of(owner) == ("suspended", None)
    run(ops("breach-cured", ada.email))
    assert cyd.outcome("p0") == "revealed"
    time.pass_to(start + 28 * DAY)
    assert [state_of(owner, who) for who in (ada, bob, cyd)] == ["active", None, "active"]
    assert premium_of(owner)[0] == "active"


def test_a_premium_that_ends_otherwise_meanwhile_takes_nobody_along(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, time: Time, clean: Clean
) -> None:
    ada, bob, _ = team
    ada.end()
    time.pass_to("2026-03-25T10:00:00+01:00")
    run(ops("breach", ada.email, "--clause", GROUND))
    time.pass_to("2026-04-20T10:00:00+02:00")
    assert premium_of(owner) == ("ended", "non-renewal")
    for who in (ada, bob):
        who.sign_in()
        assert who.outcome("p0") in ("revealed", "known")
    assert owner.execute("SELECT outcome FROM breaches").fetchall() == [("ended",)]
    assert clean()


def test_only_an_admin_is_named_for_a_subscriber_and_only_an_obligation_as_its_ground(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner
) -> None:
    ada, bob, _ = team
    assert "does not act for the subscriber" in run(ops("breach", bob.email, "--clause", GROUND), 1)
    assert "No obligation" in run(ops("breach", ada.email, "--clause", "10.4"), 2)
    assert "Nobody has an account" in run(ops("breach", "eve@nowhere-company.example", "--clause", GROUND), 1)
    assert run(ops("breach", ada.email, "--clause", GROUND, by="mallory"), 2)
    assert premium_of(owner) == ("active", None)
    assert owner.execute("SELECT count(*) FROM ops_log").fetchone() == (0,)


def test_two_workers_end_it_once(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time, clean: Clean
) -> None:
    ada, bob, cyd = team
    run(ops("breach", ada.email, "--clause", GROUND))
    clock.set(clock.now() + 21 * DAY)
    time.work_at_once()
    assert [state_of(owner, who) for who in team] == [None, None, None]
    assert len(causes(owner)) == 3
    for who in (ada, bob, cyd):
        assert sum("terminated for breach" in text for text in letters_to(who)) == 1
    assert clean()


def test_killed_half_way_it_is_done_again_as_if_it_had_not_been(
    team: tuple[Buyer, Buyer, Buyer],
    ops: Ops,
    owner: Owner,
    clock: MovableClock,
    kernel: Kernel,
    monkeypatch: pytest.MonkeyPatch,
    clean: Clean,
) -> None:
    ada = team[0]
    run(ops("breach", ada.email, "--clause", GROUND))
    clock.set(clock.now() + 21 * DAY)
    whole, done = terminating.terminate_account, []

    def killed(*arguments: Any) -> None:
        whole(*arguments)
        done.append(arguments)
        if len(done) == 2:
            raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(terminating, "terminate_account", killed)
        assert tick(kernel.database.engine, [BreachSteps(kernel)], clock.now()).failed == ("breach-steps",)
    assert [state_of(owner, who) for who in team] == ["active", "active", "active"]
    assert premium_of(owner) == ("suspended", None)
    tick(kernel.database.engine, due_pieces(kernel), clock.now())
    assert [state_of(owner, who) for who in team] == [None, None, None]
    assert clean()


def test_old_ids_lead_nowhere_and_the_tables_are_empty_once_it_has_ended(
    team: tuple[Buyer, Buyer, Buyer], ops: Ops, owner: Owner, clock: MovableClock, time: Time
) -> None:
    """The part of 7.5.16 on one's own saved contacts waits for the address book."""
    ada, bob, _ = team
    workspace, start = ada.caller.workspace_id, clock.now()
    person = (bob.call("POST", "/v1/lookups", {"profile": profile("p0")}).json or {})["person_id"]
    member, shown = ada.member_id(bob), ada.get("/v1/workspace")["workspace_id"]
    invited = (ada.invite("dan@dan-company.example").json or {})["invitation_id"]
    run(ops("breach", ada.email, "--clause", GROUND))
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    bob.sign_in()
    time.pass_to(start + 21 * DAY)
    assert set(rows_left(owner, workspace).values()) == {0}
    assert bob.get("/v1/workspace")["workspace_id"] != shown
    assert code_of(bob.call("POST", "/v1/reveals", {"person_id": person, "kinds": ["phone"]})) == (404, "person-unknown")
    assert code_of(bob.call("DELETE", f"/v1/workspace/members/{member}"))[0] == 404
    assert code_of(bob.call("DELETE", f"/v1/workspace/invitations/{invited}"))[0] == 404


def test_the_instants_are_to_the_second(ops: Ops, buyer: Buyers, clock: MovableClock, owner: Owner) -> None:
    ada = buyer("ada")
    clock.set(datetime.fromisoformat("2026-03-20T17:31:07+01:00"))
    run(ops("breach", ada.email, "--clause", GROUND))
    [due] = owner.execute("SELECT due_at FROM breaches").fetchall()
    assert due[0] == datetime.fromisoformat("2026-04-10T17:31:07+01:00")
