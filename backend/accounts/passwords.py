"""Passwords as they are kept: argon2id, with the cost that OWASP's storage cheat sheet names (19 MiB, two passes)."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from backend.accounts.rules import fold_password

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """A salted hash; equal passwords differ."""
    return _HASHER.hash(fold_password(password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed. Without a hash it takes as long, and is False."""
    try:
        return _HASHER.verify(password_hash or _nobodys(), fold_password(password)) and password_hash is not None
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe())
