"""Traces: files of actions, one JSON object a line in order of time, read as a stream and checked line by line.

{"account": "a7", "at": "2026-03-02T09:00:00Z", "action": "reveal", "person": "p1", "list_position": 3, "network": "n1",
"device": "d1", "dwell_ms": 4200, "proof": true}
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from backend.robots.scoring import ACTIONS, Action, Proof, digest

FIELDS = ("account", "at", "action", "person", "list_position", "network", "device", "dwell_ms", "proof")
_ACTIONS = frozenset(ACTIONS)
_FIELDS = frozenset(FIELDS)
_PROOFS: dict[Any, Proof] = {
    True: "yes", False: "no", "yes": "yes", "valid": "yes", "true": "yes", "no": "no", "missing": "no", "none": "no", "false": "no",
    "forged": "forged", "invalid": "forged", "tampered": "forged", "fake": "forged",
}  # fmt: skip
_LATEST_MS = 253_402_300_800_000  # the year 10000
_SECONDS_UNTIL = 100_000_000_000  # larger numbers are milliseconds


class BadLine(ValueError):
    """A line that is not an action; says which line, and what to write instead."""

    def __init__(self, number: int, problem: str) -> None:
        super().__init__(f"line {number}: {problem}")


class Line(NamedTuple):
    """An action of the trace, the device it names, and which of its fields nobody knows."""

    action: Action
    device: str
    unknown: set[str]


def read_trace(lines: Iterable[str]) -> Iterator[Line]:
    """The trace's actions; blank lines pass. Raises BadLine at the first that is not one, or is earlier than the line before."""
    last = -1
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = _read_line(text)
        except ValueError as problem:
            raise BadLine(number, str(problem)) from None
        if line.action.at < last:
            raise BadLine(number, "“at” is earlier than in the line before. Sort the file by time.")
        last = line.action.at
        yield line


def _read_line(text: str) -> Line:
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("this is not JSON. Each line is one object.") from None
    if not isinstance(found, dict):
        raise ValueError('this is not an object such as {"account": …}.')
    known = {name: value for name, value in found.items() if value is not None}
    for name in ("account", "at", "action"):
        if name not in known:
            raise ValueError(f"“{name}” is missing.")
    action = known["action"]
    if not isinstance(action, str) or action not in _ACTIONS:
        raise ValueError(f"“action” is one of {', '.join(ACTIONS)}.")
    person, network = _name(known, "person"), _name(known, "network")
    return Line(
        Action(
            account=_name(known, "account"),
            at=_instant(known["at"]),
            action=action,
            person=digest(person) if person else "",
            list_position=_count(known, "list_position"),
            dwell_ms=_count(known, "dwell_ms"),
            proof=_proof(known.get("proof")),
            network=_short_digest(network) if network else "",
        ),
        device=_name(known, "device"),
        unknown=known.keys() - _FIELDS,
    )


def _name(known: dict[str, Any], name: str) -> str:
    value = known.get(name, "")
    if type(value) is str and value:
        return value
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"“{name}” is a text or a whole number.")
    if value == "" and name == "account":
        raise ValueError("“account” is empty.")
    return str(value)


def _count(known: dict[str, Any], name: str) -> int | None:
    value = known.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ValueError(f"“{name}” is a number from 0 on.")
    return round(value)


def _proof(value: Any) -> Proof | None:
    if value is None:
        return None
    name = value.lower() if isinstance(value, str) else value
    if not isinstance(name, bool | str) or name not in _PROOFS:
        raise ValueError('“proof” is true (it came), false (none came) or "forged".')
    return _PROOFS[name]


def _instant(value: Any) -> int:
    if isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("“at” is not an instant such as 2026-03-02T09:00:00Z.") from None
        instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        return round(instant.timestamp() * 1000)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST_MS:
        raise ValueError("“at” is an instant such as 2026-03-02T09:00:00Z, or seconds since 1970.")
    return round(value * 1000) if value < _SECONDS_UNTIL else round(value)


@lru_cache(4096)
def _short_digest(text: str) -> str:
    return digest(text)
