"""HTTP: the workspace as its members see it, and the way into another."""

from datetime import datetime
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from backend.accounts.teams import accept_invitation, read_team
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import READS, SIGN_INS
from backend.workspaces.api import Moved, show_move
from backend.workspaces.members_api import InvitationShown, show_invitation, show_member_id

api = Room("teams", __name__)


class Acceptance(Body):
    token: Annotated[str, Field(max_length=100)]


class MemberShown(TypedDict):
    member_id: str
    email: str
    role: str
    joined_at: datetime
    limits: dict[str, int]


class Seats(TypedDict):
    taken: int
    most: int | None


class WorkspaceShown(TypedDict):
    workspace_id: str
    name: str | None
    created_at: datetime
    role: str
    seats: Seats
    members: list[MemberShown]
    invitations: NotRequired[list[InvitationShown]]


@api.get(
    "/v1/workspace",
    limit=READS,
    answer=WorkspaceShown,
    leads_to={
        "members.change_member": {"member_id": "/members/0/member_id"},
        "members.resend": {"invitation_id": "/invitations/0/invitation_id"},
        "members.revoke": {"invitation_id": "/invitations/0/invitation_id"},
    },
)
def show_workspace() -> dict[str, object]:
    """Your workspace: its name (none for a home of one), its seats, its members; for admins its open invitations, too."""
    me, house = caller(), kernel()
    team = read_team(house, me)
    shown: dict[str, object] = {
        "workspace_id": house.ids.encode("workspace", 0, team.workspace.workspace_id),
        "name": team.workspace.name,
        "created_at": team.workspace.created_at,
        "role": team.role,
        "seats": {"taken": team.seats_taken, "most": team.workspace.seats},
        "members": [
            {
                "member_id": show_member_id(me, one.account_id),
                "email": one.email,
                "role": one.role,
                "joined_at": one.joined_at,
                "limits": one.limits,
            }
            for one in team.members
        ],
    }
    if team.invitations is not None:
        shown["invitations"] = [show_invitation(one) for one in team.invitations]
    return shown


@api.post("/v1/invitations/accept", limit=SIGN_INS, body=Acceptance, answer=Moved,
          problems=("invitation-unknown", "invitation-other", "invitation-lapsed", "workspace-occupied", "member-already",
                    "seats-exhausted"))  # fmt: skip
def accept(body: Acceptance) -> Moved:
    """Join the Workspace that a mail invited you to. Your own credits come along, and so do the details they paid for.

    Tokens of before end; the answer brings one, and so does a refresh.
    """
    return show_move(accept_invitation(kernel(), caller(), body.token))
