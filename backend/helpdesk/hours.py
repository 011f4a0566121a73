"""Whether the helpdesk is open, said with every answer: outside its hours one leaves a message (8.2.21)."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.helpdesk.rules import closing, helpdesk_open, next_opening
from backend.kernel import Kernel
from backend.kernel.writing import write_moment
from backend.terms import current_sheet

_OPEN = {
    "en": "The helpdesk is open until {moment}.",
    "fr": "L'assistance est ouverte jusqu'au {moment}.",
}
_CLOSED = {
    "en": "The helpdesk is closed. Leave a message: it opens on {moment}, and answers in your account and by mail.",
    "fr": "L'assistance est fermée. Laissez un message : elle ouvre le {moment}, et répond dans votre compte et par mail.",
}


@dataclass(frozen=True)
class Desk:
    """How it stands now. `closes_at` is None while it is closed; `opens_at` is now while it is open."""

    open: bool
    opens_at: datetime
    closes_at: datetime | None
    says: str


def read_desk(connection: sa.Connection, kernel: Kernel, lang: str) -> Desk:
    """How the helpdesk stands now, in the reader's words."""
    now = kernel.clock.now()
    hours = current_sheet(connection, now).policy
    if helpdesk_open(now, hours):
        until = closing(now, hours)
        return Desk(True, now, until, _OPEN[lang].format(moment=write_moment(until, lang)))
    opens_at = next_opening(now, hours)
    return Desk(False, opens_at, None, _CLOSED[lang].format(moment=write_moment(opens_at, lang)))
