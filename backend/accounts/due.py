"""What time does here: messages leave by mail, suspensions take their next step, old passwords are mentioned."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.escalation import take_step
from backend.accounts.records import find_account_rows, open_email
from backend.accounts.tables import accounts, suspensions
from backend.kernel import Kernel
from backend.kernel.due import Until, at_instant
from backend.kernel.mail import Letter, post_all
from backend.kernel.messages import Message, open_facts, render, tell
from backend.kernel.tables import messages
from backend.terms import current_sheet, number_in_force

_AT_ONCE = 200


class MessageMail:
    """Due work: writes the letters of messages, in the reader's language, into the outbox."""

    name = "message-mail"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest message without a letter was written."""
        return sa.select(sa.func.min(messages.c.at)).where(messages.c.mail_id.is_(None), messages.c.at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Write some letters, oldest message first. An account that is gone is written to no more."""
        rows = connection.execute(
            sa.select(messages)
            .where(messages.c.mail_id.is_(None), messages.c.at <= until)
            .order_by(messages.c.at, messages.c.message_id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        readers = find_account_rows(connection, {row.account_id for row in rows})
        letters = [self._write(row, readers[row.account_id]) for row in rows if row.account_id in readers]
        posted = iter(post_all(connection, self._kernel.sealer, letters, until))
        this = sa.and_(messages.c.account_id == sa.bindparam("to"), messages.c.message_id == sa.bindparam("message"))
        told = [{"to": row.account_id, "message": row.message_id} for row in rows]
        if written := [{**each, "mail": next(posted)} for each in told if each["to"] in readers]:
            connection.execute(messages.update().where(this).values(mail_id=sa.bindparam("mail")), written)
        if unread := [each for each in told if each["to"] not in readers]:
            connection.execute(messages.delete().where(this), unread)
        return len(rows)

    def _write(self, row: sa.Row[Any], account: sa.Row[Any]) -> Letter:
        subject, text = render(row.code, account.lang, open_facts(self._kernel.sealer, row))
        return Letter(open_email(self._kernel, account), subject, text)


class SuspensionSteps:
    """Due work: suspensions whose time is over without an open cure go on to their next step."""

    name = "suspension-steps"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest step was due."""
        return sa.select(sa.func.min(suspensions.c.due_at)).where(*_due(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Take one step. The account is locked first, as by everybody who changes its standing."""
        oldest = sa.select(suspensions.c.account_id).where(*_due(until)).order_by(suspensions.c.due_at).limit(1)
        mine = sa.select(accounts.c.account_id).where(accounts.c.account_id == oldest.scalar_subquery())
        account_id = connection.execute(mine.with_for_update(skip_locked=True)).scalar()
        if account_id is None:
            return False
        found = sa.select(suspensions).where(*_due(until), suspensions.c.account_id == account_id)
        suspension = connection.execute(found.limit(1)).one_or_none()
        if suspension is None:
            return False
        take_step(connection, self._kernel, suspension)
        return True


class PasswordAge:
    """Due work: who set a password long ago is reminded, and never made to change it (6.2.3)."""

    name = "password-age"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest reminder was due."""
        days, noted = number_in_force("password_reminder_days", until), accounts.c.password_noted_at
        age = sa.func.make_interval(0, 0, 0, days, type_=sa.Interval)
        return sa.select(sa.func.min(noted) + age).where(accounts.c.state == "active", noted <= at_instant(until) - age)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Remind one account."""
        noted = accounts.c.password_noted_at
        age = timedelta(days=current_sheet(connection, until).policy.password_reminder_days)
        row = connection.execute(
            sa.select(accounts)
            .where(accounts.c.state == "active", noted <= until - age)
            .order_by(noted)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if row is None:
            return False
        due = row.password_noted_at + age
        facts = {"set_on": row.password_set_at.date()}
        tell(connection, self._kernel.sealer, Message(row.account_id, "password-old", due.isoformat(), due, facts))
        this = accounts.c.account_id == row.account_id
        connection.execute(accounts.update().where(this).values(password_noted_at=due))
        return True


def _due(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        suspensions.c.closed_at.is_(None),
        suspensions.c.waiting_since.is_(None),
        suspensions.c.due_at <= until,
    )
