"""HTTP: the directory for those who run Candor: sources, imports, objections, notices owed, freshness, what expires. No values."""

from datetime import date, timedelta

from flask import Response, current_app, request

from backend.directory import (
    CONTACT_FIELDS,
    FRESH_DAYS,
    count_all_objections,
    count_facts,
    count_objections,
    count_owed,
    list_imports,
    list_sources,
)
from backend.kernel.clock import PARIS
from backend.kernel.due import Piece
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import NoReason
from backend.kernel.pages import page_language
from backend.kernel.sandbox_api import DUE_PIECES
from backend.ops.figure_words import name_labels
from backend.ops.overview import begin_of
from backend.ops.pages import LONGEST_REASON, PLACES, Place, answer_ops, read_act, see_other, speak
from backend.ops.roles import DECIDERS, READERS
from backend.ops.running import run_now

api = Room("ops_directory", __name__)
PLACES.append(Place("ops_directory.show_directory", "/ops/directory", "Directory"))

_OBJECTION_DAYS = 30
_NOTICES = ("notice-within-a-month", "notices")
"""Pieces of due work: who must be told within the month is owed a notice; the letters owed are written."""


class DirectoryAsked(Body):
    done: bool = False


@api.get("/ops/directory", who="operator", roles=READERS, limit=PAGES, query=DirectoryAsked, media="text/html")
def show_directory(query: DirectoryAsked) -> Response:
    """Show what is in the directory, in counts and dates."""
    return _directory(done=query.done)


@api.post("/ops/directory/notices", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def write_notices() -> Response:
    """Write now what notices are due: one step of the work that the worker does by itself."""
    pieces: list[Piece] = current_app.extensions[DUE_PIECES]
    try:
        run_now(kernel(), read_act(), [piece for piece in pieces if piece.name in _NOTICES], kernel().clock.now())
    except NoReason:
        return _directory("reason", 422)
    return see_other("/ops/directory?done=true")


def _directory(wrong: str = "", status: int = 200, *, done: bool = False) -> Response:
    now = kernel().clock.now()
    today: date = now.astimezone(PARIS).date()
    with kernel().database.begin() as connection:
        sources = list_sources(connection)
        imports = list_imports(connection, now)
        objections = count_objections(connection, begin_of(today - timedelta(days=_OBJECTION_DAYS - 1)))
        all_objections = count_all_objections(connection)
        owed = count_owed(connection, now)
        counted = count_facts(connection, now)
    return answer_ops(
        "directory.html",
        status,
        sources=sources,
        imports=imports,
        objections=sorted(objections.items(), reverse=True),
        all_objections=all_objections,
        owed=owed,
        counted=counted,
        fields=CONTACT_FIELDS,
        labels=name_labels(speak(page_language())),
        fresh_days=FRESH_DAYS,
        objection_days=_OBJECTION_DAYS,
        shade=_shade,
        wrong=wrong,
        typed=request.form.get("reason", "")[:LONGEST_REASON],
        done=done,
    )


def _shade(count: int, fresh: int) -> str:
    """The class of a cell: five shades by the share that is fresh."""
    return f"heat-{min(4, fresh * 5 // count)}" if count else "heat-none"
