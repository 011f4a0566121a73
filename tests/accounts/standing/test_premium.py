"""Accounts that act for a premium: suspended, the billing goes on; deleted, it ends or another admin goes on with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from tests.accounts.standing.conftest import Buyer, Person, Time, texts_to
from tests.accounts.standing.test_deletion import RIGHT
from tests.workspaces.conftest import code_of

Owner = psycopg.Connection[Any]


def dues_of(owner: Owner, workspace_id: int) -> list[tuple[Any, ...]]:
    found = owner.execute("SELECT what, amount::text, state FROM dues WHERE workspace_id = %s ORDER BY due_id", (workspace_id,))
    return found.fetchall()


def consequences_of(who: Person) -> dict[str, str]:
    return {each["code"]: each["text"] for each in who.get("/v1/me/deletion")["consequences"]}


@pytest.mark.clause("6.4.7")
def test_a_renewal_during_a_suspension_makes_its_amount_due_and_the_mail_said_so(
    buyer: Callable[..., Buyer], suspend: Callable[[Person], None], clock: MovableClock, time: Time, owner: Owner
) -> None:
    ada = buyer()
    ada.subscribe("business", 2)
    ends_at = datetime.fromisoformat(ada.premium["period_ends_at"])
    time.pass_to("2026-03-30T10:00:00+00:00")
    suspend(ada)
    assert "billing goes on" in texts_to(ada)
    time.pass_to(ends_at)
    assert dues_of(owner, ada.caller.workspace_id) == [("start", "158.00", "submitted"), ("renewal", "158.00", "submitted")]
    assert code_of(ada.call("GET", "/v1/subscription")) == (403, "account-suspended")


@pytest.mark.clause("6.3.2")
def test_each_is_told_what_deleting_their_account_would_mean(buyer: Callable[..., Buyer], ben: Person, cid: Person) -> None:
    ada, eve = buyer(), buyer("eve", workspace=False)
    due = ada.subscribe("business", 3)
    eve.enter(ada)
    alone = consequences_of(ben)
    assert {"access", "irrevocable", "home-goes", "own-credits", "address", "archive"} <= set(alone)
    assert "25 B2B email, 7 phone, 7 direct email, 15 export" in alone["own-credits"]
    assert not {"premium-ends", "debt", "pool-credits", "workspace-goes"} & set(alone)
    admin = consequences_of(ada)
    assert "its other members (1) lose access" in admin["workspace-goes"]
    assert "600 phone" in admin["pool-credits"]
    assert "Business subscription ends now" in admin["premium-ends"]
    assert "debt" not in admin
    member = consequences_of(eve)
    assert "goes on without you" in member["workspace-stays"]
    assert "goes on without you" in member["premium-goes-on"]
    assert not {"premium-ends", "debt", "pool-credits"} & set(member)
    ada.pay(due, "failed")
    assert "284.40, VAT included, is unpaid" in consequences_of(ada)["debt"]
    french = ada.app.test_client().get("/v1/me/deletion", headers={"Authorization": f"Bearer {ada.token}", "Accept-Language": "fr"})
    assert "TVA comprise" in french.text
    assert (french.json or {})["phrase"] == "supprimer mon compte"


def test_where_the_subscriber_deletes_their_account_the_other_admin_goes_on_with_the_premium(
    buyer: Callable[..., Buyer], time: Time, owner: Owner
) -> None:
    ada, eve = buyer(), buyer("eve", workspace=False)
    ada.subscribe("business", 2)
    eve.enter(ada)
    assert ada.call("PUT", f"/v1/workspace/members/{ada.member_id(eve)}", {"role": "admin"}).status_code == 204
    workspace, pool, ends_at = ada.caller.workspace_id, ada.pool(owner), eve.premium["period_ends_at"]
    subscriber = owner.execute("SELECT * FROM subscribers").fetchall()
    assert ada.call("POST", "/v1/me/deletion", RIGHT).status_code == 204
    assert eve.pool(owner) == pool
    assert eve.premium["period_ends_at"] == ends_at
    time.pass_to(ends_at)
    assert dues_of(owner, workspace)[1:] == [("renewal", "158.00", "submitted")]
    assert owner.execute("SELECT * FROM subscribers").fetchall() == subscriber


def test_the_only_admin_ends_the_premium_and_the_next_month_grants_nothing_to_nobody(
    buyer: Callable[..., Buyer], time: Time, owner: Owner, findings: Callable[[], list[Any]]
) -> None:
    ada, eve = buyer(), buyer("eve", workspace=False)
    ada.subscribe("business", 2)
    eve.enter(ada)
    assert ada.call("POST", "/v1/me/deletion", RIGHT).status_code == 204
    eve.sign_in()
    assert eve.get("/v1/me")["plan"]["code"] == "free"
    time.pass_to("2026-05-20T10:00:00+00:00")
    assert owner.execute("SELECT count(*) FROM subscriptions").fetchone() == (1,)
    assert owner.execute("SELECT count(*) FROM lots WHERE account_id = %s", (ada.account_id,)).fetchone() == (0,)
    assert findings() == []


@pytest.mark.clause("5.6")
def test_the_account_comes_first_and_then_the_subscription(buyer: Callable[..., Buyer]) -> None:
    client = buyer().app.test_client()
    for path in ("/v1/subscription/quotes", "/v1/subscription"):
        assert code_of(client.post(path, json={})) == (401, "token-missing")
