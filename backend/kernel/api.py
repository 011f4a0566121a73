"""HTTP of the service itself: is it alive, is it ready, what does it count, what does it offer."""

from typing import Any

import redis
from flask import Response, current_app
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.kernel.http import JSON, Room, kernel
from backend.kernel.limits import CHECKS, PAGES
from backend.kernel.metrics import render_metrics
from backend.kernel.openapi import describe_api

api = Room("service", __name__)


class Alive(TypedDict):
    status: str


class Ready(TypedDict):
    status: str
    database: bool
    redis: bool


@api.get("/healthz", who="anyone", limit=CHECKS, answer=Alive)
def tell_alive() -> Alive:
    """Say that this process answers."""
    return {"status": "ok"}


@api.get("/readyz", who="anyone", limit=CHECKS, answer=Ready)
def tell_ready() -> Response:
    """Say whether reveals can be served: 503 without the database; without Redis they go on, unlimited, and this says so."""
    database = _answers(lambda: kernel().database.call("SELECT 1 FROM permits LIMIT 1", ()))
    limits = _answers(lambda: redis.Redis.from_url(kernel().settings.redis_url, socket_timeout=1).ping())
    ready: Ready = {"status": "ready" if database else "not ready", "database": database, "redis": limits}
    return Response(to_json(ready), 200 if database else 503, mimetype=JSON)


def _answers(ask: Any) -> bool:
    try:
        ask()
    except Exception:
        return False
    return True


@api.get("/metrics", who="anyone", limit=CHECKS, media="text/plain")
def show_metrics() -> Response:
    """Count requests, reveals and due work, for Prometheus. No name, address or id is in it."""
    return Response(render_metrics(), content_type=CONTENT_TYPE_LATEST)


@api.get("/openapi.json", who="anyone", limit=PAGES)
def show_openapi() -> Response:
    """Describe this API as OpenAPI 3.1."""
    document = current_app.extensions.get("candor_openapi")
    if document is None:
        described = describe_api(kernel().settings.public_url, current_app.view_functions)
        document = current_app.extensions["candor_openapi"] = to_json(described)
    return Response(document, mimetype=JSON)
