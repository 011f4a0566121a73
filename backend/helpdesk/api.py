"""HTTP: a user's threads with the helpdesk. Every answer says whether the helpdesk is open, and when it opens next."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.helpdesk.hours import Desk, read_desk
from backend.helpdesk.reading import Thread, list_threads, read_thread
from backend.helpdesk.rules import Category, Severity
from backend.helpdesk.threads import THREAD, Opening, Place, close_thread, start_thread, write_on
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import READS, Limit
from backend.kernel.pages import page_language
from backend.kernel.paging import Page, answer_list, read_cursor
from backend.kernel.problems import Problem
from backend.kernel.request_keys import read_request_key

api = Room("helpdesk", __name__)

HELPDESK = Limit("helpdesk", 200, 86_400, 30)
"""What is written to people is read by people: thirty at once, two hundred a day, an account."""
LONGEST_TEXT = 4000


def _read_text(text: str) -> str:
    if not text.strip():
        raise ValueError("Say something.")
    return text.strip()


Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_read_text)]


class Asked(Body):
    category: Category
    severity: Severity = "normal"
    text: Text


class Said(Body):
    text: Text


class DeskShown(TypedDict):
    open: bool
    opens_at: datetime
    closes_at: datetime | None
    says: str


class StepShown(TypedDict):
    state: str
    at: datetime


class WordsShown(TypedDict):
    author: str
    text: str
    at: datetime


class ScanShown(TypedDict):
    media: str
    size: int
    sha256: str


class ThreadListed(TypedDict):
    thread_id: str
    category: str
    severity: str
    channel: str
    state: str
    opened_at: datetime
    received_at: datetime
    answer_by: datetime | None
    confirmed_at: datetime | None
    steps: list[StepShown]


class ThreadShown(ThreadListed):
    messages: list[WordsShown]
    scans: list[ScanShown]


class ThreadAnswer(TypedDict):
    thread: ThreadShown
    helpdesk: DeskShown


class Threads(TypedDict):
    threads: list[ThreadListed]
    next_cursor: str | None
    helpdesk: DeskShown


_ONE = {"thread_id": "/thread/thread_id"}


@api.post(
    "/v1/helpdesk/threads",
    limit=HELPDESK,
    body=Asked,
    answer=ThreadAnswer,
    status=201,
    problems=("idempotency-key-reused",),
    leads_to={"helpdesk.show_thread": _ONE, "helpdesk.close": _ONE},
)
def open_thread(body: Asked) -> ThreadAnswer:
    """Ask something, report an anomaly, ask for advice, complain or give notice. Outside its hours you leave a message.

    What is `serious` is mailed to our contact address and to you at once: `confirmed_at` says when. Send an `Idempotency-Key`, and
    asking again opens nothing new.
    """
    opening = Opening(body.category, body.severity, "chat", body.text, key=read_request_key("thread", body))
    return _answer(start_thread(kernel(), caller().account_id, opening))


@api.get(
    "/v1/helpdesk/threads",
    limit=READS,
    query=Page,
    answer=Threads,
    headers=("Link",),
    leads_to={"helpdesk.list_own_threads": {"cursor": "/next_cursor"}},
)
def list_own_threads(query: Page) -> Response:
    """Your threads with the helpdesk, newest first: by chat, by mail and by letter."""
    me, house = caller(), kernel()
    before = read_cursor(THREAD, me.account_id, query)
    with house.database.begin() as connection:
        found = list_threads(connection, me.account_id, before, query.limit + 1)
        beside = {"helpdesk": _show_desk(read_desk(connection, house, page_language()))}
    return answer_list("threads", found, query, show=_list, id_of=_id, beside=beside)


@api.get("/v1/helpdesk/threads/<thread_id>", limit=READS, answer=ThreadAnswer, problems=("not-found",))
def show_thread(thread_id: str) -> ThreadAnswer:
    """One thread, with the last 200 things said in it and the time of each of its states."""
    return _answer(_place(thread_id))


@api.post(
    "/v1/helpdesk/threads/<thread_id>/messages",
    limit=HELPDESK,
    body=Said,
    answer=ThreadAnswer,
    status=201,
    problems=("not-found", "idempotency-key-reused"),
)
def write(thread_id: str, body: Said) -> ThreadAnswer:
    """Write on. A thread that was fixed, answered or closed waits for us again.

    Send an `Idempotency-Key`, and sending it again adds nothing.
    """
    place = _place(thread_id)
    write_on(kernel(), place, body.text, read_request_key(f"thread:{place}", body))
    return _answer(place)


@api.post("/v1/helpdesk/threads/<thread_id>/close", limit=HELPDESK, answer=ThreadAnswer, problems=("not-found",))
def close(thread_id: str) -> ThreadAnswer:
    """Say that this is done. Closing it again changes nothing; writing in it opens it again."""
    place = _place(thread_id)
    close_thread(kernel(), place)
    return _answer(place)


def _place(thread_id: str) -> Place:
    known = kernel().ids.decode(THREAD, caller().account_id, thread_id)
    if known is None:
        raise Problem("not-found")
    return Place(caller().account_id, known)


def _answer(place: Place) -> ThreadAnswer:
    house = kernel()
    with house.database.begin() as connection:
        thread = read_thread(connection, house, place)
        desk = read_desk(connection, house, page_language())
    return {"thread": _show(thread), "helpdesk": _show_desk(desk)}


def _id(thread: Thread) -> str:
    return thread.place.reference(kernel())


def _list(thread: Thread) -> ThreadListed:
    return {
        "thread_id": _id(thread),
        "category": thread.category,
        "severity": thread.severity,
        "channel": thread.channel,
        "state": thread.state,
        "opened_at": thread.opened_at,
        "received_at": thread.received_at,
        "answer_by": thread.answer_by,
        "confirmed_at": thread.confirmed_at,
        "steps": [{"state": step.state, "at": step.at} for step in thread.steps],
    }


def _show(thread: Thread) -> ThreadShown:
    return {
        **_list(thread),
        "messages": [{"author": words.author, "text": words.text, "at": words.at} for words in thread.messages],
        "scans": [{"media": scan.media, "size": scan.size, "sha256": scan.sha256} for scan in thread.scans],
    }


def _show_desk(desk: Desk) -> DeskShown:
    return {"open": desk.open, "opens_at": desk.opens_at, "closes_at": desk.closes_at, "says": desk.says}
