"""HTTP: the answer to a new price. What was told, and until when it may be answered, stands in `GET /v1/subscription`."""

from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import WRITES
from backend.subscriptions.premium_shapes import NewPriceShown, PriceAnswer
from backend.subscriptions.revision_answers import NewPrice, answer_price

api = Room("prices", __name__)


@api.post("/v1/subscription/price", limit=WRITES, body=PriceAnswer, answer=NewPriceShown,
          problems=("admin-required", "workspace-required", "plan-required", "payment-open", "premium-renewing", "price-unchanged",
                    "price-keep-over"))  # fmt: skip
def answer(body: PriceAnswer) -> NewPriceShown:
    """Accept the new price from its day on, or keep the old one until `keep_until`. Until `answer_until` you may change your mind.

    Nothing changes before the renewal. Until then you may also end the plan: POST /v1/subscription/end.
    """
    return show_new_price(answer_price(kernel(), caller(), body.answer))


def show_new_price(found: NewPrice) -> NewPriceShown:
    """A new price as a reader sees it: for one period, without VAT. `recalled`: the time of keeping the old one is over."""
    return {
        "sheet": found.sheet_version,
        "old_price": str(found.old_price),
        "new_price": str(found.new_price),
        "from_at": found.from_at,
        "answer_until": found.from_at,
        "keep_until": found.keep_until,
        "state": "open" if found.state == "told" else found.state,
    }
