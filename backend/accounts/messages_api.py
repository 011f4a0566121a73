"""HTTP: what an account was told. The same went by mail."""

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.kernel.http import JSON, Body, Room, caller, kernel
from backend.kernel.limits import READS
from backend.kernel.messages import Told, mark_read, read_messages, render
from backend.kernel.pages import page_language
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


class Page(Body):
    cursor: Annotated[str, Field(max_length=64)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


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
    before = house.ids.decode("message", me.account_id, query.cursor) if query.cursor else 2**63 - 1
    if before is None:
        raise Problem("invalid-query", errors=[{"field": "cursor", "code": "unknown", "message": "not a cursor of yours"}])
    with house.database.begin() as connection:
        found = read_messages(connection, house.sealer, me.account_id, before, query.limit + 1)
    shown = found[: query.limit]
    cursor = _id(me.account_id, shown[-1]) if len(found) > query.limit else None
    answer: Messages = {"messages": [_show(me.account_id, told) for told in shown], "next_cursor": cursor}
    response = Response(to_json(answer), mimetype=JSON)
    if cursor:
        response.headers["Link"] = f'</v1/messages?cursor={cursor}&limit={query.limit}>; rel="next"'
    return response


@api.post("/v1/messages/<message_id>/read", limit=READS, status=204, problems=("not-found",))
def read_message(message_id: str) -> None:
    """Say that a message was read. Saying it again changes nothing."""
    me, house = caller(), kernel()
    known = house.ids.decode("message", me.account_id, message_id)
    with house.database.begin() as connection:
        if known is None or not mark_read(connection, me.account_id, known, house.clock.now()):
            raise Problem("not-found")


def _show(account_id: int, told: Told) -> MessageShown:
    subject, text = render(told.code, page_language(), told.facts)
    return {
        "message_id": _id(account_id, told),
        "code": told.code,
        "at": told.at,
        "subject": subject,
        "text": text,
        "read": told.read_at is not None,
    }


def _id(account_id: int, told: Told) -> str:
    return kernel().ids.encode("message", account_id, told.message_id)
