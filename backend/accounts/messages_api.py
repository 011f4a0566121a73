"""HTTP: what an account was told. The same went by mail."""

from datetime import datetime

from flask import Response
from typing_extensions import TypedDict

from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import READS
from backend.kernel.messages import Told, mark_read, read_messages, render
from backend.kernel.pages import page_language
from backend.kernel.paging import Page, answer_list, read_cursor
from backend.kernel.problems import Problem

api = Room("messages", __name__)


class MessageShown(TypedDict):
    message_id: str
    code: str
    at: datetime
    subject: str
    text: str
    read: bool


class Messages(TypedDict):
    messages: list[MessageShown]
    next_cursor: str | None


@api.get(
    "/v1/messages",
    limit=READS,
    query=Page,
    answer=Messages,
    headers=("Link",),
    leads_to={
        "messages.list_messages": {"cursor": "/next_cursor"},
        "messages.read_message": {"message_id": "/messages/0/message_id"},
    },
)
def list_messages(query: Page) -> Response:
    """What Candor told this account, newest first, in the language asked for. Each went by mail as well."""
    me, house = caller(), kernel()
    before = read_cursor("message", me.account_id, query)
    with house.database.begin() as connection:
        found = read_messages(connection, house.sealer, me.account_id, before, query.limit + 1)
    return answer_list("messages", found, query, show=_show, id_of=_id)


@api.post("/v1/messages/<message_id>/read", limit=READS, status=204, problems=("not-found",))
def read_message(message_id: str) -> None:
    """Say that a message was read. Saying it again changes nothing."""
    me, house = caller(), kernel()
    known = house.ids.decode("message", me.account_id, message_id)
    with house.database.begin() as connection:
        if known is None or not mark_read(connection, me.account_id, known, house.clock.now()):
            raise Problem("not-found")


def _show(told: Told) -> MessageShown:
    subject, text = render(told.code, page_language(), told.facts)
    return {
        "message_id": _id(told),
        "code": told.code,
        "at": told.at,
        "subject": subject,
        "text": text,
        "read": told.read_at is not None,
    }


def _id(told: Told) -> str:
    return kernel().ids.encode("message", caller().account_id, told.message_id)
