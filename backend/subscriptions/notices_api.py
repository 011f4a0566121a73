"""HTTP: formal notices and terminating after one; not renewing a Free plan."""

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from backend.accounts import LONGEST_PASSWORD
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import READS, WRITES
from backend.kernel.pages import page_language
from backend.subscriptions.after_notice import read_own, terminate_own
from backend.subscriptions.not_renewing import not_renew, renew_again
from backend.subscriptions.premium_api import ADMIN
from backend.subscriptions.prices import CURRENCY

api = Room("notices", __name__)


class NoticeShown(TypedDict):
    registered_number: str
    sender: str
    cause: str
    sent_at: datetime
    due_at: datetime
    outcome: str | None


class NoticesShown(TypedDict):
    notices: list[NoticeShown]


class Termination(Body):
    registered_number: Annotated[str, Field(min_length=1, max_length=64)]


class Terminated(TypedDict):
    returned: str
    currency: str


class Confirmation(Body):
    phrase: Annotated[str, Field(max_length=200)]
    password: Annotated[str, Field(max_length=LONGEST_PASSWORD)]


class NotRenewed(TypedDict):
    ends_at: datetime


@api.get("/v1/subscription/notices", limit=READS, answer=NoticesShown, problems=("admin-required",))
def list_notices() -> NoticesShown:
    """Formal notices about the subscription, newest first. From `due_at` on its sender may terminate, while `outcome` is null."""
    return {
        "notices": [
            {
                "registered_number": notice.registered_number,
                "sender": notice.sender,
                "cause": notice.cause,
                "sent_at": notice.sent_at,
                "due_at": notice.due_at,
                "outcome": notice.outcome,
            }
            for notice in read_own(kernel(), caller())
        ]
    }


@api.post("/v1/subscription/terminate", limit=WRITES, body=Termination, answer=Terminated,
          problems=(*ADMIN, "plan-required", "notice-unknown", "notice-running", "notice-closed"))  # fmt: skip
def terminate(body: Termination) -> Terminated:
    """Terminate the subscription at once, after your formal notice that was not remedied in its days.

    Everybody goes home to a Free plan, nothing more falls due, and whole months not begun are returned.
    """
    return {"returned": str(terminate_own(kernel(), caller(), body.registered_number)), "currency": CURRENCY}


@api.post("/v1/subscription/non-renewal", limit=WRITES, body=Confirmation, answer=NotRenewed,
          problems=("phrase-wrong", "credentials-wrong", "freemium-first", "premium-exists"))  # fmt: skip
def ask_non_renewal(body: Confirmation) -> NotRenewed:
    """Do not renew your Free plan: your account is deleted when its month ends. Until then you can take it back.

    GET /v1/me/deletion says what that means and names the `phrase`. To end it at once, delete your account.
    """
    return {"ends_at": not_renew(kernel(), caller(), body.phrase, body.password, page_language())}


@api.delete("/v1/subscription/non-renewal", limit=WRITES, status=204)
def take_back_non_renewal() -> None:
    """Let your Free plan renew by itself again: your account stays."""
    renew_again(kernel(), caller())
