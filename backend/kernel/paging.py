"""Lists by cursor, newest first: `?cursor=&limit=` in, `next_cursor` and `Link: rel="next"` out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from flask import Response, request
from pydantic import Field
from pydantic_core import to_json

from backend.kernel.http import JSON, Body, kernel
from backend.kernel.problems import Problem

Row = TypeVar("Row")

_NEWEST = 2**63 - 1


class Page(Body):
    """Where a list goes on, and how much of it is asked for."""

    cursor: Annotated[str, Field(max_length=64)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def read_query_id(kind: str, owner: int, given: str, field: str, said: str) -> int:
    """The row that an id in the query stands for; `invalid-query` says of the field that it is none of the owner's."""
    known = kernel().ids.decode(kind, owner, given)
    if known is None:
        raise Problem("invalid-query", errors=[{"field": field, "code": "unknown", "message": said}])
    return known


def read_cursor(kind: str, owner: int, page: Page, said: str = "not a cursor of yours") -> int:
    """The row before which the list goes on; without a cursor one newer than any."""
    return read_query_id(kind, owner, page.cursor, "cursor", said) if page.cursor else _NEWEST


def answer_list(
    name: str,
    found: Sequence[Row],
    page: Page,
    *,
    show: Callable[[Row], Any],
    id_of: Callable[[Row], str],
    kept: str = "",
    beside: Mapping[str, Any] | None = None,
) -> Response:
    """The answer, of up to `limit` + 1 rows found; `kept` is the rest of the query that the next page needs.

    `beside` is said with the list.
    """
    shown = found[: page.limit]
    cursor = id_of(shown[-1]) if len(found) > page.limit else None
    response = Response(to_json({name: [show(row) for row in shown], "next_cursor": cursor, **(beside or {})}), mimetype=JSON)
    if cursor:
        response.headers["Link"] = f'<{request.path}?cursor={cursor}&limit={page.limit}{kept}>; rel="next"'
    return response
