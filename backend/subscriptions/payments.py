"""What pays: a gateway opens payments and tells what became of them. Money itself stays with it; here there are amounts due."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, get_args

import sqlalchemy as sa

from backend.kernel.problems import Problem
from backend.settings import Settings

Means = Literal["sepa_debit", "wire"]
MEANS: tuple[Means, ...] = get_args(Means)
Result = Literal["settled", "failed", "returned"]
Opened = Literal["submitted", "open"]
"""A debit on an accepted mandate is submitted and counts from then on; a wire counts when all of it is there (X8)."""


@dataclass(frozen=True)
class Payment:
    """What a gateway is asked for, VAT included: `due_id` is the reference under which it tells of it later."""

    workspace_id: int
    due_id: int
    amount: Decimal
    means: Means


class PaymentGateway(Protocol):
    """Opens payments. Of success, failure and return it tells by `receiving.record_payment`, as often as it likes."""

    def open(self, connection: sa.Connection, payment: Payment) -> Opened:
        """Ask for the money, in the caller's transaction."""
        ...


class SandboxGateway:
    """Nobody's money: what becomes of a payment is said through POST /v1/sandbox/payments/<id>."""

    def open(self, connection: sa.Connection, payment: Payment) -> Opened:
        """Every mandate is good, every wire is awaited."""
        return "submitted" if payment.means == "sepa_debit" else "open"


def find_gateway(settings: Settings) -> PaymentGateway | None:
    """The gateway of this Candor; None where nothing can be paid yet."""
    return SandboxGateway() if settings.sandbox else None


def need_gateway(settings: Settings) -> PaymentGateway:
    """The gateway, or the problem `payments-closed`."""
    gateway = find_gateway(settings)
    if gateway is None:
        raise Problem("payments-closed")
    return gateway
