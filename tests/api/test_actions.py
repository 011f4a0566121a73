"""Every route that changes something writes down who did it (6.2.6): found from the declarations, so that a new one is asked."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.accounts.consent import CONSENT_VERSION
from backend.kernel.http import ENDPOINTS
from tests.api.conftest import Member
from tests.api.routes import PASSWORD, SIGNED_IN
from tests.lookup.conftest import Directory, profile

# Whoever shows one of these to the next is asked for the ids of their own, where the address has a place for one.
RIGHT: dict[str, Any] = {
    "POST /v1/linkedin/connect": {"consent": CONSENT_VERSION},
    "PUT /v1/password": {"current": PASSWORD, "password": "eleven-hats-in-a-row"},
    "POST /v1/me/deletion": {"phrase": "delete my account", "password": PASSWORD},
}
OWN_IDS: dict[str, Callable[[Member], str]] = {
    "message_id": lambda member: str(member.call("GET", "/v1/messages").json["messages"][0]["message_id"]),  # type: ignore[index]
    "thread_id": lambda member: str(member.call("GET", "/v1/helpdesk/threads").json["threads"][0]["thread_id"]),  # type: ignore[index]
    "question_id": lambda member: str(member.call("GET", "/v1/me/questions").json["questions"][0]["question_id"]),  # type: ignore[index]
}
MINE = (
    "POST /v1/linkedin/connect", "PUT /v1/password", "DELETE /v1/sessions/current", "POST /v1/messages/{message_id}/read",
    "POST /v1/me/questions/{question_id}", "POST /v1/me/compromise", "POST /v1/me/deletion",
    "POST /v1/helpdesk/threads", "POST /v1/helpdesk/threads/{thread_id}/messages", "POST /v1/helpdesk/threads/{thread_id}/close",
)  # fmt: skip


@pytest.mark.clause("6.2.6")
def test_each_change_writes_a_row_with_its_account(
    join: Callable[..., Member], directory: Directory, owner: psycopg.Connection[Any]
) -> None:
    directory.add("jan", phone="+31970102001")
    done, declared = set(), {f"{each.method} {each.path}": each.who for each in ENDPOINTS.values()}
    for number, route in enumerate(each for each in SIGNED_IN if each.method != "GET"):
        who, name = join(f"user{number}"), str(route)
        path, body = route.path, RIGHT.get(name, route.body)
        for place, read in OWN_IDS.items():
            if f"{{{place}}}" in path:
                path = path.replace(f"{{{place}}}", read(who))
        if name == "POST /v1/reveals":
            body = {"profile": profile("jan"), "kinds": ["phone"]}
        if who.call(route.method, path, body).status_code >= 400:
            continue
        done.add(name)
        if declared[name] == "person":
            row = owner.execute("SELECT account_id, action FROM account_actions ORDER BY action_id DESC LIMIT 1").fetchone()
            assert row == (who.account_id, name)
        elif name == "POST /v1/reveals":
            entry = owner.execute("SELECT account_id FROM entries ORDER BY entry_id DESC LIMIT 1").fetchone()
            assert entry == (who.account_id,)
        else:
            assert name == "POST /v1/lookups"  # it changes nothing
    assert done >= {*MINE, "POST /v1/reveals", "POST /v1/workspace/invitations"}
