"""HTTP: one source of the directory, what it gave, and taking that back by visibility, with a reason and a phrase."""

from flask import Response, request

from backend.directory import WAYS, list_given, list_sources, take_back
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.pages import page_language
from backend.ops.pages import answer_ops, carry_out, read_field, read_number, see_other, speak
from backend.ops.roles import DECIDERS

api = Room("ops_sources", __name__)


class Done(Body):
    """How many details were just taken back, and how many are left to be."""

    done: int = -1
    left: int = 0


@api.get("/ops/directory/sources/<source_id>", who="operator", roles=DECIDERS, limit=PAGES, query=Done, media="text/html")
def show_source(source_id: str, query: Done) -> Response:
    """Show what a source gave that is open, by visibility, and what can be done with it."""
    return _page(read_number(source_id), done=query)


@api.post("/ops/directory/sources/<source_id>", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def take_back_given(source_id: str) -> Response:
    """Take back what a source gave, of one visibility: some thousands at once."""
    number = read_number(source_id)
    visibility, way = read_field("visibility"), next((way for way in WAYS if way == read_field("way")), None)
    with kernel().database.begin() as connection:
        known = {given.visibility for given in list_given(connection, number)}
    if way is None or visibility not in known:
        return _page(number, "incomplete")
    if " ".join(read_field("phrase").split()).casefold() != _phrase(number).casefold():
        return _page(number, "phrase")
    now = kernel().clock.now()
    taken, wrong = carry_out(lambda connection, act: take_back(connection, act, number, visibility, way, now))
    if taken is None:
        return _page(number, wrong)
    return see_other(f"/ops/directory/sources/{number}?done={taken.done}&left={taken.left}")


def _page(number: int, wrong: str = "", done: Done | None = None) -> Response:
    with kernel().database.begin() as connection:
        source = next((each for each in list_sources(connection) if each.source_id == number), None)
        given = list_given(connection, number) if source else []
    if source is None:
        return answer_ops("gone.html", 404)
    return answer_ops(
        "source.html",
        422 if wrong else 200,
        source=source,
        all_given=given,
        visibilities=sorted({each.visibility for each in given}),
        phrase=_phrase(number),
        done=done,
        typed=request.form,
        wrong=wrong,
    )


def _phrase(number: int) -> str:
    say = speak(page_language())
    return say("take back source {number}", number=number)
