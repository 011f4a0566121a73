"""Limits that run for users here: days to put conduct right, days to answer a question. A force majeure moves them (13.2)."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from backend.accounts.tables import questions, suspensions


def move_account_limits(connection: sa.Connection, since: datetime, by: timedelta) -> int:
    """Move what a force majeure since then has kept from running out, by its length; how many limits."""
    cures = sa.and_(suspensions.c.closed_at.is_(None), suspensions.c.due_at >= since)
    moved = connection.execute(suspensions.update().where(cures).values(due_at=suspensions.c.due_at + by)).rowcount
    asked = sa.and_(questions.c.answered_at.is_(None), questions.c.answer_by >= since)
    return moved + connection.execute(questions.update().where(asked).values(answer_by=questions.c.answer_by + by)).rowcount
