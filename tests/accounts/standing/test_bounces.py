"""Mail that came back: the copy in the account stands, and somebody has to look (7.1.14, X22)."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.accounts.standing.conftest import Buyer, Ops, Person, Time, letters_to

Owner = psycopg.Connection[Any]


def tasks_of(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT code, subject FROM ops_tasks WHERE closed_at IS NULL").fetchall()


@pytest.mark.clause("7.1.14")
def test_the_mail_of_a_subscription_that_came_back_leaves_the_copy_in_the_account_and_opens_a_task(
    buyer: Callable[..., Buyer], time: Time, owner: Owner
) -> None:
    ada = buyer()
    ada.subscribe("business", 2)
    time.work()
    before = ada.get("/v1/messages")["messages"]
    [copy] = [each for each in before if each["code"] == "premium-started-month"]
    assert copy["subject"] in [letter.subject for letter in letters_to(ada)]
    assert tasks_of(owner) == []
    came_back = ada.app.test_client().post("/v1/sandbox/bounces", json={"email": ada.email})
    assert (came_back.status_code, came_back.json) == (200, {"messages": len(before)})
    assert [{**each, "mailed_at": ""} for each in ada.get("/v1/messages")["messages"]] == [{**e, "mailed_at": ""} for e in before]
    assert tasks_of(owner) == [("mail-bounced", f"account {ada.account_id}")]
    kept = owner.execute("SELECT count(*) FROM messages WHERE account_id = %s AND bounced_at IS NULL", (ada.account_id,))
    assert kept.fetchone() == (0,)


def test_operators_say_so_where_the_mail_server_only_returned_a_mail(ben: Person, time: Time, ops: Ops, owner: Owner) -> None:
    assert ops("ask", ben.email, "--question", "Which company do you work for?").exit_code == 0
    time.work()
    noted = ops("bounced", ben.email.upper(), reason="It came back: no such mailbox.")
    assert (noted.exit_code, noted.output.split()[0]) == (0, "1")
    assert "identity-question" in ben.told()
    again = ops("bounced", ben.email, reason="And again.")
    assert (again.exit_code, again.output.split()[0]) == (0, "0")
    assert tasks_of(owner) == [("mail-bounced", f"account {ben.account_id}")]
    logged = owner.execute("SELECT action, reason FROM ops_log WHERE action = 'mail.bounced' ORDER BY at, entry_id").fetchall()
    assert logged == [("mail.bounced", "It came back: no such mailbox."), ("mail.bounced", "And again.")]
    assert ops("bounced", "nobody@nowhere.example").exit_code == 1
