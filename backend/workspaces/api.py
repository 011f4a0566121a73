"""HTTP: a Workspace, its name, its log, its usage, its end. Who is who is shown by the room above."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.credits import KINDS
from backend.kernel.http import Body, Caller, Room, caller, kernel
from backend.kernel.limits import READS, WRITES
from backend.kernel.pages import page_language
from backend.kernel.paging import Page, answer_list, read_cursor, read_query_id
from backend.kernel.tokens import make_access_token
from backend.workspaces import deletion, moving, naming, reading
from backend.workspaces.activity import Entry
from backend.workspaces.members_api import show_member_id
from backend.workspaces.words import write_consequences

api = Room("workspaces", __name__)

_NOT_YOURS = "not of your Workspace"


def _read_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable() or "://" in name or "www." in name.lower():
        raise ValueError("A name is a few words, no address.")
    return name


Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(_read_name)]


class Naming(Body):
    name: Name


class Confirmation(Body):
    phrase: Annotated[str, Field(max_length=200)]


class ActivityPage(Page):
    member: Annotated[str, Field(max_length=64)] = ""
    action: Annotated[str, Field(max_length=64, pattern="^[a-z-]*$")] = ""


class Named(TypedDict):
    workspace_id: str
    name: str


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
    kept = f"&member={query.member}" * bool(query.member) + f"&action={query.action}" * bool(query.action)
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
