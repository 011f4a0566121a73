"""Turns the OpenAPI document into what the page at /docs shows."""

import json
from dataclasses import dataclass
from typing import Any

_ORDER = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One call as the page shows it."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    caller: str
    limit: str
    parameters: list[dict[str, Any]]
    body: "Shape | None"
    answers: "list[tuple[str, str, Shape | None]]"


@dataclass(frozen=True)
class Shape:
    """What is sent or answered: the name of a shape listed below on the page, or else the schema as indented JSON."""

    name: str
    text: str


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
        body=_shape(found.get("requestBody", {})),
        answers=[(status, answer["description"], _shape(answer)) for status, answer in found["responses"].items()],
    )


def _shape(holder: dict[str, Any]) -> Shape | None:
    for media, content in holder.get("content", {}).items():
        if "problem" not in media:
            schema = content["schema"]
            if set(schema) == {"$ref"}:
                return Shape(schema["$ref"].rpartition("/")[2], "")
            return Shape("", json.dumps(schema, indent=2, ensure_ascii=False))
    return None
