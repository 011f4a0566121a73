"""No workspace reaches into another: every place that takes an id is tried with everything another workspace was shown.

The places come from the document, so that a new one is swept or, where nobody has said what may stand there, fails.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from werkzeug.test import TestResponse

from backend.kernel.http import ENDPOINTS
from tests.api.conftest import Member
from tests.api.routes import OPERATIONS, SIGNED_IN, Slot, text_slots
from tests.lookup.conftest import Directory, profile


@dataclass(frozen=True)
class Id:
    """How a member gets an id of their own for a place, which field it stands instead of, and in which they are shown."""

    own: Callable[[Member], str]
    instead_of: str = ""
    shown_as: str = "entry_id"
    served: tuple[int, ...] = (200, 204)


IDS = {
    Slot("POST", "/v1/reveals", "body", "person_id"): Id(
        lambda member: member.call("POST", "/v1/lookups", {"profile": profile("jan")}).json["person_id"],  # type: ignore[index]
        instead_of="profile",
        shown_as="person_id",
    ),
    Slot("GET", "/v1/credits/entries", "query", "cursor"): Id(
        lambda member: member.call("GET", "/v1/credits/entries?limit=1").json["next_cursor"]  # type: ignore[index]
    ),
    Slot("GET", "/v1/messages", "query", "cursor"): Id(
        lambda member: member.call("GET", "/v1/messages?limit=1").json["next_cursor"],  # type: ignore[index]
        shown_as="message_id",
    ),
    Slot("POST", "/v1/messages/{message_id}/read", "path", "message_id"): Id(
        lambda member: member.call("GET", "/v1/messages").json["messages"][0]["message_id"],  # type: ignore[index]
        shown_as="message_id",
    ),
    Slot("GET", "/v1/workspace/activity", "query", "cursor"): Id(
        lambda member: member.call("GET", "/v1/workspace/activity?limit=1").json["next_cursor"],  # type: ignore[index]
        shown_as="activity_id",
    ),
    Slot("GET", "/v1/workspace/activity", "query", "member"): Id(lambda member: own_membership(member), shown_as="member_id"),
    Slot("PUT", "/v1/workspace/members/{member_id}", "path", "member_id"): Id(
        lambda member: own_membership(member), shown_as="member_id"
    ),
    # Ann is known as a member of her Workspace, and cannot be taken out: she is its last admin.
    Slot("DELETE", "/v1/workspace/members/{member_id}", "path", "member_id"): Id(
        lambda member: own_membership(member), shown_as="member_id", served=(409,)
    ),
    Slot("POST", "/v1/workspace/invitations/{invitation_id}/resend", "path", "invitation_id"): Id(
        lambda member: own_invitation(member), shown_as="invitation_id"
    ),
    Slot("DELETE", "/v1/workspace/invitations/{invitation_id}", "path", "invitation_id"): Id(
        lambda member: own_invitation(member), shown_as="invitation_id"
    ),
}

# A quote is taken once: it starts the premium.
IDS[Slot("POST", "/v1/subscription", "body", "quote_id")] = Id(
    lambda member: member.call("GET", "/v1/subscription").json["quotes"][0]["quote_id"],  # type: ignore[index]
    shown_as="quote_id",
    served=(201,),
)

IDS[Slot("POST", "/v1/me/questions/{question_id}", "path", "question_id")] = Id(
    lambda member: member.call("GET", "/v1/me/questions").json["questions"][0]["question_id"],  # type: ignore[index]
    shown_as="question_id",
)

IDS[Slot("GET", "/v1/helpdesk/threads", "query", "cursor")] = Id(
    lambda member: member.call("GET", "/v1/helpdesk/threads?limit=1").json["next_cursor"],  # type: ignore[index]
    shown_as="thread_id",
)
for way, end, answered in (("GET", "", 200), ("POST", "/messages", 201), ("POST", "/close", 200)):
    IDS[Slot(way, f"/v1/helpdesk/threads/{{thread_id}}{end}", "path", "thread_id")] = Id(
        lambda member: member.call("GET", "/v1/helpdesk/threads").json["threads"][0]["thread_id"],  # type: ignore[index]
        shown_as="thread_id",
        served=(answered,),
    )

for way, end, answered in (("GET", "", 200), ("POST", "", 303), ("POST", "/close", 303)):
    IDS[Slot(way, f"/account/help/{{thread_id}}{end}", "path", "thread_id")] = Id(
        lambda member: member.call("GET", "/v1/helpdesk/threads").json["threads"][0]["thread_id"],  # type: ignore[index]
        shown_as="thread_id",
        served=(answered,),
    )

IDS[Slot("POST", "/v1/reports", "body", "person_id")] = Id(
    lambda member: member.call("POST", "/v1/lookups", {"profile": profile("jan")}).json["person_id"],  # type: ignore[index]
    shown_as="person_id",
    served=(201,),
)
IDS[Slot("GET", "/v1/reports", "query", "cursor")] = Id(
    lambda member: member.call("GET", "/v1/reports?limit=1").json["next_cursor"],  # type: ignore[index]
    shown_as="report_id",
)

# Who has one may use it, whoever they are: it was mailed, or handed to one browser. Nothing else may pass for one.
SECRETS = {
    Slot("POST", "/v1/accounts/validate", "body", "code"),
    Slot("POST", "/v1/password/reset/confirm", "body", "token"),
    Slot("POST", "/v1/invitations/accept", "body", "token"),
    # Of one's own account only: tests/robots/test_human_check.py tries another's.
    Slot("POST", "/v1/robots/check", "body", "check"),
    Slot("POST", "/v1/sandbox/payments/{payment_id}", "path", "payment_id"),
    # One's own Workspace's only; nothing is due here, so tests/subscriptions/test_paying.py tries those of others.
    Slot("POST", "/v1/subscription/payments/{payment_id}/pay", "path", "payment_id"),
    Slot("GET", "/objection/{token}", "path", "token"),
    Slot("POST", "/objection/{token}", "path", "token"),
    Slot("GET", "/linkedin/start/{ticket}", "path", "ticket"),
    Slot("GET", "/compromise/{token}", "path", "token"),
    Slot("POST", "/compromise/{token}", "path", "token"),
    Slot("GET", "/door/{token}", "path", "token"),
    Slot("GET", "/door/{token}/export", "path", "token"),
    Slot("GET", "/export/{token}", "path", "token"),
    *(Slot(method, "/ops/enrol/{link}", "path", "link") for method in ("GET", "POST")),
    *(Slot("POST", f"/door/{{token}}/{act}", "path", "token") for act in ("cure", "appeal", "pay", "delete")),
}

# Words of the caller's own, which lead to nothing that belongs to anybody else.
WORDS = {
    ("body", "email"), ("body", "password"), ("body", "current"), ("body", "consent"), ("body", "profile"), ("body", "page"),
    ("body", "client.proof"), ("body", "sub"), ("path", "code"), ("path", "version"), ("body", "version"), ("body", "now"),
    ("body", "name"),
    ("body", "phrase"), ("query", "action"), ("body", "answer"), ("body", "text"), ("body", "advance"), ("path", "kind"),
    ("body", "plan"), ("body", "amount"), ("body", "subscriber.legal_name"), ("body", "subscriber.country"),
    ("body", "subscriber.siren"), ("body", "registered_number"), ("body", "subscriber.vat_number"), ("body", "given_name"),
    ("body", "family_name"), ("body", "job_title"), ("body", "company"),
}  # fmt: skip

BACKEND = Path(__file__).parents[2] / "backend"
_ID = re.compile(r"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])")


def own_membership(member: Member) -> str:
    """A member's id in their own workspace."""
    return str(member.call("GET", "/v1/workspace").json["members"][0]["member_id"])  # type: ignore[index]


def own_invitation(member: Member) -> str:
    """The id of an invitation to a member's own workspace."""
    asked = {"email": "another@guest-company.example"}
    return str(member.call("POST", "/v1/workspace/invitations", asked).json["invitation_id"])  # type: ignore[index]


def send(member: Member, slot: Slot, value: str) -> TestResponse:
    """A right request, but for `value` in this place."""
    [body] = [each.body for each in OPERATIONS if (each.method, each.path) == (slot.method, slot.path)] or [None]
    path = slot.path
    if slot.where == "path":
        path = path.replace(f"{{{slot.name}}}", quote(value, safe=""))
    elif slot.where == "query":
        path += f"?{slot.name}={quote(value, safe='')}"
    else:
        body = {name: kept for name, kept in body.items() if slot not in IDS or name != IDS[slot].instead_of} | {slot.name: value}
    return member.call(slot.method, path, body)


def read_everything(member: Member) -> str:
    """All that is ever shown to a member."""
    read = [each.path for each in SIGNED_IN if each.method == "GET"]
    pages = [each.path for each in ENDPOINTS.values() if each.who == "reader" and each.method == "GET"]
    return "\n".join(member.call("GET", path).text for path in (*read, *pages))


@dataclass
class Tenants:
    """Ann and Eve, each in a workspace of her own. Both revealed Jan, Eve alone Eva. `ids` are those Eve was ever shown."""

    ann: Member
    eve: Member
    ids: set[str]

    @property
    def tried(self) -> set[str]:
        """The ids, Eve's secrets, and the plain numbers behind them."""
        caller = self.eve.caller
        numbers = {str(number) for number in (caller.account_id, caller.workspace_id, caller.session_id)}
        return self.ids | numbers | {self.eve.refresh_token, self.eve.refresh_token[:26], self.eve.refresh_token[26:52]}

    def refuse_anything_of_eve(self, text: str) -> None:
        """Fail where the text holds an address or an id of Eve's."""
        assert "eves-find" not in text
        assert "eve-company" not in text
        assert self.ids.isdisjoint(_ID.findall(text))


@pytest.fixture
def tenants(join: Callable[..., Member], directory: Directory) -> Tenants:
    directory.add("jan", b2b_email="jan@acme.example", phone="+31970102001")
    directory.add("eva", b2b_email="eva@eves-find.example", phone="+31970102002")
    ann, eve = join("ann"), join("eve")
    shown = []
    for name in ("jan", "eva"):
        shown += [eve.call("POST", path, {"profile": profile(name), **more}).text
                  for path, more in (("/v1/lookups", {}), ("/v1/reveals", {"kinds": ["b2b_email"]}))]  # fmt: skip
    for member in (ann, eve):
        revealed = member.call("POST", "/v1/reveals", {"profile": profile("jan"), "kinds": ["b2b_email", "phone"]})
        assert revealed.status_code == 200
        for kind in ("b2b_email", "phone"):
            report = {"person_id": revealed.json["person_id"], "kind": kind, "wrong": "old"}  # type: ignore[index]
            assert member.call("POST", "/v1/reports", report).status_code == 201
    shown += [read_everything(eve), *(given.own(eve) for given in IDS.values())]
    return Tenants(ann, eve, set(_ID.findall("\n".join(shown))))


def test_of_every_place_of_a_text_it_is_known_what_may_stand_there() -> None:
    known = {slot for slot in text_slots() if (slot.where, slot.name) in WORDS and slot not in SECRETS}
    assert {str(slot) for slot in text_slots() - known} == {str(slot) for slot in SECRETS | set(IDS)}
    assert {(slot.where, slot.name) for slot in known} == WORDS


def test_an_id_of_ones_own_is_served(tenants: Tenants) -> None:
    for slot, given in IDS.items():
        assert send(tenants.ann, slot, given.own(tenants.ann)).status_code in given.served, slot


def test_everything_shown_to_another_workspace_is_unknown_here(tenants: Tenants, owner: psycopg.Connection[Any]) -> None:
    assert len(tenants.ids) > 8
    before = owner.execute("SELECT count(*) FROM entries").fetchone()
    for slot in SECRETS | set(IDS):
        for value in tenants.tried:
            answer = send(tenants.ann, slot, value)
            expected = (400, 404, 422) if slot in SECRETS else (404, 422)
            assert answer.status_code in expected, (slot, answer.text)
            tenants.refuse_anything_of_eve(answer.text)
    assert owner.execute("SELECT count(*) FROM entries").fetchone() == before
    assert owner.execute("SELECT count(*) FROM people WHERE hidden_at IS NOT NULL").fetchone() == (0,)


def test_an_id_of_one_kind_is_none_of_another(tenants: Tenants) -> None:
    text = read_everything(tenants.ann)
    for slot, given in IDS.items():
        of_this_kind = set(re.findall(f'"{given.shown_as}":"([a-z2-7]{{26}})"', text))
        others = set(_ID.findall(text)) - of_this_kind
        assert of_this_kind
        assert others
        assert {send(tenants.ann, slot, value).status_code for value in of_this_kind} <= set(given.served)
        assert {send(tenants.ann, slot, value).status_code for value in others} <= {404, 422}


def test_what_is_read_is_ones_own(tenants: Tenants) -> None:
    tenants.refuse_anything_of_eve(read_everything(tenants.ann))
    assert "eve@eve-company.example" in read_everything(tenants.eve)


def test_every_table_of_a_workspace_refuses_others_in_the_database_or_its_room_says_why_not(
    owner: psycopg.Connection[Any],
) -> None:
    found = owner.execute(
        "SELECT c.relname, c.relrowsecurity FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE a.attname = 'workspace_id'"
    ).fetchall()
    assert {name for name, _ in found} >= {"permits", "lots", "reveals", "entries", "members", "workspaces", "subscriptions"}
    scripts = [path.read_text() for path in BACKEND.glob("*/*.sql")]
    for name, refuses in found:
        granted = [text for text in scripts if re.search(rf"^GRANT .*\b{name}\b", text, re.MULTILINE)]
        assert granted
        assert refuses or all("-- No row-level security on these" in text for text in granted), name


def test_two_workspaces_know_one_person_by_two_ids(tenants: Tenants) -> None:
    own = IDS[Slot("POST", "/v1/reveals", "body", "person_id")].own
    assert own(tenants.ann) != own(tenants.eve)
    assert own(tenants.ann) == own(tenants.ann)
