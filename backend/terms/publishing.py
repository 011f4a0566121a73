"""A change of a document: announced by those who run Candor, told to every user, in force on its day (18.1, 18.2, X25)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act
from backend.kernel.problems import Problem
from backend.kernel.writing import LANGUAGES
from backend.terms.documents import languages_of
from backend.terms.rules import earliest_effect
from backend.terms.sheet import current_sheet, read_sheet
from backend.terms.tables import publications


@dataclass(frozen=True)
class SheetPublished:
    """A new version of the plan sheet is announced: whoever runs under an older one is concerned, or not (10.2)."""

    version: str
    effective_at: datetime
    at: datetime


def publish(kernel: Kernel, act: Act, kind: str, version: str, effective_at: datetime) -> None:
    """Announce a version that is there in every language; users are told at once, and it takes force at `effective_at`.

    Raises Problem: `document-incomplete`, `already-published`, or `notice-too-short` where the plan sheet's days of notice are not
    left, or another version takes force later. Raises NoReason or NoOperator.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('candor.publish'))"))
        log_act(connection, act, "document.publish", f"{kind} {version}", now)
        needed = {LANGUAGES[0]} if kind == "plan-sheet" else set(LANGUAGES)
        if not needed <= languages_of(connection, kind, version):
            raise Problem("document-incomplete")
        if kind == "plan-sheet":
            read_sheet(version)
        known = connection.execute(sa.select(publications).where(publications.c.kind == kind)).all()
        if any(row.version == version for row in known):
            raise Problem("already-published")
        days = current_sheet(connection, now).policy.change_notice_days
        earliest = earliest_effect(now, days)
        if effective_at < earliest or any(row.effective_at >= effective_at for row in known):
            raise Problem(
                "notice-too-short", f"{days} days of notice: not before {earliest.isoformat()}, nor before another version."
            )
        row = {"kind": kind, "version": version, "published_at": now, "effective_at": effective_at}
        connection.execute(publications.insert().values(**row))
        if kind == "plan-sheet":
            kernel.events.emit(connection, SheetPublished(version, effective_at, now))
