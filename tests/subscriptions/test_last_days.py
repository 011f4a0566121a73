"""What members have of a premium's last days: three mails with a link to take out what they see, and what is theirs afterwards."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel.clock import MovableClock
from backend.kernel.mail import read_mailbox
from backend.terms.publishing import publish
from tests.lookup.conftest import Directory
from tests.subscriptions.conftest import Buyer, Time
from tests.subscriptions.test_other_ends import house  # noqa: F401
from tests.subscriptions.test_renewal import start
from tests.terms.conftest import ACT, NEW, House

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
LINK = re.compile(r"/export/[a-z2-7]{52}")


def links_of(who: Buyer) -> list[str]:
    """The links in the mails that say it ends soon."""
    with who.kernel.database.begin() as connection:
        mails = [each.letter for each in read_mailbox(connection, who.kernel.sealer)]
    return [link for mail in mails if mail.to == who.email for link in LINK.findall(mail.text)]


def own_lots(owner: Owner, who: Buyer) -> list[Any]:
    lots = "SELECT kind, source, sum(remaining) FROM lots WHERE account_id = %s AND remaining > 0 GROUP BY 1, 2 ORDER BY 1, 2"
    return owner.execute(lots, (who.account_id,)).fetchall()  # type: ignore[arg-type]


@pytest.mark.clause("7.5.17")
def test_members_take_out_what_they_see_before_the_end_and_keep_account_and_credits_after_it(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, directory: Directory, clean: Callable[[], bool]
) -> None:
    ada = start(clock, buyer, "2026-05-15T10:00:00+02:00", "business", 2)
    bob = buyer("bob", workspace=False)
    bob.enter(ada)
    ada.end()
    directory.add("jan", b2b_email="jan@found.example")
    directory.add("eva", b2b_email="eva@found.example")
    assert (ada.outcome("jan", "b2b_email"), bob.outcome("eva", "b2b_email")) == ("revealed", "revealed")
    end = datetime.fromisoformat("2026-06-15T00:00:00+02:00")
    time.pass_to(end - timedelta(seconds=1))
    client = ada.app.test_client()
    for who in (ada, bob):
        links = links_of(who)
        assert (len(links), len(set(links))) == (3, 1)  # thirty, seven and one day ahead
        given = client.get(links[0])
        assert "attachment" in given.headers["Content-Disposition"]
        values = {value["value"] for each in given.json["shared"] for value in each["values"]}  # type: ignore[index]
        seen = {who.reveal(name, "b2b_email").json["results"]["b2b_email"]["values"][0]["value"] for name in ("jan", "eva")}  # type: ignore[index]
        assert values == seen == {"jan@found.example", "eva@found.example"}
        assert {each["kind"] for each in who.get("/v1/me/export")["shared"]} == {"b2b_email"}
    assert links_of(ada)[0] != links_of(bob)[0]
    assert client.get(links_of(ada)[0][:-26] + links_of(bob)[0][-26:]).status_code == 404
    before = {who.email: [lot for lot in own_lots(owner, who) if lot[1] == "registration"] for who in (ada, bob)}
    time.pass_to(end)
    for who in (ada, bob):
        who.sign_in()
        assert client.get(links_of(who)[0]).status_code == 404
        me = who.get("/v1/me")
        assert (me["account"]["state"], me["plan"]["code"], me["workspace"]["name"]) == ("active", "free", None)
        assert [lot for lot in own_lots(owner, who) if lot[1] == "registration"] == before[who.email] != []
    assert clean()


@pytest.mark.clause("7.3.11")
def test_after_the_end_what_only_a_higher_plan_has_is_refused(buyer: Buyers, clock: MovableClock, time: Time, owner: Owner) -> None:
    ada = start(clock, buyer, "2026-04-15T10:00:00+02:00", "business", 2)
    ada.end()
    time.pass_to("2026-05-14T23:59:59+02:00")
    ada.sign_in()
    path, limited = "/v1/workspace/members/", {"limits": {"phone": 10}}
    assert ada.call("PUT", path + ada.member_id(ada), limited).status_code == 204
    assert ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}}).status_code == 201
    time.pass_to("2026-05-15T00:00:00+02:00")
    ada.sign_in()
    assert ada.create().status_code == 201
    for answer in (
        ada.call("PUT", path + ada.member_id(ada), limited),
        ada.post("/v1/subscription/packs", {"packs": {"pack-phone": 1}}),
        ada.post("/v1/subscription/change/preview", {"plan": "business", "seats": 3, "interval": "month"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (403, "plan-required")  # type: ignore[index]


@pytest.mark.clause("15.2.6")
def test_a_premium_needs_the_data_processing_agreement_in_a_version_whose_changes_are_announced(
    buyer: Buyers, clock: MovableClock, time: Time, owner: Owner, house: House  # noqa: F811
) -> None:  # fmt: skip
    ada = buyer("ada")
    refused = ada.accept(ada.quote().json, accept_dpa=False)
    assert (refused.status_code, refused.json["code"]) == (409, "dpa-required")  # type: ignore[index]
    assert owner.execute("SELECT count(*) FROM premiums").fetchone() == (0,)
    ada.subscribe("business", 1)
    kept = owner.execute(
        "SELECT a.version, a.sha256 = d.sha256, a.workspace_id, a.accepted_at FROM acceptances a"
        " JOIN documents d ON d.kind = a.document AND d.version = a.version AND d.lang = a.lang"
        " WHERE a.account_id = %s AND a.document = 'dpa'",
        (ada.account_id,),
    ).fetchall()
    assert kept == [("2026-03", True, ada.caller.workspace_id, clock.now())]
    house.draft("dpa")
    at = clock.now() + timedelta(days=15)
    publish(house.kernel, ACT, "dpa", NEW, at)
    house.work()
    [message] = [each for each in ada.get("/v1/messages")["messages"] if each["code"] == "change-dpa"]
    with house.kernel.database.begin() as connection:
        mails = [each.letter for each in read_mailbox(connection, house.kernel.sealer)]
    assert [mail.to for mail in mails if f"/dpa/{NEW}" in mail.text] == [ada.email]
    assert f"/dpa/{NEW}" in message["text"]
    time.pass_to(at)
    held = [each for each in ada.get("/v1/terms")["mine"] if each["document"] == "dpa"]
    assert [(each["version"], each["action"]) for each in held] == [(NEW, "tacit")]
