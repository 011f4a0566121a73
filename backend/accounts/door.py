"""The door of a suspension: what somebody sees and does there who has the link from the mail (6.4.8)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.consequences import phrase_in
from backend.accounts.debts import Debt, Means, list_debts, pay_debt
from backend.accounts.escalation import BreachAsked
from backend.accounts.grounds import read_ground
from backend.accounts.replies import Kind, Reply, hand_in, read_replies
from backend.accounts.suspension_records import open_reason, read_door
from backend.kernel import Kernel
from backend.kernel.writing import write_moment


@dataclass(frozen=True)
class Door:
    """An open suspension, in the reader's language. `waits` says that a cure is being looked at, `ends_at` when time is up."""

    account_id: int
    reason: str
    ground: str
    clause: str
    ends_at: datetime | None
    ends: str
    waits: bool
    replies: tuple[Reply, ...]
    debts: tuple[Debt, ...]
    phrase: str


def enter(kernel: Kernel, token: str, lang: str = "en") -> Door | None:
    """What the token opens, or None where it opens nothing, or nothing any more."""
    with kernel.database.begin() as connection:
        found = read_door(connection, kernel, token)
        if found is None:
            return None
        ends_at = found.due_at or _ask_breach(connection, kernel, found.account_id)
        return Door(
            account_id=found.account_id,
            reason=open_reason(kernel, found),
            ground=found.ground,
            clause=read_ground(found.ground, lang),
            ends_at=ends_at,
            ends=write_moment(ends_at, lang) if ends_at else "",
            waits=found.waiting_since is not None,
            replies=tuple(read_replies(connection, kernel, found)),
            debts=tuple(list_debts(connection, kernel, found.account_id, lang)),
            phrase=phrase_in(lang),
        )


def _ask_breach(connection: sa.Connection, kernel: Kernel, account_id: int) -> datetime | None:
    asked = BreachAsked(account_id)
    kernel.events.emit(connection, asked)
    return asked.due_at


def hand_in_at_door(kernel: Kernel, door: Door, kind: Kind, text: str) -> None:
    """Hand in a cure or an appeal."""
    with kernel.database.begin() as connection:
        hand_in(connection, kernel, door.account_id, kind, text)


def pay_at_door(kernel: Kernel, door: Door, reference: str, means: Means) -> None:
    """Pay one of the debts that the door shows. Raises NoSuchDebt."""
    with kernel.database.begin() as connection:
        pay_debt(connection, kernel, door.account_id, reference, means)
