"""One JSON line for each event, on standard error: routes and counts, never paths, bodies, addresses or names."""

import logging
import sys
from typing import Any, TextIO, cast

import structlog
from pydantic_core import to_json

_KEPT_OUT = frozenset({"path", "url", "query", "body", "email", "phone", "token", "password", "profile", "name"})


class _StandardError:
    """Whatever it is at the moment: tests put another in its place and take it away again, while the application goes on."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def _keep_out(_logger: Any, _method: str, event: Any) -> Any:
    for key in _KEPT_OUT.intersection(event):
        event[key] = "[kept out]"
    return event


def _write(event: Any, **_: Any) -> str:
    return to_json(event, fallback=repr).decode()


def configure_logs() -> None:
    """Make structlog the only writer; libraries say warnings only."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _keep_out,
            _only_the_type_of_an_exception,
            structlog.processors.JSONRenderer(_write),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


def _only_the_type_of_an_exception(_logger: Any, _method: str, event: Any) -> Any:
    # A message may quote a row or a body; the type and the places in the code cannot.
    raised = event.pop("raised", None)
    if isinstance(raised, BaseException):
        event["exception"] = type(raised).__name__
        frames = []
        trace = raised.__traceback__
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["at"] = frames[-8:]
    return event
