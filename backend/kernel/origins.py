"""Who may read our answers from another origin (CORS): a browser's extension, without cookies, and nobody else."""

import re

from flask import Flask, Response

from backend.kernel.http import this_request

_EXTENSION = re.compile(r"chrome-extension://[a-p]{32}")
_MAY_BE_SENT = "Authorization, Content-Type, X-Candor-Client, X-Request-Id, Idempotency-Key"
_MAY_BE_READ = "X-Request-Id, X-Credits-Charged, X-Credits-Left, X-Candor-Extension, RateLimit-Policy, RateLimit, Retry-After, Link"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_DAY = "86400"


def install_origins(app: Flask) -> None:
    """Tell browsers, on every answer to an extension and where they ask beforehand."""

    @app.after_request
    def allow(response: Response) -> Response:
        asked = this_request()
        origin = asked.headers.get("Origin")
        if origin is None or not _EXTENSION.fullmatch(origin):
            return response
        headers = response.headers
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Expose-Headers"] = _MAY_BE_READ
        response.vary.add("Origin")
        if asked.method == "OPTIONS" and "Access-Control-Request-Method" in asked.headers:
            headers["Access-Control-Allow-Methods"] = _METHODS
            headers["Access-Control-Allow-Headers"] = _MAY_BE_SENT
            headers["Access-Control-Max-Age"] = _DAY
        return response
