"""HTTP: what those who run Candor did, newest first, each line with its name and reason."""

from flask import Response

from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.ops import read_log
from backend.ops.pages import PLACES, Place, answer_ops
from backend.ops.roles import DECIDERS

api = Room("ops_log", __name__)
PLACES.append(Place("ops_log.show_log", "/ops/log", "Log"))

_AT_ONCE = 100


class Older(Body):
    before: int | None = None
    subject: str | None = None


@api.get("/ops/log", who="operator", roles=DECIDERS, limit=PAGES, query=Older, media="text/html")
def show_log(query: Older) -> Response:
    """Show the log, or what was done to one subject."""
    with kernel().database.begin() as connection:
        lines = read_log(connection, before=query.before, subject=query.subject, most=_AT_ONCE + 1)
    more = lines[_AT_ONCE - 1].entry_id if len(lines) > _AT_ONCE else None
    return answer_ops("log.html", lines=lines[:_AT_ONCE], more=more, subject=query.subject)
