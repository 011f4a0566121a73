"""Idempotency-Key: what was sent under one before is not done again. Rooms keep both digests beside what was done."""

import hashlib
from dataclasses import dataclass

from flask import request

from backend.kernel.http import Body, caller


@dataclass(frozen=True)
class RequestKey:
    """A key, and what was sent under it, as digests."""

    key: bytes
    body: bytes


def digest_request(account_id: int, route: str, key: str, body: bytes) -> RequestKey | None:
    """The digests of a key of this account and route; None where none was sent."""
    if not key:
        return None
    named = hashlib.sha256(f"{account_id}:{route}:{key}".encode()).digest()
    return RequestKey(named, hashlib.sha256(body).digest())


def read_request_key(route: str, body: Body) -> RequestKey | None:
    """That of the request being answered."""
    key = request.headers.get("Idempotency-Key", "")[:200]
    return digest_request(caller().account_id, route, key, body.model_dump_json().encode())
