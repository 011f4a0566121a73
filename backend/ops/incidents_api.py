"""HTTP: maintenance with its planned end, and incidents that every user is told of."""

from flask import Response, request

from backend.kernel.http import Room, kernel
from backend.kernel.incidents import NotNow, list_incidents
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.tables import INCIDENT_KINDS
from backend.kernel.writing import LANGUAGES
from backend.ops.incidents import (
    close_logged,
    make_permanent,
    open_logged,
    read_maintenance,
    read_notices,
    set_maintenance,
)
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_field, read_moment, read_number, see_other
from backend.ops.roles import ADMIN, ADMINS, READERS

api = Room("ops_incidents", __name__)
PLACES.append(Place("ops_incidents.show_incidents", "/ops/incidents", "Incidents"))

_HERE = "/ops/incidents"
_LONGEST_WORDS = 2000


@api.get(_HERE, who="operator", roles=READERS, limit=PAGES, media="text/html")
def show_incidents() -> Response:
    """Show whether maintenance is on, what is open, and how far the telling is."""
    return _page()


@api.post("/ops/maintenance", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def switch_maintenance() -> Response:
    """Switch maintenance on, until a planned end, or off."""
    on, ends_at = read_field("state") == "on", read_moment("ends_at")
    if on and (ends_at is None or ends_at <= kernel().clock.now()):
        return _page("planned-end", 422)
    _, wrong = carry_out(lambda c, act: set_maintenance(c, kernel(), act, on=on, ends_at=ends_at))
    if wrong:
        return _page(wrong, 422)
    kernel().switches.forget()
    return see_other(_HERE)


@api.post(_HERE, who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def begin_incident() -> Response:
    """Open an incident and tell every user."""
    kind, words = read_field("kind"), {lang: read_field(f"words_{lang}", _LONGEST_WORDS) for lang in LANGUAGES}
    opened_at = read_moment("opened_at") if read_field("opened_at") else kernel().clock.now()
    if kind not in INCIDENT_KINDS or not all(words.values()) or opened_at is None:
        return _page("incomplete", 422)
    _, wrong = carry_out(lambda c, act: open_logged(c, kernel(), act, kind, words, opened_at), NotNow)
    return _page(wrong, 422) if wrong else see_other(_HERE)


@api.post("/ops/incidents/<incident_id>/close", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def end_incident(incident_id: str) -> Response:
    """Say that it is over, and tell every user; the limits of a force majeure move by its length."""
    number = read_number(incident_id)
    _, wrong = carry_out(lambda c, act: close_logged(c, kernel(), act, number), NotNow)
    return _page(wrong, 422) if wrong else see_other(_HERE)


@api.post("/ops/incidents/<incident_id>/permanent", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def end_contracts(incident_id: str) -> Response:
    """Say that a force majeure is for good: every paid contract ends as of its event."""
    number = read_number(incident_id)
    if read_field("phrase") != f"end contracts {number}":
        return _page("phrase", 422)
    _, wrong = carry_out(lambda c, act: make_permanent(c, kernel(), act, number), NotNow)
    return _page(wrong, 422) if wrong else see_other(_HERE)


def _page(wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        maintenance = read_maintenance(connection)
        found = list_incidents(connection)
        notices = read_notices(connection, [each.incident_id for each in found])
    shown = {"maintenance": maintenance, "incidents": found, "notices": notices, "admin": ADMIN, "given": request.form}
    return answer_ops("incidents.html", status, wrong=wrong, **shown)
