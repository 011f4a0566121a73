"""What time does here: messages leave by mail."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts.records import find_account_row, open_email
from backend.kernel import Kernel
from backend.kernel.mail import Letter, post
from backend.kernel.messages import open_facts, render
from backend.kernel.tables import messages

_AT_ONCE = 50


class MessageMail:
    """Due work: writes the letters of messages, in the reader's language, into the outbox."""

    name = "message-mail"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: datetime) -> sa.Select[Any]:
        """When the oldest message without a letter was written."""
        return sa.select(sa.func.min(messages.c.at)).where(messages.c.mail_id.is_(None), messages.c.at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Write some letters, oldest message first. An account that is gone is written to no more."""
        rows = connection.execute(
            sa.select(messages)
            .where(messages.c.mail_id.is_(None), messages.c.at <= until)
            .order_by(messages.c.at, messages.c.message_id)
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            this = sa.and_(messages.c.account_id == row.account_id, messages.c.message_id == row.message_id)
            account = find_account_row(connection, row.account_id)
            if account is None:
                connection.execute(messages.delete().where(this))
                continue
            subject, text = render(row.code, account.lang, open_facts(self._kernel.sealer, row))
            mail_id = post(connection, self._kernel.sealer, Letter(open_email(self._kernel, account), subject, text), until)
            connection.execute(messages.update().where(this).values(mail_id=mail_id))
        return bool(rows)
