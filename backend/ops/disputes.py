"""Disputes (20.2): a registered letter of either party, fifteen days to meet, fifteen more to agree; then the court."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.due import Until
from backend.kernel.figures import paris_day
from backend.kernel.ops import Act, log_act, open_task
from backend.ops.tables import PARTIES, disputes
from backend.terms import current_sheet


class NotEnterable(ValueError):
    """Why a letter cannot be entered: `future`, `twice`, `incomplete`."""


@dataclass(frozen=True)
class Dispute:
    """One row; `agreement` is None while there is none."""

    dispute_id: int
    workspace_id: int
    sender: str
    registered_number: str
    about: str
    received_on: date
    meet_by: date
    escalation_on: date
    escalated_at: datetime | None
    agreed_at: datetime | None
    agreement: str | None


@dataclass(frozen=True)
class Letter:
    """A registered letter that begins a dispute."""

    workspace_id: int
    sender: str
    registered_number: str
    about: str
    received_on: date


def enter_dispute(connection: sa.Connection, kernel: Kernel, act: Act, letter: Letter) -> int:
    """Enter a letter; the dispute's number. To meet is a task at once. Raises NotEnterable."""
    now = kernel.clock.now()
    if letter.sender not in PARTIES or not letter.registered_number or not letter.about:
        raise NotEnterable("incomplete")
    if letter.received_on > now.astimezone(PARIS).date():
        raise NotEnterable("future")
    policy = current_sheet(connection, now).policy
    meet_by = letter.received_on + timedelta(days=policy.dispute_meet_days)
    entered = insert(disputes).values(
        workspace_id=letter.workspace_id,
        sender=letter.sender,
        registered_number=letter.registered_number,
        about=kernel.sealer.seal(letter.about, _place(letter.registered_number)),
        received_on=letter.received_on,
        meet_by=meet_by,
        escalation_on=meet_by + timedelta(days=policy.dispute_further_days),
        entered_at=now,
    )
    dispute_id = connection.execute(entered.on_conflict_do_nothing().returning(disputes.c.dispute_id)).scalar()
    if dispute_id is None:
        raise NotEnterable("twice")
    log_act(connection, act, "dispute.enter", f"dispute {dispute_id}", now)
    open_task(connection, "dispute-meet", f"dispute {dispute_id}, by {meet_by}", now)
    return int(dispute_id)


def agree(connection: sa.Connection, kernel: Kernel, act: Act, dispute_id: int, agreement: str) -> bool:
    """The parties agreed: it is closed; False where there is none of this number that is open."""
    now = kernel.clock.now()
    log_act(connection, act, "dispute.agree", f"dispute {dispute_id}", now)
    this = sa.and_(disputes.c.dispute_id == dispute_id, disputes.c.agreed_at.is_(None))
    number = connection.execute(sa.select(disputes.c.registered_number).where(this).with_for_update()).scalar()
    if number is None:
        return False
    sealed = kernel.sealer.seal(agreement, _place(number))
    connection.execute(disputes.update().where(this).values(agreed_at=now, agreement=sealed))
    return True


def list_disputes(connection: sa.Connection, kernel: Kernel, most: int = 200) -> list[Dispute]:
    """Open ones first, those whose last limit comes first before the others."""
    order = (disputes.c.agreed_at.is_not(None), disputes.c.escalation_on, disputes.c.dispute_id)
    rows = connection.execute(sa.select(disputes).order_by(*order).limit(most)).all()
    return [_read(kernel, row) for row in rows]


class DisputeLimits:
    """Due work: without an agreement by its last limit, a dispute is one for the court, and those who run Candor are told."""

    name = "dispute-limits"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest limit was reached."""
        return sa.select(sa.func.min(_reached_at())).where(*_waiting(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Take one."""
        oldest = sa.select(disputes).where(*_waiting(until)).order_by(disputes.c.escalation_on, disputes.c.dispute_id).limit(1)
        row = connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return False
        connection.execute(disputes.update().where(disputes.c.dispute_id == row.dispute_id).values(escalated_at=until))
        open_task(connection, "dispute-escalated", f"dispute {row.dispute_id}", until)
        return True


def _reached_at() -> sa.ColumnElement[datetime]:
    """The first instant in Paris of the day from which the court may be asked."""
    return sa.func.timezone(str(PARIS), sa.cast(disputes.c.escalation_on, sa.TIMESTAMP), type_=sa.DateTime(timezone=True))


def _waiting(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    open_ones = (disputes.c.escalated_at.is_(None), disputes.c.agreed_at.is_(None))
    return (*open_ones, disputes.c.escalation_on <= paris_day(until))


def _read(kernel: Kernel, row: sa.Row[Any]) -> Dispute:
    def words(sealed: bytes | None) -> str | None:
        return None if sealed is None else kernel.sealer.open(sealed, _place(row.registered_number))

    facts = {name: getattr(row, name) for name in Dispute.__dataclass_fields__ if name not in ("about", "agreement")}
    return Dispute(**facts, about=words(row.about) or "", agreement=words(row.agreement))


def _place(registered_number: str) -> str:
    return f"dispute:{registered_number}"
