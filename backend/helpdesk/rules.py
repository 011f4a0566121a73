"""When the helpdesk is open, which state of a thread may follow which, and what a scan may be. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol

from backend.kernel.clock import PARIS

Category = Literal["question", "anomaly", "advice", "cancellation", "complaint"]
Severity = Literal["normal", "serious"]
Channel = Literal["chat", "mail", "letter"]
State = Literal["new", "diagnosed", "fixed", "answered", "closed"]

CATEGORIES: tuple[Category, ...] = ("question", "anomaly", "advice", "cancellation", "complaint")
SEVERITIES: tuple[Severity, ...] = ("normal", "serious")
CHANNELS: tuple[Channel, ...] = ("chat", "mail", "letter")
STATES: tuple[State, ...] = ("new", "diagnosed", "fixed", "answered", "closed")
WAITING: tuple[State, ...] = ("new", "diagnosed")
"""In these a thread waits for those who run Candor."""

LARGEST_SCAN = 5 * 1024 * 1024
_FIRST_BYTES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


class Hours(Protocol):
    """The numbers of the plan sheet's policy that say when the helpdesk is open; days as ISO counts them, in Paris."""

    @property
    def helpdesk_weekdays(self) -> tuple[int, ...]: ...
    @property
    def helpdesk_opens_hour(self) -> int: ...
    @property
    def helpdesk_closes_hour(self) -> int: ...


def helpdesk_open(now: datetime, hours: Hours) -> bool:
    """Whether somebody is at the helpdesk. The terms name no holiday, so there is none (8.2.21)."""
    there = now.astimezone(PARIS)
    return there.isoweekday() in hours.helpdesk_weekdays and _opens(there.date(), hours) <= now < _closes(there.date(), hours)


def next_opening(now: datetime, hours: Hours) -> datetime:
    """When it opens next; `now` where it is open."""
    if helpdesk_open(now, hours):
        return now
    day = now.astimezone(PARIS).date()
    while day.isoweekday() not in hours.helpdesk_weekdays or _opens(day, hours) < now:
        day += timedelta(days=1)
    return _opens(day, hours)


def closing(now: datetime, hours: Hours) -> datetime:
    """When it closes on the day of `now`."""
    return _closes(now.astimezone(PARIS).date(), hours)


def may_follow(category: str, state: str, then: str) -> bool:
    """Whether a thread may go from a state to another: an anomaly is diagnosed, then fixed; else it is answered (8.2.23)."""
    if then == "closed":
        return state != "closed"
    if then == "new":
        return state not in WAITING
    steps = ("new", "diagnosed", "fixed") if category == "anomaly" else ("new", "answered")
    return (state, then) in pairwise(steps)


def answer_by(received_at: datetime, days: int) -> datetime:
    """Until when a letter is answered: so many Paris days after it was received, at the same hour."""
    return (received_at.astimezone(PARIS) + timedelta(days=days)).astimezone(UTC)


def media_of(scan: bytes) -> str | None:
    """What a file is by its first bytes; None where it is neither PDF nor a picture."""
    return next((media for first, media in _FIRST_BYTES if scan.startswith(first)), None)


def _opens(day: date, hours: Hours) -> datetime:
    return datetime.combine(day, time(hours.helpdesk_opens_hour), PARIS).astimezone(UTC)


def _closes(day: date, hours: Hours) -> datetime:
    return datetime.combine(day, time(hours.helpdesk_closes_hour), PARIS).astimezone(UTC)
