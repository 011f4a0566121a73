"""Around every view: who calls, as the endpoint declares it; whether the extension is new enough and was seen; what was done."""

from flask import Flask, Response, g, request

from backend.accounts.actions import note_action
from backend.accounts.steps import mark_extension_seen, read_extension_version, read_version
from backend.credits import check_session
from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request
from backend.kernel.problems import Problem
from backend.kernel.tokens import read_caller

_SEEN_KEPT = 100_000
"""How many accounts a process remembers as seen by the extension; a forgotten one costs one look at its row."""


_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""What changes something. A spender's changes stand in the ledger."""


def acts_for(account_id: int) -> None:
    """Who comes by a mailed link and not by a token: what they do is written down all the same."""
    g.acting_for = account_id


def install_callers(app: Flask, kernel: Kernel) -> None:
    """Set `g.caller` for every endpoint that needs one; mark the extension as seen at its first signed-in call (7.1.1).

    Write down each change that succeeded, with its account (6.2.6).
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
        if endpoint is None or endpoint.who in ("anyone", "refresher"):
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

    @app.after_request
    def write_down(response: Response) -> Response:
        endpoint, who, other = endpoint_of_request(), g.get("caller"), g.get("acting_for")
        if endpoint is None or endpoint.method not in _CHANGES or response.status_code >= 400:
            return response
        if who is not None and endpoint.who == "person":
            note_action(kernel, who.account_id, who.session_id, f"{endpoint.method} {endpoint.path}")
        elif other is not None:
            note_action(kernel, other, None, f"{endpoint.method} {endpoint.path}")
        return response
