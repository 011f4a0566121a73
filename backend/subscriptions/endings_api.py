"""HTTP: paying what failed, and ends for other reasons than the period's: an update refused, a switch to another provider."""

from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import WRITES
from backend.kernel.problems import Problem
from backend.subscriptions.paying import pay_again
from backend.subscriptions.payments import Means
from backend.subscriptions.premium_api import ADMIN, show_due
from backend.subscriptions.premium_shapes import DueShown

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
