"""Around every view: who calls, as the endpoint declares it; whether the extension is new enough and was seen; what was done."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request

from backend.accounts.actions import note_action, note_change
from backend.accounts.steps import mark_extension_seen, read_extension_version, read_version
from backend.credits import check_session
from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request, kernel
from backend.kernel.problems import Problem
from backend.kernel.tokens import read_caller

_SEEN_KEPT = 100_000
"""How many accounts a process remembers as seen by the extension; a forgotten one costs one look at its row."""


_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""What changes something. A spender's changes stand in the ledger."""


def acts_for(account_id: int) -> None:
    """Who comes by a mailed link and not by a token: what they do is written down all the same."""
    _expect_line(kernel(), account_id, None)


def install_callers(app: Flask, kernel: Kernel) -> None:
    """Set `g.caller` for every endpoint that needs one; mark the extension as seen at its first signed-in call (7.1.1).

    Write down each change that succeeded, with its account (6.2.6): in the first transaction that changes something, or after
    the view where the answer is that nothing was left to change.
    """
    oldest = read_version(kernel.settings.oldest_extension)
    seen: set[int] = set()

    @app.before_request
    def recognise() -> None:
        if request.method == "OPTIONS":
            return
        version = read_extension_version(request.headers.get("X-Candor-Client", ""))
        if version is not None and version < oldest:
            raise Problem("extension-outdated")
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.who not in ("person", "spender"):
            return
        who = read_caller()
        first_call = version is not None and who.account_id not in seen
        if first_call or endpoint.who == "person":
            check_session(kernel.database, who)
        if first_call:
            mark_extension_seen(kernel, who.account_id)
            if len(seen) >= _SEEN_KEPT:
                seen.clear()
            seen.add(who.account_id)
        g.caller = who
        if endpoint.who == "person" and endpoint.method in _CHANGES:
            _expect_line(kernel, who.account_id, who.session_id)

    @app.after_request
    def write_down(response: Response) -> Response:
        if "line" in g and response.status_code < 400:
            with kernel.database.engine.begin() as connection:
                note_action(connection, g.pop("line"))
        return response

    kernel.database.end_each_with(_write_down_with)


def _expect_line(kernel: Kernel, account_id: int, session_id: int | None) -> None:
    endpoint = endpoint_of_request()
    action = f"{endpoint.method} {endpoint.path}" if endpoint else request.method
    g.line = {"account_id": account_id, "session_id": session_id, "action": action, "at": kernel.clock.now()}


def _write_down_with(connection: sa.Connection) -> Callable[[], None] | None:
    """Write the request's line with its first change; it is written for good once that has committed."""
    if not has_request_context() or "line" not in g or not note_change(connection, g.line):
        return None
    return lambda: g.pop("line", None)
