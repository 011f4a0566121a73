"""Accounts that act for a premium: suspended, the billing goes on; deleted, it ends or another admin goes on with it."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from backend.credits import KINDS
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.workspaces import WorkspaceDeleted
from tests.accounts.standing.conftest import Buyer, Person, Time, texts_to
from tests.accounts.standing.test_deletion import RIGHT
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import FOR_WHOM
from tests.workspaces.conftest import code_of
from tests.workspaces.test_moving import lots as lots_of

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


@pytest.mark.clause("6.3.12")
def test_where_the_subscriber_deletes_their_account_the_other_admin_goes_on_with_the_premium(
    buyer: Callable[..., Buyer], time: Time, kernel: Kernel, owner: Owner
) -> None:
    ada, eve, max_ = buyer(), buyer("eve", workspace=False), buyer("max", workspace=False)
    ada.pay(ada.subscribe("business", 3))
    for who in (eve, max_):
        who.enter(ada)
    assert ada.call("PUT", f"/v1/workspace/members/{ada.member_id(eve)}", {"role": "admin"}).status_code == 204
    workspace, pool, ends_at = ada.caller.workspace_id, ada.pool(owner), eve.premium["period_ends_at"]
    premium = "SELECT premium_id, state, plan, seats, means, period, period_ends_at, last_period, next_order FROM premiums"
    subscriber = "SELECT workspace_id, premium_id, sealed FROM subscribers"
    before = owner.execute(premium).fetchall(), owner.execute(subscriber).fetchall()
    assert pool == {"phone": 600, "direct_email": 600, "export": 3000, "b2b_email": 1500}
    assert ada.call("POST", "/v1/me/deletion", RIGHT).status_code == 204
    assert eve.pool(owner) == pool
    assert (owner.execute(premium).fetchall(), owner.execute(subscriber).fetchall()) == before
    # The same day and the same price, from the same legal entity, which every invoice of this premium names.
    time.pass_to(ends_at)
    assert [row[:2] for row in dues_of(owner, workspace)] == [("start", "237.00"), ("renewal", "237.00")]
    assert eve.pool(owner) == {kind: 2 * amount for kind, amount in pool.items()}  # kept, and granted anew
    premium_id, sealed = owner.execute("SELECT premium_id, sealed FROM subscribers").fetchone()  # type: ignore[misc]
    assert FOR_WHOM.items() <= json.loads(kernel.sealer.open(sealed, f"premium:{premium_id}:subscriber")).items()
    assert owner.execute("SELECT DISTINCT premium_id FROM dues").fetchall() == [(premium_id,)]
    # What the subscriber is told next goes to the admin who is left, and to nobody else.
    renewal = eve.get("/v1/subscription")["dues"][-1]
    assert "payment-failed" not in eve.told()
    eve.pay(renewal, "failed")
    assert eve.told()[0] == "payment-failed"
    assert "payment-failed" not in max_.told()
    assert owner.execute("SELECT count(*) FROM messages WHERE account_id = %s", (ada.account_id,)).fetchone() == (0,)


@pytest.mark.clause("6.3.13")
def test_the_credits_of_a_freemium_admin_survive_the_workspace_they_delete(
    ann: Person, ben: Person, directory: Directory, owner: Owner, findings: Callable[[], list[Any]]
) -> None:
    ben.join(ann)
    assert [ann.outcome("p0"), ann.outcome("p1", "b2b_email"), ben.outcome("p2")] == ["revealed"] * 3
    before = [{kind: who.left(kind) for kind in KINDS} for who in (ann, ben)]
    lots = [lots_of(who, owner) for who in (ann, ben)]
    assert ann.call("DELETE", "/v1/workspace", {"phrase": "delete Acme Sales"}).status_code == 200
    for who in (ann, ben):
        who.sign_in()
        assert who.get("/v1/me")["workspace"]["name"] is None
    after = [{kind: who.left(kind) for kind in KINDS} for who in (ann, ben)]
    assert after == before
    assert after[0] == {"b2b_email": 24, "phone": 6 + 25, "direct_email": 7, "export": 15}, "Ben is her first teammate"
    assert [lots_of(who, owner) for who in (ann, ben)] == lots
    assert findings() == []


@pytest.mark.clause("6.3.14")
def test_the_only_admin_who_deletes_a_premium_workspace_loses_its_pool_and_everybody_is_on_the_freemium(
    buyer: Callable[..., Buyer], directory: Directory, kernel: Kernel, owner: Owner, findings: Callable[[], list[Any]]
) -> None:
    ada, eve = buyer(), buyer("eve", workspace=False)
    due = ada.subscribe("business", 2, phone=1)
    ada.pay(due)
    eve.enter(ada)
    assert eve.outcome("p0") == "revealed"
    workspace, pool = ada.caller.workspace_id, ada.pool(owner)
    lost = owner.execute("SELECT lot_id, remaining FROM lots WHERE workspace_id = %s AND account_id IS NULL AND open", (workspace,))
    lots = dict(lost.fetchall())
    assert pool["phone"] == 499
    assert len(lots) >= 4
    seen: list[tuple[list[Any], list[Any]]] = []

    def look(connection: sa.Connection, event: WorkspaceDeleted) -> None:
        here = {"w": event.workspace_id}
        voids = "SELECT lot_id, delta, reason FROM entries WHERE workspace_id = :w AND action = 'void' ORDER BY lot_id"
        left = "SELECT sum(remaining) FROM lots WHERE workspace_id = :w AND account_id IS NULL"
        seen.append(([tuple(row) for row in connection.execute(sa.text(voids), here)], [connection.scalar(sa.text(left), here)]))

    kernel.events.on(WorkspaceDeleted, look)
    phrase = {"phrase": "delete Acme Sales"}
    assert ada.call("PUT", f"/v1/workspace/members/{ada.member_id(eve)}", {"role": "admin"}).status_code == 204
    assert code_of(ada.call("DELETE", "/v1/workspace", phrase)) == (409, "other-admins")
    assert (ada.pool(owner), seen) == (pool, [])
    assert ada.call("PUT", f"/v1/workspace/members/{ada.member_id(eve)}", {"role": "member"}).status_code == 204
    assert ada.call("DELETE", "/v1/workspace", phrase).status_code == 200
    assert seen == [([(lot_id, -left, "workspace_deleted") for lot_id, left in sorted(lots.items())], [0])]
    assert ada.pool(owner) == {}
    assert owner.execute("SELECT state FROM premiums WHERE workspace_id = %s", (workspace,)).fetchone() == ("ended",)
    assert [row[:2] for row in dues_of(owner, workspace)] == [("start", "188.00")]
    for who in (ada, eve):
        who.sign_in()
        assert who.get("/v1/me")["plan"]["code"] == "free"
        assert who.outcome("p5") == "revealed"
    paid = owner.execute(
        "SELECT l.account_id, l.source FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'reveal' AND e.workspace_id <> %s ORDER BY l.account_id", (workspace,)
    ).fetchall()  # fmt: skip
    assert {row[0] for row in paid} == {ada.account_id, eve.account_id}
    assert {row[1] for row in paid} <= {"subscription", "registration"}
    assert findings() == []


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
