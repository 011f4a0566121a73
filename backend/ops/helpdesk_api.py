"""HTTP: the helpdesk: what waits for how long, whether somebody is there now, a thread with what was said, and its answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, request

from backend.helpdesk import (
    Desk,
    NotNext,
    ThreadPlace,
    answer_thread,
    close_case,
    list_cases,
    list_waiting,
    may_follow,
    open_scan,
    read_case,
    read_desk,
    read_pace,
    read_thread,
    set_state,
)
from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.ops import Act, NoReason, log_act
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, read_act, read_field, read_number, see_other
from backend.ops.roles import HELPERS, READERS

api = Room("ops_helpdesk", __name__)
PLACES.append(Place("ops_helpdesk.show_helpdesk", "/ops/helpdesk", "Helpdesk"))

_HERE = "/ops/helpdesk"
_MOST = 200
_PACE = timedelta(days=90)
_STATES = ("diagnosed", "fixed", "closed")
_LONGEST_ANSWER = 8000


@api.get(_HERE, who="operator", roles=READERS, limit=PAGES, media="text/html")
def show_helpdesk() -> Response:
    """Show what waits, the oldest first, and how fast anomalies were diagnosed and fixed."""
    now = kernel().clock.now()
    with kernel().database.begin() as connection:
        shown: dict[str, Any] = {
            "threads": list_waiting(connection, _MOST),
            "cases": list_cases(connection, kernel(), _MOST),
            "pace": read_pace(connection, now - _PACE),
            "desk": read_desk(connection, kernel(), page_language()),
        }
    return answer_ops("helpdesk.html", now=now, **shown)


@api.get("/ops/helpdesk/mail/<mail_id>", who="operator", roles=HELPERS, limit=PAGES, media="text/html")
def show_case(mail_id: str) -> Response:
    """Show a mail from an address without an account."""
    return _case(read_number(mail_id))


@api.post("/ops/helpdesk/mail/<mail_id>/close", who="operator", roles=HELPERS, limit=WRITES, media="text/html", status=303)
def finish_case(mail_id: str) -> Response:
    """Close it: it was looked at."""
    number, now = read_number(mail_id), kernel().clock.now()

    def close(connection: Any, act: Act) -> bool:
        log_act(connection, act, "helpdesk.close", f"mail {number}", now)
        return close_case(connection, number, now)

    closed, wrong = carry_out(close)
    if wrong:
        return _case(number, wrong, 422)
    return see_other(_HERE) if closed else _case(number, "closed", 404)


@api.get("/ops/helpdesk/<account_id>/<thread_id>", who="operator", roles=HELPERS, limit=PAGES, media="text/html")
def show_thread(account_id: str, thread_id: str) -> Response:
    """Show a thread: what was said, its states with their times, its letters."""
    return _thread(_place(account_id, thread_id))


@api.get("/ops/helpdesk/<account_id>/<thread_id>/scans/<scan_id>", who="operator", roles=HELPERS, limit=PAGES,
         media="application/octet-stream", listed=False)  # fmt: skip
def fetch_scan(account_id: str, thread_id: str, scan_id: str) -> Response:
    """A letter as it was scanned, as a file."""
    place, number = _place(account_id, thread_id), read_number(scan_id)
    with kernel().database.begin() as connection:
        content = open_scan(connection, kernel(), place, number)
    if content is None:
        return answer_ops("gone.html", 404)
    headers = {"Content-Disposition": f'attachment; filename="letter-{number}"', "Cache-Control": "no-store"}
    return Response(content, mimetype="application/octet-stream", headers=headers)


@api.post("/ops/helpdesk/<account_id>/<thread_id>/answer", who="operator", roles=HELPERS, limit=WRITES, media="text/html",
          status=303)  # fmt: skip
def send_answer(account_id: str, thread_id: str) -> Response:
    """Answer a thread: its user reads it in the account and by mail."""
    place, text = _place(account_id, thread_id), read_field("text", _LONGEST_ANSWER)
    if not text:
        return _thread(place, "incomplete", 422)
    return _do(place, "helpdesk.answer", lambda c: answer_thread(c, kernel(), place, text))


@api.post("/ops/helpdesk/<account_id>/<thread_id>/state", who="operator", roles=HELPERS, limit=WRITES, media="text/html",
          status=303)  # fmt: skip
def move_on(account_id: str, thread_id: str) -> Response:
    """Say how far it is: its user is told."""
    place, state = _place(account_id, thread_id), read_field("state")
    if state not in _STATES:
        return _thread(place, "incomplete", 422)
    return _do(place, f"helpdesk.{state}", lambda c: set_state(c, kernel(), place, state))  # type: ignore[arg-type]


def _place(account_id: str, thread_id: str) -> ThreadPlace:
    return ThreadPlace(read_number(account_id), read_number(thread_id))


def _do(place: ThreadPlace, action: str, do: Callable[[Any], object]) -> Response:
    act: Act = read_act()
    try:
        with kernel().database.begin() as connection:
            log_act(connection, act, action, f"thread {place}", kernel().clock.now())
            do(connection)
    except NoReason:
        return _thread(place, "reason", 422)
    except NotNext:
        return _thread(place, "not-next", 422)
    except Problem:
        return answer_ops("gone.html", 404)
    return see_other(f"{_HERE}/{place}")


def _thread(place: ThreadPlace, wrong: str = "", status: int = 200) -> Response:
    try:
        with kernel().database.begin() as connection:
            thread = read_thread(connection, kernel(), place)
            desk: Desk = read_desk(connection, kernel(), page_language())
    except Problem:
        return answer_ops("gone.html", 404)
    states = [state for state in _STATES if may_follow(thread.category, thread.state, state)]
    return answer_ops("thread.html", status, thread=thread, desk=desk, states=states, wrong=wrong, given=request.form)


def _case(number: int, wrong: str = "", status: int = 200) -> Response:
    with kernel().database.begin() as connection:
        case = read_case(connection, kernel(), number)
    if case is None:
        return answer_ops("gone.html", 404)
    return answer_ops("mail_case.html", status, case=case, wrong=wrong)
