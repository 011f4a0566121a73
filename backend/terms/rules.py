"""Pure rules: how acceptances are chained, how a document is read, and who was told in time."""

import hashlib
import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

FIRST = bytes(32)
"""What stands before an account's first acceptance."""

_PARIS = ZoneInfo("Europe/Paris")

Section = tuple[str, tuple[str, ...]]


def chain(previous: bytes, facts: tuple[str | int | None, ...]) -> bytes:
    """The hash of an acceptance: of the one before it and of its own facts."""
    return hashlib.sha256(previous + json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def read_sections(text: str) -> tuple[str, tuple[Section, ...]]:
    """A text's title, and its sections of a heading and paragraphs."""
    head, *parts = text.split("\n## ")
    sections = []
    for part in parts:
        heading, *paragraphs = (piece.strip() for piece in part.strip().split("\n\n"))
        sections.append((heading, tuple(paragraphs)))
    return head.removeprefix("# ").strip(), tuple(sections)


def earliest_effect(published_at: datetime, notice_days: int) -> datetime:
    """A change announced at `published_at` may take force then, and not before (X25)."""
    return published_at + timedelta(days=notice_days)


def told_in_time(delivered_at: datetime | None, effective_at: datetime, notice_days: int) -> bool:
    """Whether both channels had the notice so many days of Paris before the change: only then does silence count (18.5)."""
    if delivered_at is None:
        return False
    days = effective_at.astimezone(_PARIS).date() - delivered_at.astimezone(_PARIS).date()
    return days >= timedelta(days=notice_days)
