"""What time does here: letters nobody answered in time are a task, closed cases are forgotten, what waits is counted."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.helpdesk.rules import WAITING
from backend.helpdesk.tables import threads, unknown_mails
from backend.helpdesk.threads import Place, is_thread
from backend.kernel.due import Until, at_instant
from backend.kernel.metrics import HELPDESK_WAITING
from backend.kernel.ops import open_task

_KEPT_CLOSED = timedelta(days=90)
_AT_ONCE = 200


class LetterDeadlines:
    """Due work: who has not been answered by the deadline is named to those who run Candor, once."""

    name = "letter-deadlines"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """The oldest deadline that is over."""
        return sa.select(sa.func.min(threads.c.answer_by)).where(*_overdue(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Leave one task."""
        oldest = sa.select(threads).where(*_overdue(until)).order_by(threads.c.answer_by).limit(1)
        row = connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return False
        place = Place(row.account_id, row.thread_id)
        open_task(connection, "letter-unanswered", f"thread {place}", until)
        connection.execute(threads.update().where(is_thread(place)).values(reminded_at=until))
        return True


class ForgetCases:
    """Due work: a case without an account is removed some time after a person closed it."""

    name = "forget-cases"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest was to be removed."""
        closed = unknown_mails.c.closed_at
        return sa.select(sa.func.min(closed) + _KEPT_CLOSED).where(closed <= until - _KEPT_CLOSED)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Remove some."""
        c = unknown_mails.c
        old = sa.select(c.mail_id).where(c.closed_at <= until - _KEPT_CLOSED).limit(_AT_ONCE).with_for_update(skip_locked=True)
        return connection.execute(unknown_mails.delete().where(c.mail_id.in_(old))).rowcount > 0


class HelpdeskWaiting:
    """Due work in every tick: counts what waits, by state, for `/metrics`."""

    name = "helpdesk-waiting"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """Always."""
        return sa.select(at_instant(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Count once; never counted as work done."""
        rows = connection.execute(
            sa.select(threads.c.state, sa.func.count()).where(threads.c.state.in_(WAITING)).group_by(threads.c.state)
        )
        counted: dict[str, int] = {row[0]: row[1] for row in rows}
        for state in WAITING:
            HELPDESK_WAITING.labels(state).set(counted.get(state, 0))
        return False


def _overdue(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    return (threads.c.answer_by <= until, threads.c.reminded_at.is_(None), threads.c.state.in_(WAITING))
