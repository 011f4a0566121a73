"""The frame around every request: its id, its limit, its clock; then the headers, the metric and the log line of its answer."""

import time
import uuid
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from backend.kernel import Kernel
from backend.kernel.http import ENDPOINTS, JSON, PROBLEM_JSON, this_request
from backend.kernel.limits import PAGES, Limit, write_limit_headers
from backend.kernel.metrics import REQUESTS
from backend.kernel.problems import Problem
from backend.kernel.switches import EXTENSION_OFF

_EXTENSION_ORIGIN = r"^chrome-extension://[a-p]{32}$"
_MAY_BE_SENT = ["Authorization", "Content-Type", "X-Candor-Client", "X-Request-Id", "Idempotency-Key"]
_MAY_BE_READ = [
    "X-Request-Id", "X-Credits-Charged", "X-Credits-Left", "X-Candor-Extension",
    "RateLimit-Policy", "RateLimit", "Retry-After", "Link",
]  # fmt: skip
_UNDECLARED = Limit("undeclared", PAGES.amount, PAGES.seconds, PAGES.burst)
_LONGEST_ID = 64
TOO_SLOW = "candor.body_too_slow"
"""Set in the environment of a request whose body did not come in time (backend/up/door.py)."""
# A method is the caller's own word: in logs and metrics stand only those we know.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def install_frame(app: Flask, kernel: Kernel) -> None:
    """Register first: what other hooks refuse is framed too."""
    log = structlog.get_logger()

    @app.before_request
    def enter() -> None:
        g.entered, asked = time.perf_counter(), this_request()
        given = asked.headers.get("X-Request-Id", "")
        g.request_id = given if given.isascii() and given.isalnum() and len(given) <= _LONGEST_ID else uuid.uuid4().hex
        endpoint = ENDPOINTS.get(asked.endpoint or "")
        g.limit = endpoint.limit if endpoint else _UNDECLARED
        if TOO_SLOW in asked.environ:
            raise Problem("body-too-slow")
        # Such bytes are no address (RFC 3986), and reading them as UTF-8 would fail later, as our fault.
        if not asked.query_string.isascii():
            raise Problem("not-found")

    @app.after_request
    def leave(response: Response) -> Response:
        asked, request_id, now = this_request(), g.get("request_id", ""), time.perf_counter()
        endpoint = ENDPOINTS.get(asked.endpoint or "")
        route = endpoint.path if endpoint else "none"
        seconds = now - g.get("entered", now)
        method = asked.method if asked.method in _METHODS else "other"
        REQUESTS.labels(method, route, response.status_code).observe(seconds)
        write_limit_headers(response)
        headers = response.headers
        headers["X-Request-Id"] = request_id
        headers["X-Candor-Extension"] = "off" if kernel.switches.is_on(EXTENSION_OFF) else "on"
        headers["X-Content-Type-Options"] = "nosniff"
        if asked.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if response.mimetype in (JSON, PROBLEM_JSON):
            headers["Cache-Control"] = "no-store"
        ms = round(seconds * 1000, 1)
        log.info("request", request_id=request_id, method=method, route=route, status=response.status_code, ms=ms)
        return response

    CORS(
        app,
        origins=[_EXTENSION_ORIGIN],
        allow_headers=_MAY_BE_SENT,
        expose_headers=_MAY_BE_READ,
        max_age=timedelta(days=1),
    )


def trust_proxies(app: Flask, networks: tuple[IPv4Network | IPv6Network, ...]) -> None:
    """Believe `X-Forwarded-*` where the connection comes from one of `networks`, and from nowhere else."""
    if not networks:
        return
    inner = app.wsgi_app
    fixed = ProxyFix(inner, x_for=1, x_proto=1, x_host=1)

    def choose(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return (fixed if _is_within(environ.get("REMOTE_ADDR", ""), networks) else inner)(environ, start_response)

    app.wsgi_app = choose  # type: ignore[method-assign]


def came_by_proxy() -> bool:
    """Whether this request came through a proxy that is believed."""
    return "werkzeug.proxy_fix.orig" in request.environ


def _is_within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False
