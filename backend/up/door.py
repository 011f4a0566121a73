"""The door: takes a whole request off the wire before a thread is given to it, so that slow clients keep only themselves waiting.

Granian's own WSGI interface lends a thread to a request whose body is still on its way: sixteen clients that send a byte a second
would be all of Candor. Here bodies arrive in the event loop, and what is complete goes to a WSGI application (PEP 3333).
"""

import asyncio
import io
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope  # type: ignore[attr-defined]

from backend.kernel.frame import TOO_SLOW
from backend.kernel.http import LARGEST_BODY

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
BODY_SECONDS = 10.0
"""A whole body, at most LARGEST_BODY, must have come by then."""


class Door:
    """An RSGI application around a WSGI one, which `threads` threads serve."""

    def __init__(self, inside: Wsgi, threads: int, body_seconds: float = BODY_SECONDS) -> None:
        self._inside = inside
        self._threads = ThreadPoolExecutor(threads)
        self._body_seconds = body_seconds

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = describe(scope)
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                async with asyncio.timeout(self._body_seconds):
                    body = await _receive(protocol)
            except TimeoutError:
                environ[TOO_SLOW], body = True, b""
            except ProtocolClosed:
                return
            environ.pop("HTTP_TRANSFER_ENCODING", None)
            environ["CONTENT_LENGTH"] = str(len(body))
            environ["wsgi.input"] = io.BytesIO(body)
        answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._serve, environ)
        protocol.response_bytes(*answer)

    def _serve(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        said: list[Any] = []
        parts = self._inside(environ, lambda status, headers, trouble=None: said.extend((int(status[:3]), headers)))
        try:
            content = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        return said[0], said[1], content

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._threads.shutdown()


def describe(scope: Scope) -> dict[str, Any]:
    """PEP 3333's environment of a request, but for its body."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # X_Forwarded_For would pass for X-Forwarded-For
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}" if key in environ else value
    return environ


async def _receive(protocol: HTTPProtocol) -> bytes:
    """The body, or as much of it as shows that it is too large."""
    parts, size = [], 0
    async for part in protocol:
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            break
    return b"".join(parts)
