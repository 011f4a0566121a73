"""Appeals against a suspension: a person other than the one who suspended answers each, and no other way closes one (R43)."""

from typing import Any

import sqlalchemy as sa

from backend.accounts.cases import close_case
from backend.accounts.records import read_row
from backend.accounts.suspension_records import find_open
from backend.accounts.tables import cases, replies, suspensions
from backend.credits import is_held
from backend.kernel import Kernel
from backend.kernel.messages import Message, tell

_ABOUT_A_HOLD = ("robots", "robots-appeal", "planted")


class NoAppeal(LookupError):
    """No appeal of this account waits for an answer."""


class NotAnswered(ValueError):
    """An appeal against an open suspension is answered, not just put aside."""


class HoldStands(ValueError):
    """A case about a hold is decided by lifting the hold or keeping it, not just put aside."""


class SameDecider(ValueError):
    """Who suspended an account does not answer its appeal."""


def require_other(connection: sa.Connection, account_id: int, by: str | None) -> None:
    """See that whoever is about to settle an open appeal is not the one who suspended. Raises SameDecider."""
    if by is not None and _is_open(connection, account_id) and by == _who_suspended(connection, account_id):
        raise SameDecider


def refuse_appeal(connection: sa.Connection, kernel: Kernel, account_id: int, words: str, *, by: str) -> None:
    """The suspension stands, for a reason in `words` that the user reads; its days run on. Raises NoAppeal, SameDecider."""
    now = kernel.clock.now()
    read_row(connection, account_id, lock=True)
    suspension = find_open(connection, account_id)
    if suspension is None or not _is_open(connection, account_id):
        raise NoAppeal
    require_other(connection, account_id, by)
    waiting = sa.and_(replies.c.account_id == account_id, replies.c.kind == "appeal", replies.c.answer.is_(None))
    connection.execute(replies.update().where(waiting).values(answer="refused", answered_at=now))
    close_case(connection, account_id, "appeal")
    ref = f"{suspension.suspension_id}:{now.isoformat()}"
    tell(connection, kernel.sealer, Message(account_id, "appeal-refused", ref, now, {"words": words}))


def close_looked_at(connection: sa.Connection, account_id: int, kind: str, *, by: str) -> bool:
    """Close a case that a person looked at; False where none of the kind is open. Raises NotAnswered, SameDecider, HoldStands."""
    if kind in _ABOUT_A_HOLD:
        row = read_row(connection, account_id)
        if row.workspace_id is not None and is_held(connection, row.workspace_id, account_id):
            raise HoldStands
    if kind == "appeal" and _is_open(connection, account_id):
        if find_open(connection, account_id) is not None:
            raise NotAnswered
        require_other(connection, account_id, by)
    return close_case(connection, account_id, kind)


def _is_open(connection: sa.Connection, account_id: int) -> bool:
    this = sa.and_(cases.c.account_id == account_id, cases.c.kind == "appeal", cases.c.state == "open")
    return connection.execute(sa.select(cases.c.case_id).where(this)).first() is not None


def _who_suspended(connection: sa.Connection, account_id: int) -> Any:
    newest = sa.select(suspensions.c.opened_by).where(suspensions.c.account_id == account_id)
    return connection.execute(newest.order_by(suspensions.c.suspension_id.desc()).limit(1)).scalar()
