"""HTTP: the helpdesk on the site (16.1): ask, read the answers, write on; every page says whether somebody is there (8.2.21)."""

import secrets
from pathlib import Path

from flask import Response

from backend.accounts import PLACES, PagePlace, answer_account, answer_refusal
from backend.helpdesk.api import HELPDESK, LONGEST_TEXT
from backend.helpdesk.hours import read_desk
from backend.helpdesk.reading import list_threads, read_thread
from backend.helpdesk.rules import CATEGORIES, Severity, may_follow
from backend.helpdesk.threads import THREAD, Opening, Place, close_thread, start_thread, write_on
from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import PAGES
from backend.kernel.pages import page_language, read_field, see_other
from backend.kernel.paging import Page, read_cursor
from backend.kernel.problems import Problem
from backend.kernel.request_keys import RequestKey, digest_request

api = Room("help", __name__, template_folder="templates")
api.register_error_handler(Problem, answer_refusal)

HTML = "text/html"
HOME = "/account/help"
_ROOM = Path(__file__).parent
PLACES.append(PagePlace(HOME, {"en": "Help", "fr": "Aide"}))


@api.get("/account/help", who="reader", limit=PAGES, query=Page, media=HTML)
def show_help(query: Page) -> Response:
    """Say whether the helpdesk is open, take a question, and list what was asked before."""
    return _show(query)


@api.post("/account/help", who="reader", limit=HELPDESK, media=HTML)
def ask() -> Response:
    """Open a thread by form. Sent twice, it is opened once."""
    category, text = read_field("category"), read_field("text", LONGEST_TEXT)
    known = next((each for each in CATEGORIES if each == category), None)
    if known is None or not text:
        return _show(Page(), wrong="empty", status=422)
    severity: Severity = "serious" if read_field("serious") == "yes" else "normal"
    opening = Opening(known, severity, "chat", text, key=_read_key("thread", text))
    return see_other(_address(start_thread(kernel(), caller().account_id, opening)))


@api.get("/account/help/<thread_id>", who="reader", limit=PAGES, media=HTML, problems=("not-found",))
def show_thread(thread_id: str) -> Response:
    """One thread, with what was said in it."""
    return _show_thread(_place(thread_id))


@api.post("/account/help/<thread_id>", who="reader", limit=HELPDESK, media=HTML, problems=("not-found",))
def write(thread_id: str) -> Response:
    """Write on by form. A thread that was fixed, answered or closed waits for us again."""
    place, text = _place(thread_id), read_field("text", LONGEST_TEXT)
    if not text:
        return _show_thread(place, wrong="empty", status=422)
    write_on(kernel(), place, text, _read_key(f"thread:{place}", text))
    return see_other(f"{_address(place)}#end")


@api.post("/account/help/<thread_id>/close", who="reader", limit=HELPDESK, media=HTML, problems=("not-found",))
def close(thread_id: str) -> Response:
    """Say that this is done."""
    place = _place(thread_id)
    close_thread(kernel(), place)
    return see_other(_address(place))


def _show(query: Page, *, wrong: str = "", status: int = 200) -> Response:
    me, house = caller(), kernel()
    before = read_cursor(THREAD, me.account_id, query)
    with house.database.begin() as connection:
        found = list_threads(connection, me.account_id, before, query.limit + 1)
        desk = read_desk(connection, house, page_language())
    shown = [(_address(each.place), each) for each in found[: query.limit]]
    older = shown[-1][1].place.reference(house) if len(found) > query.limit else ""
    return answer_account(
        "helpdesk/help.html",
        status,
        room=_ROOM,
        desk=desk,
        threads=shown,
        older=older,
        given={name: read_field(name, LONGEST_TEXT) for name in ("category", "text")},
        sent=secrets.token_urlsafe(12),
        longest=LONGEST_TEXT,
        wrong=wrong,
    )


def _show_thread(place: Place, *, wrong: str = "", status: int = 200) -> Response:
    house = kernel()
    with house.database.begin() as connection:
        thread = read_thread(connection, house, place)
        desk = read_desk(connection, house, page_language())
    return answer_account(
        "helpdesk/conversation.html",
        status,
        room=_ROOM,
        desk=desk,
        thread=thread,
        address=_address(place),
        may_close=may_follow(thread.category, thread.state, "closed"),
        sent=secrets.token_urlsafe(12),
        longest=LONGEST_TEXT,
        wrong=wrong,
    )


def _place(thread_id: str) -> Place:
    known = kernel().ids.decode(THREAD, caller().account_id, thread_id)
    if known is None:
        raise Problem("not-found")
    return Place(caller().account_id, known)


def _address(place: Place) -> str:
    return f"{HOME}/{place.reference(kernel())}"


def _read_key(route: str, text: str) -> RequestKey | None:
    """What marks one showing of a form: pressed twice, it is sent once."""
    return digest_request(caller().account_id, route, read_field("sent", 40), text.encode())
