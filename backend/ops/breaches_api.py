"""HTTP: the register of breaches of personal data with its clocks, on a page and as a table to hand over."""

from collections.abc import Callable
from typing import Any

from flask import Response, request

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import Act
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_field, read_moment, read_number, see_other
from backend.ops.register import TOLD, NotPossible, assess, close_breach, enter_breach, list_breaches, note_told, write_csv
from backend.ops.roles import DECIDERS

api = Room("ops_breaches", __name__)
PLACES.append(Place("ops_breaches.show_breaches", "/ops/breaches", "Breach register"))

_HERE = "/ops/breaches"
_LONGEST = 4000


@api.get(_HERE, who="operator", roles=DECIDERS, limit=PAGES, media="text/html")
def show_breaches() -> Response:
    """Show every breach, the newest first."""
    return _page()


@api.get("/ops/breaches.csv", who="operator", roles=DECIDERS, limit=PAGES, media="text/csv", listed=False)
def export_breaches() -> Response:
    """Every breach as a table."""
    with kernel().database.begin() as connection:
        table = write_csv(list_breaches(connection, kernel()))
    headers = {"Content-Disposition": 'attachment; filename="candor-breaches.csv"', "Cache-Control": "no-store"}
    return Response(table, mimetype="text/csv", headers=headers)


@api.post(_HERE, who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def enter() -> Response:
    """Enter a breach with the instant at which somebody became aware of it."""
    aware_at = read_moment("aware_at")
    if aware_at is None:
        return _page("incomplete", 422)
    linkedin = read_field("linkedin") == "yes"
    return _do(lambda c, act: enter_breach(c, kernel(), act, aware_at, read_field("what", _LONGEST), linkedin=linkedin))


@api.post("/ops/breaches/<breach_id>/assess", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def write_assessment(breach_id: str) -> Response:
    """Write down what it means for the people concerned."""
    number, risk, words = read_number(breach_id), read_field("risk"), read_field("assessment", _LONGEST)
    return _do(lambda c, act: assess(c, kernel(), act, number, risk, words))


@api.post("/ops/breaches/<breach_id>/told", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def note_who_was_told(breach_id: str) -> Response:
    """Note that LinkedIn, the CNIL or the people concerned were told."""
    number, said = read_number(breach_id), read_field("whom")
    whom = next((each for each in TOLD if each == said), None)
    if whom is None:
        return _page("incomplete", 422)
    return _do(lambda c, act: note_told(c, kernel(), act, number, whom))


@api.post("/ops/breaches/<breach_id>/close", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def close(breach_id: str) -> Response:
    """Close a breach whose risk was assessed."""
    number = read_number(breach_id)
    return _do(lambda c, act: close_breach(c, kernel(), act, number))


def _do(do: Callable[[Any, Act], object]) -> Response:
    _, wrong = carry_out(do, NotPossible)
    return _page(wrong, 422) if wrong else see_other(_HERE)


def _page(wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        found = list_breaches(connection, kernel())
    return answer_ops("breaches.html", status, breaches=found, wrong=wrong, now=kernel().clock.now(), given=request.form)
