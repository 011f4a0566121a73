"""An application behind the door that says what reached it; `validator` refuses what PEP 3333 does not allow."""

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.validate import validator

from backend.kernel.frame import TOO_SLOW
from backend.up.children import die_with_parent
from backend.up.door import Door

THREADS = 2


def make() -> Door:
    die_with_parent()
    return Door(validator(echo), THREADS, body_seconds=4)


def echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))
    told = {name: value for name, value in environ.items() if isinstance(value, str)}
    start_response("200 OK", [("Content-Type", "application/json"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return [json.dumps({**told, "length": len(body), "too slow": TOO_SLOW in environ}).encode()]
