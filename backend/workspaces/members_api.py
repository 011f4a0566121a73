"""HTTP: invitations to a Workspace, and what its admins decide about members: their role, their limits, their removal."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.kernel.emails import read_email
from backend.kernel.http import Body, Caller, Room, caller, kernel
from backend.kernel.limits import WRITES, Limit
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.workspaces import invitations, moving, roles

api = Room("members", __name__)

INVITATIONS = Limit("invitations", 100, 86_400, 20)
"""No bulk mail by way of invitations (11.1.9): twenty at once, a hundred a day, an account."""

Email = Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(read_email)]
Role = Literal["admin", "member"]
Most = Annotated[int, Field(ge=0, le=1_000_000)]


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


class InvitationShown(TypedDict):
    invitation_id: str
    email: str
    role: str
    sent_at: datetime
    lapses_at: datetime


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


def _read_id(kind: str, text: str) -> int:
    found = kernel().ids.decode(kind, caller().workspace_id, text)
    if found is None:
        raise Problem("not-found")
    return found
