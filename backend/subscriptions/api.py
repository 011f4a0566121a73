"""HTTP: who is signed in, what they say of themselves, on which plan, with which credits."""

from datetime import datetime
from typing import NotRequired

from typing_extensions import TypedDict

from backend.credits.api import Credits, show_balance
from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import READS
from backend.kernel.pages import page_language
from backend.subscriptions.standing import read_standing, write_renewal

api = Room("subscriptions", __name__)


class AccountShown(TypedDict):
    id: str
    email: str
    state: str


class WorkspaceShown(TypedDict):
    id: str
    name: str | None
    role: str


class PlanShown(TypedDict):
    code: str
    name: str | None


class LinkedInShown(TypedDict):
    synced: bool
    synced_at: datetime | None


class ExtensionShown(TypedDict):
    seen: bool


class ProfileShown(TypedDict):
    given_name: str | None
    family_name: str | None
    job_title: str | None
    company: str | None


class Notice(TypedDict):
    code: str
    at: datetime
    text: str


class Me(TypedDict):
    account: AccountShown
    profile: ProfileShown
    workspace: WorkspaceShown
    plan: PlanShown
    linkedin: LinkedInShown
    extension: ExtensionShown
    credits: Credits
    notices: NotRequired[list[Notice]]


@api.get("/v1/me", limit=READS, answer=Me)
def read_me() -> dict[str, object]:
    """Who is signed in: account, profile, workspace, plan, the two steps, credits.

    `notices` tells what needs attention: `linkedin-renewal` with the instant at which the synchronisation ends or ended.
    """
    me, house = caller(), kernel()
    standing = read_standing(house, me)
    account, workspace = standing.account, standing.workspace
    shown: dict[str, object] = {
        "account": {
            "id": house.ids.encode("account", 0, account.account_id),
            "email": account.email,
            "state": account.state,
        },
        "profile": vars(account.profile),
        "workspace": {
            "id": house.ids.encode("workspace", 0, workspace.workspace_id),
            "name": workspace.name,
            "role": standing.membership.role,
        },
        "plan": {"code": standing.plan.code, "name": standing.plan.name},
        "linkedin": {"synced": standing.synced, "synced_at": account.synced_at},
        "extension": {"seen": account.extension_seen},
        "credits": {kind: show_balance(balance) for kind, balance in standing.balances.items()},
    }
    if standing.renew_soon is not None:
        text = write_renewal(page_language(), standing.renew_soon, ended=not standing.synced)
        shown["notices"] = [{"code": "linkedin-renewal", "at": standing.renew_soon, "text": text}]
    return shown
