"""Before the limits: who calls, as the endpoint declares it, and whether the extension is new enough and was seen before."""

from flask import Flask, g, request

from backend.accounts.steps import mark_extension_seen, read_extension_version, read_version
from backend.credits import check_session
from backend.kernel import Kernel
from backend.kernel.http import endpoint_of_request
from backend.kernel.problems import Problem
from backend.kernel.tokens import read_caller

_SEEN_KEPT = 100_000
"""How many accounts a process remembers as seen by the extension; a forgotten one costs one look at its row."""


def install_callers(app: Flask, kernel: Kernel) -> None:
    """Set `g.caller` for every endpoint that needs one; mark the extension as seen at its first signed-in call (7.1.1)."""
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
