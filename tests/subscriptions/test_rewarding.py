"""Rewards for what users do: a first teammate, a profile; by the sheet of the earner, until the earner's period ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.provider import Member
from backend.accounts.sample import State, arrange
from backend.accounts.steps import mark_extension_seen
from backend.accounts.synchronising import synchronise
from backend.credits import Holder, correct
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.subscriptions.rewarding import reward_account
from tests.api.routes import DOCUMENT
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.sheets import Sheets
from tests.workspaces.conftest import PASSWORD

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
ALL_FOUR = {"given_name": "Ada", "family_name": "Archer", "job_title": "Head of Sales", "company": "Acme"}


@pytest.fixture
def newcomer(app: Flask, kernel: Kernel) -> Callable[[str, State], Buyer]:
    """Makes people who have done one step, or none."""

    def make(name: str, state: State) -> Buyer:
        email = f"{name}@{name}-company.example"
        return Buyer(app, kernel, email, arrange(kernel, email, PASSWORD, state, "en", sub=f"sub-{name}"))

    return make


def rewards(owner: Owner, who: Buyer) -> list[tuple[Any, ...]]:
    """The rewards of an account that are left: kind, how many, until when."""
    rows = owner.execute(
        "SELECT kind, remaining, expires_at FROM lots WHERE account_id = %s AND source = 'reward' AND remaining > 0"
        " ORDER BY lot_id",
        (who.account_id,),
    ).fetchall()
    return [(kind, left, ends_at.isoformat()) for kind, left, ends_at in rows]


def earned(owner: Owner, who: Buyer) -> list[tuple[Any, ...]]:
    """Every reward that an account was ever granted: kind, how many, what for."""
    return owner.execute(
        "SELECT e.kind, e.delta, e.reason FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE l.account_id = %s AND l.source = 'reward' AND e.action = 'grant' ORDER BY e.entry_id",
        (who.account_id,),
    ).fetchall()


def synchronise_with(kernel: Kernel, who: Buyer) -> None:
    synchronise(kernel, who.account_id, Member(f"sub-of-{who.account_id}", True, None), CONSENT_VERSION)


def in_utc(at: str) -> str:
    """An instant of the API, as the database writes it."""
    return datetime.fromisoformat(at).isoformat()


@pytest.mark.clause("9.5", "9.23")
def test_the_first_teammate_is_rewarded_once_and_no_other_ever(buyer: Buyers, owner: Owner, clean: Callable[[], bool]) -> None:
    ada, bob, cid = buyer(), buyer("bob", workspace=False), buyer("cid", workspace=False)
    before = ada.left("phone")
    assert ada.invite(bob.email).status_code == 201
    assert earned(owner, ada) == []
    bob.enter(ada)
    assert earned(owner, ada) == [("phone", 25, "first-teammate")]
    assert ada.left("phone") == before + 25
    cid.enter(ada)
    assert bob.call("POST", "/v1/workspace/leave").status_code == 200
    bob.sign_in()
    bob.enter(ada)
    assert earned(owner, ada) == [("phone", 25, "first-teammate")]
    assert earned(owner, bob) == earned(owner, cid) == []
    assert clean()


@pytest.mark.clause("9.23")
def test_whoever_joins_first_and_synchronises_then_counts_from_then_on(
    buyer: Buyers, newcomer: Callable[[str, State], Buyer], kernel: Kernel, owner: Owner
) -> None:
    ada, bob = buyer(), newcomer("bob", "validated")
    bob.enter(ada)
    mark_extension_seen(kernel, bob.account_id)
    assert earned(owner, ada) == []
    synchronise_with(kernel, bob)
    synchronise_with(kernel, bob)
    assert earned(owner, ada) == [("phone", 25, "first-teammate")]


def test_an_inviter_who_has_left_is_no_teammate(
    buyer: Buyers, newcomer: Callable[[str, State], Buyer], kernel: Kernel, owner: Owner
) -> None:
    ada, eve, bob = buyer(), buyer("eve", workspace=False), newcomer("bob", "seen")
    assert ada.invite(eve.email, role="admin").status_code == 201
    assert eve.call("POST", "/v1/invitations/accept", {"token": eve.code()}).status_code == 200
    eve.sign_in()
    bob.enter(eve)
    assert eve.call("POST", "/v1/workspace/leave").status_code == 200
    synchronise_with(kernel, bob)
    assert earned(owner, eve) == []


def test_before_any_plan_runs_nothing_is_granted_and_with_it_all_that_was_earned(
    buyer: Buyers, newcomer: Callable[[str, State], Buyer], kernel: Kernel, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada, bob = newcomer("ada", "seen"), buyer("bob", workspace=False)
    assert ada.create().status_code == 201
    bob.enter(ada)
    assert ada.call("PUT", "/v1/me/profile", ALL_FOUR).status_code == 204
    assert earned(owner, ada) == []
    synchronise_with(kernel, ada)
    assert earned(owner, ada) == [("phone", 25, "first-teammate"), ("direct_email", 5, "profile-completed")]
    assert clean()


@pytest.mark.clause("9.5", "9.23")
def test_a_profile_that_says_all_four_is_rewarded_once(buyer: Buyers, owner: Owner) -> None:
    ada = buyer(workspace=False)
    for part in ALL_FOUR:
        assert ada.call("PUT", "/v1/me/profile", ALL_FOUR | {part: "  "}).status_code == 204
        assert ada.get("/v1/me")["profile"] == ALL_FOUR | {part: None}
    assert earned(owner, ada) == []
    for company in ("Acme", "Acme Europe"):
        assert ada.call("PUT", "/v1/me/profile", ALL_FOUR | {"company": company}).status_code == 204
    assert ada.call("PUT", "/v1/me/profile", {}).status_code == 204
    assert set(ada.get("/v1/me")["profile"].values()) == {None}
    assert ada.call("PUT", "/v1/me/profile", ALL_FOUR).status_code == 204
    assert earned(owner, ada) == [("direct_email", 5, "profile-completed")]


@pytest.mark.clause("9.24")
def test_a_reward_is_personal_and_ends_with_the_period_its_earner_lives_under(
    buyer: Buyers, kernel: Kernel, time: Time, clock: MovableClock, owner: Owner
) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    month_ends = "2026-04-01T22:00:00+00:00"
    time.pass_to("2026-03-20T09:00:00+00:00")
    assert ada.call("PUT", "/v1/me/profile", ALL_FOUR).status_code == 204
    ada.subscribe("business", 2, "year")
    year_ends = in_utc(ada.premium["period_ends_at"])
    bob.enter(ada)
    assert rewards(owner, ada) == [("direct_email", 5, month_ends), ("phone", 25, year_ends)]
    assert year_ends == "2027-03-19T23:00:00+00:00"
    assert bob.left("phone") == ada.left("phone") - 25, "the pool is everybody's, the reward is not"
    time.pass_to(month_ends)
    assert rewards(owner, ada) == [("phone", 25, year_ends)]
    clock.set(datetime.fromisoformat(year_ends) - timedelta(seconds=1))
    assert ada.get("/v1/credits")["phone"]["available"] >= 25
    time.pass_to(year_ends)
    assert rewards(owner, ada) == []
    assert not [path for path in DOCUMENT["paths"] for word in ("convert", "refund", "reward", "exchange") if word in path]


@pytest.mark.clause("9.25")
def test_at_renewal_what_a_plan_keeps_is_carried_and_an_unspent_reward_is_lost(
    buyer: Buyers, kernel: Kernel, time: Time, owner: Owner, clean: Callable[[], bool]
) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("business", 2)
    bob.enter(ada)
    workspace, now = ada.caller.workspace_id, kernel.clock.now()
    with kernel.database.begin() as connection:
        correct(connection, Holder(workspace, None), "phone", -360, now, ends_at=None, ref="pool", reason="spent elsewhere")
        correct(connection, Holder(workspace, ada.account_id), "phone", -20, now, ends_at=None, ref="own", reason="spent elsewhere")
    assert ada.pool(owner)["phone"] == 40
    assert rewards(owner, ada) == [("phone", 10, in_utc(ada.premium["period_ends_at"]))]
    time.pass_to(ada.premium["period_ends_at"])
    assert ada.pool(owner)["phone"] == 400 + 40
    assert rewards(owner, ada) == []
    expired = "SELECT e.delta, l.source FROM entries e JOIN lots l USING (workspace_id, lot_id) WHERE e.action = 'expire'"
    assert owner.execute(f"{expired} AND e.kind = 'phone' AND l.account_id = %s", (ada.account_id,)).fetchall() == [(-10, "reward")]
    kept = "SELECT granted FROM lots WHERE workspace_id = %s AND kind = 'phone' AND grant_key LIKE '%%:kept:%%'"
    assert owner.execute(kept, (workspace,)).fetchall() == [(40,)]
    assert clean()


def test_a_reward_goes_by_the_sheet_that_its_earner_is_on(
    buyer: Buyers, kernel: Kernel, sheet_folder: Sheets, owner: Owner
) -> None:
    ada = buyer()

    def raise_it(whole: dict[str, Any]) -> None:
        whole["rewards"] = [{"code": "profile-completed", "kind": "export", "amount": 7, "most": 1}]

    sheet_folder.take_force(raise_it)
    bob = buyer("bob", workspace=False)
    for who in (ada, bob):
        assert who.call("PUT", "/v1/me/profile", ALL_FOUR).status_code == 204
    assert earned(owner, ada) == [("direct_email", 5, "profile-completed")]
    assert earned(owner, bob) == [("export", 7, "profile-completed")]
    with kernel.database.begin() as connection:
        assert not reward_account(connection, bob.account_id, "first-teammate", kernel.clock.now(), "x"), "bob's sheet has none"


@pytest.mark.parametrize("interval", ["", "month", "year"])
def test_while_a_renewal_is_late_the_next_period_counts(
    interval: str, buyer: Buyers, kernel: Kernel, clock: MovableClock, owner: Owner
) -> None:
    ada = buyer()
    if interval:
        ada.subscribe("business", 2, interval)
    clock.set(datetime.fromisoformat("2026-04-01T22:00:00+00:00" if interval != "year" else "2027-03-01T23:00:00+00:00"))
    with kernel.database.begin() as connection:
        assert reward_account(connection, ada.account_id, "profile-completed", kernel.clock.now(), "profile")
    ends_at = "2028-03-01T23:00:00+00:00" if interval == "year" else "2026-05-01T22:00:00+00:00"
    assert rewards(owner, ada) == [("direct_email", 5, ends_at)]


def test_a_tenth_of_the_grant_is_of_what_a_month_grants_a_seat(buyer: Buyers, kernel: Kernel, owner: Owner) -> None:
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("business", 2, "year")

    def report(who: Buyer, kind: str) -> int:
        """How many of thirty reports were rewarded."""
        now = kernel.clock.now()
        with kernel.database.begin() as connection:
            asked = [reward_account(connection, who.account_id, "wrong-detail", now, f"{kind}:{n}", kind=kind) for n in range(30)]
        return sum(asked)

    assert [report(ada, kind) for kind in ("phone", "b2b_email")] == [20, 10]
    assert [report(bob, kind) for kind in ("phone", "b2b_email")] == [10, 10]


def test_nobody_is_rewarded_who_has_no_account(kernel: Kernel, buyer: Buyers) -> None:
    with kernel.database.begin() as connection:
        assert not reward_account(connection, 4711, "profile-completed", kernel.clock.now(), "profile")
