"""HTTP: what a subscriber had paid at a date, the most that Candor is liable for (article 12)."""

from typing import Any

from flask import Response, request

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import Act, log_act
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_day, read_field
from backend.ops.roles import DECIDERS
from backend.subscriptions import Sums, sums_paid

api = Room("ops_sums", __name__)
PLACES.append(Place("ops_sums.ask_sums", "/ops/sums", "Sums paid"))


@api.get("/ops/sums", who="operator", roles=DECIDERS, limit=PAGES, media="text/html")
def ask_sums() -> Response:
    """Ask whose sums, and at which date."""
    return _page()


@api.post("/ops/sums", who="operator", roles=DECIDERS, limit=WRITES, media="text/html")
def show_sums() -> Response:
    """Show what a workspace had paid by the end of a day."""
    day, workspace = read_day("day"), read_field("workspace", 18)
    if day is None or not (workspace.isascii() and workspace.isdecimal()):
        return _page("incomplete", 422)

    def read(connection: Any, act: Act) -> Sums:
        log_act(connection, act, "sums.read", f"workspace {int(workspace)}", kernel().clock.now())
        return sums_paid(connection, int(workspace), day)

    sums, wrong = carry_out(read)
    return _page(wrong, 422) if wrong else _page(sums=sums)


def _page(wrong: str = "", status: int = 200, *, sums: Sums | None = None) -> Response:
    return answer_ops("sums.html", status, sums=sums, wrong=wrong, given=request.form)
