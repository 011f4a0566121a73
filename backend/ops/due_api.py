"""HTTP: due work and mail: what is due since when, what failed and how, what waits; and trying one of them now."""

from typing import Annotated

from flask import Response, current_app, request
from pydantic import Field

from backend.kernel.due import Piece, read_dues
from backend.kernel.failures import read_failures
from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import NoReason
from backend.kernel.sandbox_api import DUE_PIECES
from backend.kernel.waiting_mails import count_waiting, list_waiting, try_again
from backend.ops.pages import LONGEST_REASON, PLACES, Place, answer_ops, carry_out, read_act, read_number, see_other
from backend.ops.roles import ADMINS, READERS
from backend.ops.running import run_now

api = Room("ops_due", __name__)
PLACES.append(Place("ops_due.show_due", "/ops/due", "Due work"))

_AT_ONCE = 100


class DueAsked(Body):
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    ran: Annotated[str, Field(max_length=64)] = ""


@api.get("/ops/due", who="operator", roles=READERS, limit=PAGES, query=DueAsked, media="text/html")
def show_due(query: DueAsked) -> Response:
    """Show what is due and what waits."""
    return _due(after=query.after, ran=query.ran)


@api.post("/ops/due/<piece>/run", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def run_piece(piece: str) -> Response:
    """Do one step of a piece now."""
    chosen = [each for each in _pieces() if each.name == piece]
    if not chosen:
        return _due("gone", 404)
    try:
        run_now(kernel(), read_act(), chosen, kernel().clock.now())
    except NoReason:
        return _due("reason", 422, tried=piece)
    return see_other(f"/ops/due?ran={piece}")


@api.post("/ops/mails/<mail_id>/retry", who="operator", roles=ADMINS, limit=WRITES, media="text/html", status=303)
def retry_mail(mail_id: str) -> Response:
    """Let a mail go out in the worker's next second."""
    number = read_number(mail_id)
    found, wrong = carry_out(lambda c, act: try_again(c, act, number, kernel().clock.now()))
    if wrong:
        return _due(wrong, 422, tried=f"mail-{number}", after=number - 1)
    return see_other("/ops/due#mails") if found else _due("gone", 404)


def _pieces() -> list[Piece]:
    pieces: list[Piece] = current_app.extensions[DUE_PIECES]
    return pieces


def _due(wrong: str = "", status: int = 200, *, tried: str = "", after: int = 0, ran: str = "") -> Response:
    now, pieces = kernel().clock.now(), _pieces()
    dues = read_dues(kernel().database.engine, pieces, now)
    with kernel().database.begin() as connection:
        failures = read_failures(connection)
        waiting = count_waiting(connection, now)
        mails = list_waiting(connection, after=max(after, 0), most=_AT_ONCE + 1)
    failing = {name for name, failure in failures.items() if failure.mended_at is None}
    names = sorted((each.name for each in pieces), key=lambda name: (name not in failing, dues.get(name, now), name))
    return answer_ops(
        "due.html",
        status,
        names=names,
        dues=dues,
        failures=failures,
        waiting=waiting,
        mails=mails[:_AT_ONCE],
        more=mails[_AT_ONCE - 1].mail_id if len(mails) > _AT_ONCE else None,
        wrong=wrong,
        tried=tried,
        typed=request.form.get("reason", "")[:LONGEST_REASON],
        ran=ran if ran in dict.fromkeys(names) else "",
    )
