"""Letters on paper: entered with the day they came and their scan, to be answered by a deadline, seen in the account (16.3)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts import read_row
from backend.helpdesk.rules import LARGEST_SCAN, Category, Severity, answer_by, media_of
from backend.helpdesk.tables import thread_scans
from backend.helpdesk.threads import Opening, Place, open_thread
from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.messages import Fact, Message, tell
from backend.terms import current_sheet


class NoScan(ValueError):
    """The file is too large, or neither PDF nor a picture."""


@dataclass(frozen=True)
class Paper:
    """A letter: what it is about in an operator's words, when it was received, and the file it was scanned into."""

    category: Category
    severity: Severity
    text: str
    received_at: datetime
    scan: bytes


def enter_letter(connection: sa.Connection, kernel: Kernel, account_id: int, paper: Paper) -> tuple[Place, datetime]:
    """Open a thread for a letter; its place, and until when it is to be answered. Raises NoScan."""
    media = media_of(paper.scan)
    if media is None or len(paper.scan) > LARGEST_SCAN:
        raise NoScan
    now = kernel.clock.now()
    until = answer_by(paper.received_at, current_sheet(connection, now).policy.letter_answer_days)
    opening = Opening(paper.category, paper.severity, "letter", paper.text, paper.received_at, until)
    place = open_thread(connection, kernel, read_row(connection, account_id, lock=True), opening)
    values = {
        "account_id": account_id,
        "thread_id": place.thread_id,
        "media": media,
        "sha256": hashlib.sha256(paper.scan).digest(),
        "size": len(paper.scan),
        "sealed": kernel.sealer.seal_bytes(paper.scan, place.seal),
        "at": now,
    }
    connection.execute(thread_scans.insert().values(values))
    facts: dict[str, Fact] = {
        "reference": place.reference(kernel),
        "contact": kernel.settings.contact,
        "received_on": paper.received_at.astimezone(PARIS).date(),
        "answer_by": until.astimezone(PARIS).date(),
    }
    tell(connection, kernel.sealer, Message(account_id, "helpdesk-letter", str(place.thread_id), now, facts))
    return place, until


def open_scan(connection: sa.Connection, kernel: Kernel, place: Place, scan_id: int) -> bytes | None:
    """The file as it was scanned; None where the thread has no such scan."""
    c = thread_scans.c
    this = sa.and_(c.account_id == place.account_id, c.thread_id == place.thread_id, c.scan_id == scan_id)
    sealed = connection.execute(sa.select(c.sealed).where(this)).scalar()
    return None if sealed is None else kernel.sealer.open_bytes(sealed, place.seal)
