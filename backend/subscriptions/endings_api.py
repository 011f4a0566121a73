"""HTTP: paying what failed, and ends for other reasons than the period's: an update refused, a switch to another provider."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.kernel.http import JSON, Body, Room, caller, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.problems import Problem
from backend.subscriptions.exporting import export_by_token
from backend.subscriptions.paying import pay_again
from backend.subscriptions.payments import Means
from backend.subscriptions.premium_api import ADMIN, PREMIUM, show_due
from backend.subscriptions.premium_shapes import DueShown
from backend.subscriptions.prices import CURRENCY
from backend.subscriptions.refusing_updates import refuse_update
from backend.subscriptions.switching import ask_switch

api = Room("endings", __name__)


class Pay(Body):
    means: Means


@api.post("/v1/subscription/payments/<payment_id>/pay", limit=WRITES, body=Pay, answer=DueShown,
          problems=(*ADMIN, "payment-unknown", "payment-closed", "payment-open", "payments-closed"))  # fmt: skip
def pay(payment_id: str, body: Pay) -> DueShown:
    """Pay what is unpaid. A debit gives back at once what was set aside, a wire once all of it is there.

    Asked again while a payment is under way, or when all is paid, it changes nothing.
    """
    due_id = kernel().ids.decode("payment", 0, payment_id)
    if due_id is None:
        raise Problem("payment-unknown")
    return show_due(pay_again(kernel(), caller(), due_id, body.means))


class RefusedUpdate(Body):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$")]


class EndedShown(TypedDict):
    ended_at: datetime
    returned: str
    currency: str


@api.post("/v1/subscription/refuse-update", limit=WRITES, body=RefusedUpdate, answer=EndedShown,
          problems=(*ADMIN, "update-unknown", "update-not-refusable", "refusal-late", "plan-required", "payment-open"))  # fmt: skip
def refuse(body: RefusedUpdate) -> EndedShown:
    """End the plan at once because of a necessary update, without charge: whole months not begun are returned, without VAT here.

    Possible for 30 days after you were told of it by mail and in the account.
    """
    ended = refuse_update(kernel(), caller(), body.version)
    return {"ended_at": ended.ended_at, "returned": str(ended.returned), "currency": CURRENCY}


class SwitchAsked(Body):
    """`notice_days` are yours to choose, up to two months; the 30 days of transition follow."""

    notice_days: Annotated[int, Field(ge=0, le=62)] = 0


class SwitchShown(TypedDict):
    ends_at: datetime
    charge: str
    currency: str


@api.post("/v1/subscription/switch", limit=WRITES, body=SwitchAsked, answer=SwitchShown,
          problems=(*PREMIUM, "notice-too-long"))  # fmt: skip
def switch(body: SwitchAsked) -> SwitchShown:
    """Switch to another provider: after your notice and 30 days of transition with full use the plan ends, whatever its period."""
    asked = ask_switch(kernel(), caller(), body.notice_days)
    return {"ends_at": asked.ends_at, "charge": str(asked.charge), "currency": CURRENCY}


@api.get("/export/<token>", who="anyone", limit=PAGES, listed=False)
def export_by_link(token: str) -> Response:
    """What the Workspace of a premium that ends has revealed, as a file: for the member whose mail has the link, until the end."""
    document = export_by_token(kernel(), token)
    if document is None:
        raise Problem("not-found")
    response = Response(to_json(document, indent=2), mimetype=JSON)
    response.headers["Content-Disposition"] = 'attachment; filename="candor-workspace.json"'
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
