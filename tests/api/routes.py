"""Every route of Candor, from the document and from the declarations, and a right body for each that takes one.

The sweeps run over these, so that a new route is swept by being declared: one that needs a body it does not find here fails.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import backend.app  # noqa: F401  (declares every room's endpoints)
from backend.kernel.http import ENDPOINTS
from backend.kernel.openapi import describe_api

DOCUMENT = describe_api("http://127.0.0.1:8000", set(ENDPOINTS))

EMAIL, PASSWORD = "ann@ann-company.example", "nine-boats-under-the-moon"

BODIES: dict[str, Any] = {
    "POST /v1/sandbox/bounces": {"email": EMAIL},
    "POST /v1/terms/acceptances": {"accept": True},
    "POST /v1/terms/refusals": {"refuse": True, "documents": ["terms"]},
    "POST /v1/accounts": {"email": EMAIL, "password": PASSWORD, "accept_terms": True, "adult": True},
    "POST /v1/accounts/code": {"email": EMAIL},
    "POST /v1/accounts/validate": {"email": EMAIL, "code": "123456"},
    "POST /v1/sessions": {"email": EMAIL, "password": PASSWORD},
    "POST /v1/password/reset": {"email": EMAIL},
    "POST /v1/password/reset/confirm": {"token": "ABCDEF", "password": PASSWORD},
    "POST /v1/sandbox/accounts": {"state": "pending"},
    "POST /v1/sandbox/clock": {"advance": "PT1S"},
    "PUT /v1/password": {"current": PASSWORD, "password": "eleven-hats-in-a-row"},
    "POST /v1/linkedin/connect": {"consent": "any"},
    "POST /v1/lookups": {"profile": "jan"},
    "POST /v1/reveals": {"profile": "jan", "kinds": ["phone"]},
    "POST /v1/workspaces": {"name": "Acme Sales"},
    "PUT /v1/workspace": {"name": "Acme Europe"},
    "DELETE /v1/workspace": {"phrase": "delete it"},
    "POST /v1/workspace/invitations": {"email": "guest@guest-company.example"},
    "PUT /v1/workspace/members/{member_id}": {"role": "admin"},
    "POST /v1/invitations/accept": {"token": "abcdef"},
    "POST /v1/me/deletion": {"phrase": "delete it", "password": PASSWORD},
    "POST /v1/me/questions/{question_id}": {"answer": "Acme"},
    "POST /v1/compromise": {"email": EMAIL},
    "POST /v1/subscription/quotes": {"plan": "business", "seats": 5, "interval": "month"},
    "POST /v1/subscription": {
        "quote_id": "abcdef",
        "means": "sepa_debit",
        "professional": True,
        "authorised_to_bind": True,
        "accept_terms": True,
        "accept_dpa": True,
        "subscriber": {"legal_name": "Acme Sales SAS", "country": "FR"},
    },
    "POST /v1/subscription/change/preview": {"plan": "business", "seats": 6, "interval": "month"},
    "POST /v1/subscription/change": {"plan": "business", "seats": 6, "interval": "month", "amount": "79.00"},
    "POST /v1/subscription/packs": {"packs": {"pack-phone": 1}},
    "PUT /v1/subscription/packs/reverted": {"packs": {}},
    "POST /v1/subscription/price": {"answer": "accept"},
    "POST /v1/subscription/end": {"way": "non-renewal"},
    "POST /v1/subscription/terminate": {"registered_number": "1A 234 567 8901 2"},
    "POST /v1/subscription/non-renewal": {"phrase": "delete it", "password": PASSWORD},
    "POST /v1/subscription/refuse-update": {"version": "0.3.0"},
    "POST /v1/subscription/switch": {"notice_days": 30},
    "POST /v1/subscription/payments/{payment_id}/pay": {"means": "sepa_debit"},
    "POST /v1/helpdesk/threads": {"category": "anomaly", "severity": "serious", "text": "Every reveal fails."},
    "POST /v1/helpdesk/threads/{thread_id}/messages": {"text": "It still does."},
    "POST /v1/sandbox/payments/{payment_id}": {"result": "settled"},
    "PUT /v1/me/profile": {"given_name": "Ann", "family_name": "Archer", "job_title": "Buyer", "company": "Acme"},
    "POST /v1/robots/check": {"check": "abcdef", "choice": 1},
    "POST /v1/robots/appeal": {"text": "A colleague reads, I click."},
    "POST /v1/reports": {"person_id": "abcdef", "kind": "b2b_email", "wrong": "old", "text": "It comes back."},
}
"""A right body for every operation that takes one."""


@dataclass(frozen=True)
class Slot:
    """A place in a request where a caller writes text: `where` is path, query or body."""

    method: str
    path: str
    where: str
    name: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.where}.{self.name}"


@dataclass(frozen=True)
class Operation:
    """One operation of the document. `caller` is access, refresh, or empty where anyone may call."""

    method: str
    path: str
    caller: str
    said: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> Any:
        """A right body, or None where it takes none. KeyError: it is not in BODIES."""
        return dict(BODIES[str(self)]) if "requestBody" in self.said else None

    def slots(self) -> Iterator[Slot]:
        """Every place of a text in it."""
        for parameter in self.said.get("parameters", []):
            if takes_text(parameter["schema"]):
                yield Slot(self.method, self.path, parameter["in"], parameter["name"])
        if "requestBody" in self.said:
            schema = self.said["requestBody"]["content"]["application/json"]["schema"]
            for name in fields_with_text(schema):
                yield Slot(self.method, self.path, "body", name)


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, where it is named by reference."""
    if "$ref" in schema:
        return resolve(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def takes_text(schema: dict[str, Any]) -> bool:
    """Whether free text may stand here: not one of a few words, not a number."""
    schema = resolve(schema)
    return (schema.get("type") == "string" and "enum" not in schema) or any(map(takes_text, schema.get("anyOf", [])))


def fields_with_text(schema: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """The fields of a body that take free text, those of parts and of lists included."""
    schema = resolve(schema)
    if takes_text(schema):
        yield prefix.rstrip(".")
    for name, field in schema.get("properties", {}).items():
        yield from fields_with_text(field, f"{prefix}{name}.")
    for part in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        if resolve(part).get("type") in ("object", "array"):
            yield from fields_with_text(part, prefix)


def text_slots() -> set[Slot]:
    """Every place where a caller writes text: those of the document, and those in the addresses of pages.

    Those who run Candor see every tenant: what their pages take is tried in tests/ops.
    """
    pages = {
        Slot(each.method, each.path, "path", name)
        for each in ENDPOINTS.values()
        if each.who != "operator"
        for name in re.findall(r"{(\w+)}", each.path)
    }
    return pages | {slot for operation in OPERATIONS for slot in operation.slots()}


OPERATIONS = [
    Operation(method.upper(), path, next((name for need in said.get("security", []) for name in need), ""), said)
    for path, methods in DOCUMENT["paths"].items()
    for method, said in methods.items()
]
SIGNED_IN = [each for each in OPERATIONS if each.caller == "access"]
