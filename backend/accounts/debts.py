"""What is unpaid, as a suspended user sees it and pays it: higher rooms say what is due, and take the payment (6.4.8)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

import sqlalchemy as sa

from backend.accounts.records import read_row
from backend.kernel import Kernel

Means = Literal["sepa_debit", "wire"]
MEANS: tuple[Means, ...] = get_args(Means)


@dataclass(frozen=True)
class Debt:
    """One unpaid amount, VAT included. `reference` names it to the room that added it, `words` to the reader."""

    reference: str
    words: str
    amount: Decimal


@dataclass
class DebtAsked:
    """Somebody asks what is unpaid that this account may pay; higher rooms add it, in the reader's language."""

    account_id: int
    workspace_id: int
    lang: str
    debts: list[Debt] = field(default_factory=list)


@dataclass(frozen=True)
class DebtPaid:
    """A user pays one of the debts that were shown: the room that added it opens the payment."""

    account_id: int
    workspace_id: int
    debt: str
    means: str


class NoSuchDebt(LookupError):
    """Nothing unpaid goes by this reference."""


def list_debts(connection: sa.Connection, kernel: Kernel, account_id: int, lang: str) -> list[Debt]:
    """What is unpaid that this account may pay."""
    asked = DebtAsked(account_id, read_row(connection, account_id).workspace_id, lang)
    kernel.events.emit(connection, asked)
    return asked.debts


def pay_debt(connection: sa.Connection, kernel: Kernel, account_id: int, reference: str, means: Means) -> None:
    """Pay one of them, in the caller's transaction. Raises NoSuchDebt, where it was paid a moment ago too."""
    row = read_row(connection, account_id, lock=True)
    if reference not in {debt.reference for debt in list_debts(connection, kernel, account_id, row.lang)}:
        raise NoSuchDebt
    kernel.events.emit(connection, DebtPaid(account_id, row.workspace_id, reference, means))
