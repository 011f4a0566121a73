"""The keys and passwords made at the first start, in one file that only its owner may read.

They are made once: without DIGEST_KEYS nobody on the suppression list would be recognised, without SEALING_KEYS no
value could be read.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from backend.up.failures import CannotStart
from backend.up.postgres import Passwords


def _word() -> str:
    return secrets.token_urlsafe(36)


def _ring(name: str) -> Callable[[], str]:
    return lambda: f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


KEYS: dict[str, Callable[[], str]] = {
    "JWT_SECRET": _word,
    "ID_KEY": _word,
    "DIGEST_KEYS": _ring("d1"),
    "SEALING_KEYS": _ring("s1"),
}
_PASSWORDS = ("POSTGRES_PASSWORD", "POSTGRES_OWNER_PASSWORD", "POSTGRES_APP_PASSWORD", "POSTGRES_PURGE_PASSWORD")


def read_secrets(file: Path) -> dict[str, str]:
    """`NAME=value` lines; empty when there is no file."""
    if not file.exists():
        return {}
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)
    lines = (line.strip() for line in file.read_text().splitlines())
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def read_or_make_secrets(file: Path, database: Path) -> dict[str, str]:
    """What the file holds, completed with what is missing. Call while holding the data folder's lock.

    Refuses to make new ones beside an existing database: they would not fit what is in it.
    """
    known = read_secrets(file)
    missing = [name for name in (*KEYS, *_PASSWORDS) if name not in known]
    if not missing:
        return known
    if database.exists():
        raise CannotStart(
            f"{file} lacks {', '.join(missing)}, but {database} was made with them.\n"
            "Put the file back from your backup, or start anew with another --data."
        )
    for name in missing:
        known[name] = KEYS.get(name, _word)()
    text = "# Candor's keys. Keep a copy apart from the database: without them its values cannot be read.\n"
    text += "".join(f"{name}={value}\n" for name, value in known.items())
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
        output.flush()
        os.fsync(output.fileno())
    unfinished.rename(file)
    return known


def passwords_of(known: dict[str, str]) -> Passwords:
    """The passwords of the embedded PostgreSQL's roles."""
    return Passwords(*(known[name] for name in _PASSWORDS))
