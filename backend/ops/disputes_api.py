"""HTTP: disputes with their two limits, and formal notices of both parties with theirs."""

from flask import Response, request

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.ops.disputes import Letter, NotEnterable, agree, enter_dispute, list_disputes
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_day, read_field, read_number, see_other
from backend.ops.roles import DECIDERS
from backend.subscriptions import list_open_notices

api = Room("ops_disputes", __name__)
PLACES.append(Place("ops_disputes.show_disputes", "/ops/disputes", "Disputes"))

_HERE = "/ops/disputes"


@api.get(_HERE, who="operator", roles=DECIDERS, limit=PAGES, media="text/html")
def show_disputes() -> Response:
    """Show disputes and formal notices with their dates."""
    return _page()


@api.post(_HERE, who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def enter() -> Response:
    """Enter a registered letter that begins a dispute."""
    day, workspace = read_day("received_on"), read_field("workspace", 18)
    if day is None or not (workspace.isascii() and workspace.isdecimal()):
        return _page("incomplete", 422)
    letter = Letter(int(workspace), read_field("sender"), read_field("registered_number", 60), read_field("about", 4000), day)
    _, wrong = carry_out(lambda c, act: enter_dispute(c, kernel(), act, letter), NotEnterable)
    return _page(wrong, 422) if wrong else see_other(_HERE)


@api.post("/ops/disputes/<dispute_id>/agreed", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def close(dispute_id: str) -> Response:
    """Say that the parties agreed, and on what."""
    number, agreement = read_number(dispute_id), read_field("agreement", 4000)
    if not agreement:
        return _page("incomplete", 422)
    agreed, wrong = carry_out(lambda c, act: agree(c, kernel(), act, number, agreement))
    if wrong:
        return _page(wrong, 422)
    return see_other(_HERE) if agreed else _page("closed", 404)


def _page(wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        found = list_disputes(connection, kernel())
        notices = list_open_notices(connection, kernel())
    return answer_ops("disputes.html", status, disputes=found, notices=notices, wrong=wrong, given=request.form)
