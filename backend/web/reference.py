"""Turns the OpenAPI document into what the page at /docs shows."""

import json
from dataclasses import dataclass
from typing import Any

_ORDER = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One call as the page shows it; `body` and `answers` are schemas as indented JSON."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    caller: str
    limit: str
    parameters: list[dict[str, Any]]
    body: str
    answers: list[tuple[str, str, str]]


def list_operations(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """Every operation by tag, in the order in which the rooms declare them."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _ORDER:
            if method in methods:
                found = methods[method]
                groups.setdefault(found["tags"][0], []).append(_operation(path, method, found))
    return groups


def _operation(path: str, method: str, found: dict[str, Any]) -> Operation:
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found.get("summary", ""),
        description=found.get("description", ""),
        caller=next((name for scheme in found.get("security", []) for name in scheme), ""),
        limit=found.get("x-limit", ""),
        parameters=found.get("parameters", []),
        body=_schema(found.get("requestBody", {})),
        answers=[(status, answer["description"], _schema(answer)) for status, answer in found["responses"].items()],
    )


def _schema(holder: dict[str, Any]) -> str:
    for media, content in holder.get("content", {}).items():
        if "problem" not in media:
            return json.dumps(content["schema"], indent=2, ensure_ascii=False)
    return ""
