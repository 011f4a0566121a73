"""HTTP: what becomes of a payment, said by those who try things out. It exists with `--sandbox` only, on this machine only."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import CHECKS
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.problems import Problem
from backend.subscriptions.payments import Result
from backend.subscriptions.receiving import record_payment

api = Room("sandbox-payments", __name__)
api.before_request(refuse_other_hosts)


class Outcome(Body):
    """`amount` is what arrived, where a wire brings less than what is due."""

    result: Result
    amount: Annotated[str, Field(pattern=r"^\d{1,9}\.\d{2}$")] | None = None


class PaymentShown(TypedDict):
    state: str
    received: str


@api.post("/v1/sandbox/payments/<payment_id>", who="anyone", limit=CHECKS, body=Outcome, answer=PaymentShown,
          problems=("payment-unknown", "payment-closed"))  # fmt: skip
def tell_payment(payment_id: str, body: Outcome) -> PaymentShown:
    """Say what became of a payment. Said again, it changes nothing."""
    due_id = kernel().ids.decode("payment", 0, payment_id)
    if due_id is None:
        raise Problem("payment-unknown")
    due = record_payment(kernel(), due_id, body.result, Decimal(body.amount) if body.amount else None)
    return {"state": due.state, "received": str(due.received)}
