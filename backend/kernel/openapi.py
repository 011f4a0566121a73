"""`/openapi.json` (OpenAPI 3.1), written from the endpoints' declarations: what is not declared does not exist."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from backend import __version__
from backend.kernel.http import ENDPOINTS, JSON, PROBLEM_JSON, Endpoint
from backend.kernel.problems import KINDS

_REF = "#/components/schemas/{model}"
_ALWAYS = ("rate-limited", "not-found", "internal", "unavailable")
_BY_CALLER: dict[str, tuple[str, ...]] = {
    "anyone": (),
    "person": (
        "token-missing",
        "token-invalid",
        "token-expired",
        "session-ended",
        "account-suspended",
        "extension-outdated",
    ),
    "refresher": ("token-missing", "token-invalid", "token-expired", "refresh-reused", "account-suspended"),
}
_BY_CALLER["spender"] = (
    *_BY_CALLER["person"],
    "terms-required",
    "linkedin-sync-required",
    "extension-required",
    "subscription-required",
)
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "code", "message")},
            },
        },
    },
}


def describe_api(public_url: str, offered: Collection[str]) -> dict[str, Any]:
    """The whole document as plain data: every endpoint `offered` (by Flask's name) that is listed. Pages are for people."""
    endpoints = [each for each in ENDPOINTS.values() if each.name in offered and each.listed]
    schemas, components = _schemas(endpoints)
    components["Problem"] = _PROBLEM
    names = {each.name for each in endpoints}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Candor",
            "version": __version__,
            "description": "Contacts with receipts. Every problem has a page at `/problems/<code>`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "access": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "refresh": {"type": "http", "scheme": "bearer", "bearerFormat": "opaque"},
            },
        },
    }


def problems_of(endpoint: Endpoint) -> tuple[str, ...]:
    """Every code the endpoint may answer."""
    by_body = ("malformed-json", "json-required", "invalid-body", "body-too-large", "body-too-slow") if endpoint.body else ()
    by_query = ("invalid-query",) if endpoint.query else ()
    return tuple(dict.fromkeys((*endpoint.problems, *by_body, *by_query, *_BY_CALLER[endpoint.who], *_ALWAYS)))


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[dict[tuple[Any, str], Any], dict[str, Any]]:
    inputs: list[tuple[Any, JsonSchemaMode, TypeAdapter[Any]]] = []
    for endpoint in endpoints:
        for model in (endpoint.body, endpoint.query):
            if model is not None:
                inputs.append((model, "validation", TypeAdapter(model)))
        if endpoint.answer is not None:
            inputs.append((endpoint.answer, "serialization", TypeAdapter(endpoint.answer)))
    unique = {(repr(model), mode): (model, mode, adapter) for model, mode, adapter in inputs}
    found, definitions = TypeAdapter.json_schemas(unique.values(), ref_template=_REF)
    return {(repr(key), mode): schema for (key, mode), schema in found.items()}, dict(definitions.get("$defs", {}))


def _operation(endpoint: Endpoint, schemas: dict[tuple[Any, str], Any], offered: Collection[str]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(endpoint.name),
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "x-limit": endpoint.limit.policy,
        "responses": _responses(endpoint, schemas, offered),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    if endpoint.query is not None:
        parameters += _query_parameters(endpoint.query)
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        schema = schemas[repr(endpoint.body), "validation"]
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if endpoint.who != "anyone":
        operation["security"] = [{"refresh" if endpoint.who == "refresher" else "access": []}]
    return operation


def _operation_id(name: str) -> str:
    return name.replace(".", "-").replace("_", "-")


def _link(name: str, taken: Mapping[str, str]) -> dict[str, Any]:
    found = {field: f"$response.body#{pointer}" for field, pointer in taken.items()}
    return {"operationId": _operation_id(name), "parameters" if ENDPOINTS[name].query else "requestBody": found}


def _query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = models_json_schema([(query, "validation")])[1]["$defs"][query.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": form}
        for name, form in schema.get("properties", {}).items()
    ]


def _responses(endpoint: Endpoint, schemas: dict[tuple[Any, str], Any], offered: Collection[str]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if endpoint.answer is not None:
        done["content"] = {endpoint.media: {"schema": schemas[repr(endpoint.answer), "serialization"]}}
    elif endpoint.media != JSON:
        done["content"] = {endpoint.media: {"schema": {"type": "string"}}}
    if endpoint.headers:
        done["headers"] = {name: {"schema": {"type": "string"}} for name in endpoint.headers}
    links = {_operation_id(name): _link(name, taken) for name, taken in endpoint.leads_to.items() if name in offered}
    if links:
        done["links"] = links
    responses: dict[str, Any] = {str(endpoint.status): done}
    by_status: dict[int, list[str]] = {}
    for code in problems_of(endpoint):
        by_status.setdefault(KINDS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        described = " ".join(f"`{code}`: {KINDS[code].title}" for code in codes)
        content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[str(status)] = {"description": described, "content": content}
    return responses
