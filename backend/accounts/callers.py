"""Around every view: who calls, as the endpoint declares it; whether the extension is new enough and was seen; what was done."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from backend.accounts.actions import note_action, note_first_changes
from backend.accounts.steps import Version, mark_extension_seen, read_extension_version
from backend.credits import check_session
from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request, kernel
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.kernel.tokens import read_caller
from backend.terms import read_newest_update, read_version

SEEN = "candor_seen"
_SEEN_KEPT = 100_000
"""How many accounts a process remembers as seen by the extension, with its version; a forgotten one costs one look at its row."""


_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""What changes something. A spender's changes stand in the ledger."""


def acts_for(account_id: int, session_id: int | None = None) -> None:
    """Who comes by a mailed link or a cookie, and not by a token: what they do is written down all the same."""
    _expect_line(kernel(), account_id, session_id)


def install_callers(app: Flask, kernel: Kernel) -> None:
    """Set `g.caller` for every endpoint that needs one; mark the extension as seen at its first signed-in call (7.1.1).

    Write down each change that succeeded, with its account (6.2.6): in the first transaction that changes something, or after
    the view where the answer is that nothing was left to change.
    """
    oldest = read_version(kernel.settings.oldest_extension)
    app.extensions[SEEN] = set()

    @app.before_request
    def recognise() -> None:
        if request.method == "OPTIONS":
            return
        version = read_extension_version(request.headers.get("X-Candor-Client", ""))
        if version is not None and version < oldest:
            raise Problem("extension-outdated", **_show_update(kernel))
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.who not in ("person", "spender"):
            return
        who = read_caller()
        seen: set[tuple[int, Version]] = app.extensions[SEEN]
        first_call = version is not None and (who.account_id, version) not in seen
        if first_call or endpoint.who == "person":
            check_session(kernel.database, who)
        if version is not None and first_call:
            mark_extension_seen(kernel, who.account_id, version)
            if len(seen) >= _SEEN_KEPT:
                seen.clear()
            seen.add((who.account_id, version))
        g.caller = who
        if endpoint.who == "person" and endpoint.method in _CHANGES:
            _expect_line(kernel, who.account_id, who.session_id)

    @app.after_request
    def write_down(response: Response) -> Response:
        if "line" in g and response.status_code < 400:
            note_action(kernel, g.pop("line"))
        return response

    note_first_changes(kernel, _find_line, written=lambda: g.pop("line", None))


def _show_update(kernel: Kernel) -> dict[str, Any]:
    """The notice of the newest update, for whoever must install it (12.14)."""
    update = read_newest_update(kernel)
    if update is None:
        return {}
    lang = page_language()
    parts = {"availability": update.availability, "installation": update.installation, "consequences": update.consequences}
    return {"update": {"version": update.version, **{name: said[lang] for name, said in parts.items()}}}


def _expect_line(kernel: Kernel, account_id: int, session_id: int | None) -> None:
    endpoint = endpoint_of_request()
    action = f"{endpoint.method} {endpoint.path}" if endpoint else request.method
    g.line = {"account_id": account_id, "session_id": session_id, "action": action, "at": kernel.clock.now()}


def _find_line() -> Mapping[str, Any] | None:
    return g.get("line") if has_request_context() else None
