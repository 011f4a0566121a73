"""The restricted archive of closed accounts (X19): what is kept as evidence, and how it goes when the time to go to law is over.

The application may add to it, see what is due, and put it off while something is owed. What stands in it, it cannot read.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.tables import (
    accounts,
    case_steps,
    cases,
    closed_accounts,
    codes,
    linkedin_members,
    linkedin_tickets,
    logins,
    questions,
    replies,
    resets,
    retired_emails,
    sessions,
    sightings,
    suspensions,
)
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.terms import current_sheet, forget_versions

_OWED_STILL = timedelta(days=30)
"""So long it is put off each time while something is owed."""

# What an account leaves behind nowhere: acceptances are the proof of what was accepted, and stay as they are, without a name.
_ROWS = (
    sessions, sightings, codes, resets, linkedin_tickets, linkedin_members, replies, suspensions, case_steps, cases, questions,
    logins, accounts,
)  # fmt: skip


@dataclass
class EvidenceDue:
    """The evidence of a closed account shall go; a higher room to which something is owed says so."""

    account_id: int
    owed: bool = False


def keep_evidence(connection: sa.Connection, account_id: int, cause: str, sealed: bytes, at: datetime) -> None:
    """Put evidence into the archive, until its time is over."""
    purge_at = _years_on(at, current_sheet(connection, at).policy.evidence_years)
    archived = {"account_id": account_id, "closed_at": at, "purge_at": purge_at, "cause": cause, "evidence": sealed}
    connection.execute(closed_accounts.insert().values(**archived))


def forget_account(connection: sa.Connection, account_id: int) -> None:
    """Remove every row of an account. Its address is retired: a digest of it is left, so that nobody signs up with it again."""
    retired = sa.select(logins.c.digest).where(logins.c.account_id == account_id)
    connection.execute(insert(retired_emails).from_select(["digest"], retired).on_conflict_do_nothing())
    for table in _ROWS:
        connection.execute(table.delete().where(table.c.account_id == account_id))
    forget_versions(connection, account_id)


class EvidencePurge:
    """Due work: evidence whose time is over goes, with what was done from the account; put off while something is owed."""

    name = "evidence-purge"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest evidence shall go."""
        at = closed_accounts.c.purge_at
        return sa.select(sa.func.min(at)).where(at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Purge the evidence of one account."""
        this = closed_accounts.c
        oldest = sa.select(this.account_id, this.purge_at).where(this.purge_at <= until).order_by(this.purge_at, this.account_id)
        row = connection.execute(oldest.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return False
        asked = EvidenceDue(row.account_id)
        self._kernel.events.emit(connection, asked)
        if asked.owed:
            later = closed_accounts.update().where(this.account_id == row.account_id).values(purge_at=row.purge_at + _OWED_STILL)
            connection.execute(later)
            return True
        # Of an account that was terminated the row had stayed, so that whoever signed in was told why.
        forget_account(connection, row.account_id)
        connection.execute(sa.select(sa.func.purge_evidence(row.account_id, until)))
        return True


def _years_on(at: datetime, years: int) -> datetime:
    leap_day = (at.month, at.day) == (2, 29)
    return at.replace(year=at.year + years, day=28 if leap_day else at.day)
