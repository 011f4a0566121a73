"""HTTP: a Workspace, its name, its invitations and members, its log, its usage, its end. Who is who is shown by the room above."""

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.credits import KINDS
from backend.kernel.emails import read_email
from backend.kernel.http import Body, Caller, Room, caller, kernel
from backend.kernel.limits import READS, WRITES, Limit
from backend.kernel.pages import page_language
from backend.kernel.paging import Page, answer_list, read_cursor, read_query_id
from backend.kernel.problems import Problem
from backend.kernel.tokens import make_access_token
from backend.workspaces import deletion, invitations, moving, naming, reading, roles
from backend.workspaces.activity import Entry
from backend.workspaces.words import write_consequences

api = Room("workspaces", __name__)

_NOT_YOURS = "not of your Workspace"

INVITATIONS = Limit("invitations", 100, 86_400, 20)
"""No bulk mail by way of invitations (11.1.9): twenty at once, a hundred a day, an account."""


def _read_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable() or "://" in name or "www." in name.lower():
        raise ValueError("A name is a few words, no address.")
    return name


Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_read_name)]
Email = Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(read_email)]
Role = Literal["admin", "member"]
Most = Annotated[int, Field(ge=0, le=1_000_000)]


class Naming(Body):
    name: Name


class Invite(Body):
    email: Email
    role: Role = "member"


class Limits(Body):
    """The most of each kind in a calendar month (Europe/Paris); a kind that is left out has no limit."""

    b2b_email: Most | None = None
    phone: Most | None = None
    direct_email: Most | None = None
    export: Most | None = None


class MemberChange(Body):
    role: Role | None = None
    limits: Limits | None = None


class Confirmation(Body):
    phrase: Annotated[str, Field(max_length=200)]


class ActivityPage(Page):
    member: Annotated[str, Field(max_length=64)] = ""
    action: Annotated[str, Field(max_length=64)] = ""


class Named(TypedDict):
    workspace_id: str
    name: str


class InvitationShown(TypedDict):
    invitation_id: str
    email: str
    role: str
    sent_at: datetime
    lapses_at: datetime


class Moved(TypedDict):
    workspace_id: str
    access_token: str
    expires_in: int


class Line(TypedDict):
    activity_id: str
    at: datetime
    action: str
    by: str | None
    member: str | None
    facts: dict[str, str | int | None]


class Activity(TypedDict):
    entries: list[Line]
    next_cursor: str | None


class Spent(TypedDict):
    b2b_email: int
    phone: int
    direct_email: int
    export: int


class MemberUsage(TypedDict):
    member_id: str
    this_period: Spent
    period_before: Spent


class Usage(TypedDict):
    this_period_began_at: datetime
    period_before_began_at: datetime
    members: list[MemberUsage]


class Consequence(TypedDict):
    code: str
    text: str


class Deletion(TypedDict):
    phrase: str
    other_admins: int
    other_members: int
    invited: int
    premium: bool
    lost: dict[str, int]
    kept: dict[str, int]
    consequences: list[Consequence]


@api.post("/v1/workspaces", limit=WRITES, body=Naming, answer=Named, status=201, problems=("workspace-exists",))
def create(body: Naming) -> Named:
    """Make your home a Workspace by naming it; you are its admin."""
    naming.create_workspace(kernel(), caller(), body.name)
    return _show_name(body)


@api.put("/v1/workspace", limit=WRITES, body=Naming, answer=Named, problems=("admin-required", "workspace-required"))
def rename(body: Naming) -> Named:
    """Give the Workspace another name."""
    naming.rename_workspace(kernel(), caller(), body.name)
    return _show_name(body)


@api.post("/v1/workspace/invitations", limit=INVITATIONS, body=Invite, answer=InvitationShown, status=201,
          problems=("admin-required", "workspace-required", "seats-exhausted"))  # fmt: skip
def invite(body: Invite) -> InvitationShown:
    """Invite somebody by mail. An open invitation takes a seat.

    An address that is invited already gets no second mail: the answer is the invitation that waits.
    """
    return show_invitation(invitations.invite(kernel(), caller(), body.email, body.role, page_language()))


@api.post("/v1/workspace/invitations/<invitation_id>/resend", limit=INVITATIONS, answer=InvitationShown,
          problems=("admin-required", "workspace-required", "not-found"))  # fmt: skip
def resend(invitation_id: str) -> InvitationShown:
    """Mail an invitation once more; the time to answer begins anew."""
    return show_invitation(invitations.resend(kernel(), caller(), _read_id("invitation", invitation_id)))


@api.delete("/v1/workspace/invitations/<invitation_id>", limit=WRITES, status=204,
            problems=("admin-required", "workspace-required", "not-found"))  # fmt: skip
def revoke(invitation_id: str) -> None:
    """Take an invitation back; its seat is free."""
    invitations.revoke(kernel(), caller(), _read_id("invitation", invitation_id))


@api.put("/v1/workspace/members/<member_id>", limit=WRITES, body=MemberChange, status=204,
         problems=("admin-required", "plan-required", "not-found", "last-admin"))  # fmt: skip
def change_member(member_id: str, body: MemberChange) -> None:
    """Set a member's role, or how much of the shared credits they may spend in a month. What is left out stays."""
    limits = None if body.limits is None else body.limits.model_dump(exclude_none=True)
    roles.change_member(kernel(), caller(), _read_id("member", member_id), body.role, limits)


@api.delete("/v1/workspace/members/<member_id>", limit=WRITES, status=204,
            problems=("admin-required", "workspace-required", "not-found", "last-admin"))  # fmt: skip
def remove_member(member_id: str) -> None:
    """Take a member out. They are told, and go on with a home of one, their own credits and the details these paid for."""
    moving.remove_member(kernel(), caller(), _read_id("member", member_id))


@api.post("/v1/workspace/leave", limit=WRITES, answer=Moved, problems=("workspace-required", "last-admin"))
def leave() -> Moved:
    """Leave the Workspace for a home of one. Tokens of before end; the answer brings one, and so does a refresh."""
    return show_move(moving.leave(kernel(), caller()))


@api.get(
    "/v1/workspace/activity",
    limit=READS,
    query=ActivityPage,
    answer=Activity,
    headers=("Link",),
    problems=("admin-required",),
    leads_to={"workspaces.list_activity": {"cursor": "/next_cursor", "member": "/entries/0/by"}},
)
def list_activity(query: ActivityPage) -> Response:
    """What was done in the Workspace, newest first; of one member or of one action, where named. For admins."""
    me, house = caller(), kernel()
    before = read_cursor("activity", me.workspace_id, query, _NOT_YOURS)
    member = read_query_id("member", me.workspace_id, query.member, "member", _NOT_YOURS) if query.member else None
    found = reading.list_activity(house, me, account_id=member, action=query.action, before=before, most=query.limit + 1)
    kept = f"&member={query.member}" * bool(query.member) + f"&action={query.action}" * query.action.replace("-", "").isalpha()
    return answer_list("entries", found, query, show=_show_line, id_of=_line_id, kept=kept)


@api.get("/v1/workspace/usage", limit=READS, answer=Usage, problems=("admin-required",))
def show_usage() -> Usage:
    """What each member has spent of each kind, in this calendar month (Europe/Paris) and in the one before. For admins."""
    me, used = caller(), reading.read_usage(kernel(), caller())
    return {
        "this_period_began_at": used.this_began_at,
        "period_before_began_at": used.before_began_at,
        "members": [
            {
                "member_id": show_member_id(me, account_id),
                "this_period": _show_spent(used.this.get(account_id, {})),
                "period_before": _show_spent(used.before.get(account_id, {})),
            }
            for account_id in used.accounts
        ],
    }


@api.get("/v1/workspace/deletion", limit=READS, answer=Deletion, problems=("admin-required", "workspace-required"))
def show_deletion() -> Deletion:
    """What deleting the Workspace would do now, and the phrase to type for it. Nothing changes."""
    found = deletion.read_consequences(kernel(), caller())
    said = write_consequences(found, page_language())
    return {
        "phrase": found.phrase,
        "other_admins": found.other_admins,
        "other_members": found.other_members,
        "invited": found.invited,
        "premium": found.premium,
        "lost": dict(found.pool),
        "kept": dict(found.own),
        "consequences": [{"code": code, "text": text} for code, text in said],
    }


@api.delete("/v1/workspace", limit=WRITES, body=Confirmation, answer=Moved,
            problems=("admin-required", "workspace-required", "other-admins", "phrase-wrong"))  # fmt: skip
def delete(body: Confirmation) -> Moved:
    """Delete the Workspace for good, with what GET /v1/workspace/deletion names. Everybody goes on with a home of one."""
    return show_move(deletion.delete_own(kernel(), caller(), body.phrase))


def show_invitation(found: invitations.Invitation) -> InvitationShown:
    """An invitation as its admins see it."""
    return {
        "invitation_id": kernel().ids.encode("invitation", caller().workspace_id, found.invitation_id),
        "email": found.email,
        "role": found.role,
        "sent_at": found.sent_at,
        "lapses_at": found.lapses_at,
    }


def show_member_id(me: Caller, account_id: int) -> str:
    """The id by which a workspace knows a member."""
    return kernel().ids.encode("member", me.workspace_id, account_id)


def show_move(workspace_id: int) -> Moved:
    """Where the caller is now, with a token that says so."""
    me, house = caller(), kernel()
    return {
        "workspace_id": house.ids.encode("workspace", 0, workspace_id),
        "access_token": make_access_token(Caller(me.account_id, workspace_id, me.session_id)),
        "expires_in": house.settings.access_token_minutes * 60,
    }


def _show_name(body: Naming) -> Named:
    return {"workspace_id": kernel().ids.encode("workspace", 0, caller().workspace_id), "name": body.name}


def _show_spent(spent: dict[str, int]) -> Spent:
    return {kind: spent.get(kind, 0) for kind in KINDS}  # type: ignore[return-value]


def _line_id(entry: Entry) -> str:
    return kernel().ids.encode("activity", caller().workspace_id, entry.entry_id)


def _show_line(entry: Entry) -> Line:
    me = caller()
    facts = dict(entry.facts)
    if isinstance(facts.get("invitation"), int):
        facts["invitation"] = kernel().ids.encode("invitation", me.workspace_id, int(facts["invitation"] or 0))
    return {
        "activity_id": _line_id(entry),
        "at": entry.at,
        "action": entry.action,
        "by": None if entry.account_id is None else show_member_id(me, entry.account_id),
        "member": None if entry.about_id is None else show_member_id(me, entry.about_id),
        "facts": facts,
    }


def _read_id(kind: str, text: str) -> int:
    found = kernel().ids.decode(kind, caller().workspace_id, text)
    if found is None:
        raise Problem("not-found")
    return found
