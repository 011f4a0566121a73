"""How HTTP reaches a room: a `Room` declares each endpoint with who may call, its limit, its types and its problems.

The declaration is everything: authentication, the limit, the check of the body, the answer's form, `/openapi.json` and the
sweeps of the tests are all read from it, so that none can be forgotten.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import Blueprint, Flask, Request, Response, current_app, g, request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

from backend.kernel import Kernel
from backend.kernel.limits import Limit
from backend.kernel.problems import Problem

LARGEST_BODY = 64 * 1024
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
PAGES_FOR_PEOPLE = ("text/html", "text/css")

Who = Literal["anyone", "person", "spender", "refresher", "reader", "operator"]
"""anyone; person: a live session, checked before the view; spender: a session whose standing the ledger checks in its own call;
refresher: whoever holds a refresh token; reader: a person on a page of their account, by its cookie; operator: somebody who runs
Candor, in one of the roles named, on a page of theirs."""


class Body(BaseModel):
    """A request's body: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, frozen=True)


@dataclass(frozen=True)
class Caller:
    """The account and workspace a token names, and the session it belongs to. It grants nothing by itself."""

    account_id: int
    workspace_id: int
    session_id: int


@dataclass(frozen=True)
class Endpoint:
    """What a room declares about one address and method."""

    name: str
    method: str
    path: str
    who: Who
    limit: Limit
    body: type[Body] | None
    query: type[Body] | None
    answer: Any
    status: int
    problems: tuple[str, ...]
    media: str
    summary: str
    description: str
    tag: str
    headers: tuple[str, ...]
    leads_to: Mapping[str, Mapping[str, str]]
    listed: bool
    roles: tuple[str, ...]


ENDPOINTS: dict[str, Endpoint] = {}
"""Every declared endpoint, by Flask's name for it."""

View = TypeVar("View", bound=Callable[..., Any])


class Room(Blueprint):
    """A room's blueprint. Views are three lines: the parsed body in, a plain answer out."""

    def _declare(
        self,
        method: str,
        path: str,
        *,
        limit: Limit,
        who: Who = "person",
        body: type[Body] | None = None,
        query: type[Body] | None = None,
        answer: Any = None,
        status: int = 200,
        problems: Iterable[str] = (),
        media: str = JSON,
        headers: Iterable[str] = (),
        leads_to: Mapping[str, Mapping[str, str]] | None = None,
        listed: bool = True,
        roles: Iterable[str] = (),
    ) -> Callable[[View], View]:
        # `leads_to` names the calls that go on from here, and for each of their fields the place in this answer (a JSON pointer).
        # What is not `listed` is not of our API: it stays out of the document.
        def decorate(view: View) -> View:
            summary, _, description = (view.__doc__ or "").partition("\n")
            endpoint = Endpoint(
                name=f"{self.name}.{view.__name__}",
                method=method,
                path=re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path),
                who=who,
                limit=limit,
                body=body,
                query=query,
                answer=answer,
                status=status,
                problems=tuple(problems),
                media=media,
                summary=summary.strip(),
                description=" ".join(description.split()),
                tag=self.name,
                headers=tuple(headers),
                leads_to=leads_to or {},
                listed=listed and media not in PAGES_FOR_PEOPLE,
                roles=tuple(roles),
            )
            ENDPOINTS[endpoint.name] = endpoint
            self.add_url_rule(path, view.__name__, _answering(view, endpoint), methods=[method])
            return view

        return decorate

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Declare a GET endpoint."""
        return self._declare("GET", rule, **options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Declare a POST endpoint."""
        return self._declare("POST", rule, **options)

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Declare a PUT endpoint."""
        return self._declare("PUT", rule, **options)

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Declare a DELETE endpoint."""
        return self._declare("DELETE", rule, **options)


def _answering(view: Callable[..., Any], endpoint: Endpoint) -> Callable[..., Response]:
    def answer(**path: Any) -> Response:
        arguments: dict[str, Any] = path
        if endpoint.body is not None:
            arguments["body"] = body_of_request(endpoint.body)
        if endpoint.query is not None:
            arguments["query"] = _read_query(endpoint.query)
        result = view(**arguments)
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status=endpoint.status)
        return Response(to_json(result), endpoint.status, mimetype=endpoint.media)

    return answer


def body_of_request(model: type[Body]) -> Body:
    """The request's body, read once: who looks at it before the view leaves the same to the view, be it a problem."""
    found: Body | Problem | None = g.get("body")
    if found is None:
        try:
            found = read_body(model)
        except Problem as problem:
            found = problem
        g.body = found
    if isinstance(found, Problem):
        raise found
    return found


def read_body(model: type[Body]) -> Body:
    """The request's JSON as `model`; a problem says what is wrong without repeating what was sent."""
    asked = this_request()
    if asked.mimetype != JSON:
        raise Problem("json-required")
    try:
        return model.model_validate_json(asked.get_data(cache=False))
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        if any(each["type"] == "json_invalid" for each in errors):
            raise Problem("malformed-json") from None
        raise Problem("invalid-body", errors=_plain(errors)) from None


def _read_query(model: type[Body]) -> Body:
    try:
        return model.model_validate_strings(request.args.to_dict())
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        raise Problem("invalid-query", errors=_plain(errors)) from None


def _plain(errors: Iterable[Any]) -> list[dict[str, str]]:
    # An unknown field's name is the caller's own text: it is counted, not repeated.
    return [
        {
            "field": "" if each["type"] == "extra_forbidden" else ".".join(str(part) for part in each["loc"]),
            "code": each["type"],
            "message": each["msg"],
        }
        for each in errors
    ]


def this_request() -> Request:
    """The request itself: each look at it through Flask's proxy costs as much as the look."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]
    return found


def kernel() -> Kernel:
    """The kernel of the running application."""
    found: Kernel = current_app.extensions["candor"]
    return found


def caller() -> Caller:
    """Who is calling: set before every endpoint that needs a token."""
    found: Caller = g.caller
    return found


def endpoint_of_request() -> Endpoint | None:
    """The declaration of the endpoint that this request reached."""
    return ENDPOINTS.get(request.endpoint or "")


def answer_problem(problem: Problem) -> Response:
    """The problem as RFC 9457 says it."""
    response = Response(to_json(problem.body()), problem.kind.status, mimetype=PROBLEM_JSON)
    if problem.kind.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response


def install_problems(app: Flask) -> None:
    """Answer every failure as a problem: ours as raised, Werkzeug's by status, the rest as `internal`, without its message."""
    import psycopg
    import sqlalchemy.exc
    import structlog
    from werkzeug.exceptions import HTTPException

    log = structlog.get_logger()
    by_status = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 415: "json-required"}
    away = {"Retry-After": "5"}

    def known(error: Problem) -> Response:
        return answer_problem(error)

    def werkzeug(error: HTTPException) -> Response:
        if error.code in (301, 307, 308):
            return error.get_response()  # type: ignore[return-value]
        if 400 <= (error.code or 500) < 500:
            response = answer_problem(Problem(by_status.get(error.code or 400, "malformed-json")))
            if error.code == 405:
                response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or [])
            return response
        return unknown(error)

    def no_database(error: Exception) -> Response:
        log.error("database away", request_id=g.get("request_id"), raised=error)
        return answer_problem(Problem("unavailable", headers=away))

    def unknown(error: Exception) -> Response:
        log.error("unexpected", request_id=g.get("request_id"), raised=error)
        return answer_problem(Problem("internal"))

    app.register_error_handler(Problem, known)
    app.register_error_handler(HTTPException, werkzeug)
    app.register_error_handler(psycopg.OperationalError, no_database)
    app.register_error_handler(sqlalchemy.exc.OperationalError, no_database)
    app.register_error_handler(Exception, unknown)
