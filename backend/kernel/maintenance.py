"""Maintenance: while it is switched on every answer is 503 with the time to come back, but for what looks after Candor itself."""

import math
from datetime import timedelta

from flask import Flask, Response, request

from backend.kernel import Kernel
from backend.kernel.http import PAGES_FOR_PEOPLE, endpoint_of_request
from backend.kernel.metrics import MAINTENANCE_ON, tell_started
from backend.kernel.pages import answer_page, page_language
from backend.kernel.problems import Problem
from backend.kernel.switches import MAINTENANCE
from backend.kernel.writing import write_moment

_GOES_ON = ("/healthz", "/readyz", "/metrics", "/candor.css", "/ops")
_LEAST = timedelta(minutes=2)
"""Who comes back at a planned end that is over, or that nobody planned, is asked to wait so long."""


def install_maintenance(app: Flask, kernel: Kernel) -> None:
    """Register right after the frame: nobody is asked who they are by a Candor that does not answer them."""
    tell_started()
    told: bool | None = None

    @app.before_request
    def refuse() -> Response | None:
        nonlocal told
        on = kernel.switches.is_on(MAINTENANCE)
        if on is not told:
            told = on
            MAINTENANCE_ON.set(on)
        if not on:
            return None
        path = request.path
        if request.method == "OPTIONS" or any(path == each or path.startswith(f"{each}/") for each in _GOES_ON):
            return None
        now, planned = kernel.clock.now(), kernel.switches.planned_end(MAINTENANCE)
        until = planned if planned is not None and planned > now + _LEAST else None
        wait = {"Retry-After": str(math.ceil(((until - now) if until else _LEAST).total_seconds()))}
        endpoint = endpoint_of_request()
        if endpoint is None or endpoint.media not in PAGES_FOR_PEOPLE:
            raise Problem("maintenance", headers=wait, **({"retry_at": until.isoformat()} if until else {}))
        lang = page_language()
        page = answer_page("maintenance.html", 503, lang=lang, until=write_moment(until, lang) if until else "")
        page.headers.update(wait)
        return page
