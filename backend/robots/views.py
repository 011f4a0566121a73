"""The proof of a page view: a lookup's answer carries a token that a reveal of the same person, by the same account, brings back.

A token is (which key, which account, when, MAC over all and the profile). What is not of our making, another account's or too old
is simply no proof; one of ours that was altered, or brought for somebody else, is forged: no card does that.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import datetime, timedelta
from functools import cache

from backend.robots.scoring import Proof

LIFETIME = timedelta(hours=12)
_TAG, _TIME, _MAC = 4, 5, 16
_LENGTH = 2 * _TAG + _TIME + _MAC


def make_view(secret: str, account_id: int, person: str, at: datetime) -> str:
    """A token that this account is shown this person's page now; `person` is the profile's key as text."""
    head = _head(secret, account_id) + int(at.timestamp()).to_bytes(_TIME)
    return urlsafe_b64encode(head + _sign(secret, head, account_id, person)).decode().rstrip("=")


def judge_view(secret: str, account_id: int, person: str, given: str | None, at: datetime) -> Proof:
    """What a reveal's token proves; None is no proof."""
    try:
        raw = urlsafe_b64decode((given or "") + "==")
    except (Error, ValueError):
        return "no"
    head, mac = raw[:-_MAC], raw[-_MAC:]
    if len(raw) != _LENGTH or head[: 2 * _TAG] != _head(secret, account_id):
        return "no"
    if not hmac.compare_digest(mac, _sign(secret, head, account_id, person)):
        return "forged"
    age = at.timestamp() - int.from_bytes(head[2 * _TAG :])
    return "yes" if -60 <= age <= LIFETIME.total_seconds() else "no"


def _head(secret: str, account_id: int) -> bytes:
    return _key_tag(secret) + _mac(_key(secret), f"account:{account_id}")[:_TAG]


def _sign(secret: str, head: bytes, account_id: int, person: str) -> bytes:
    return hmac.digest(_key(secret), head + f"{account_id}:{person}".encode(), "sha256")[:_MAC]


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


@cache
def _key_tag(secret: str) -> bytes:
    return _mac(_key(secret), "key")[:_TAG]


@cache
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"candor: page views", "sha256")
