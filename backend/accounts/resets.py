"""A new password, from the account or by a mailed code. Either way every other session ends, and the owner is told (6.2.2)."""

import base64
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.attempts import forget_guessing, may_write, refuse_guessing
from backend.accounts.letters import write_letter
from backend.accounts.passwords import hash_password, password_matches
from backend.accounts.records import find_row, login_digests, open_email, read_row
from backend.accounts.rules import find_weakness
from backend.accounts.sessions import end_others
from backend.accounts.signup import mail_code
from backend.accounts.tables import accounts, resets
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.mail import post
from backend.kernel.problems import Problem

_SECRET_BYTES = 15


def ask_reset(kernel: Kernel, email: str) -> None:
    """Mail a code for a new password where the address has an account; a pending one gets its validation code anew."""
    login = login_digests(kernel, email)
    with kernel.database.begin() as connection:
        row = find_row(connection, login, lock=True)
        if row is None or not may_write(kernel, login[0]):
            return
        if row.state == "pending":
            mail_code(connection, kernel, row)
        else:
            mail_reset(connection, kernel, row)


def confirm_reset(kernel: Kernel, token: str, password: str) -> None:
    """Set the password that the mailed code allows, once, and end every session."""
    digest = _digest(kernel, token)
    with kernel.database.begin() as connection:
        asked = connection.execute(
            sa.select(resets).where(resets.c.digest == digest, resets.c.expires_at > kernel.clock.now())
        ).one_or_none()
        if asked is None:
            raise Problem("reset-wrong")
        row = read_row(connection, asked.account_id)
    password_hash = _hash_checked(password, open_email(kernel, row))
    with kernel.database.begin() as connection:
        row = read_row(connection, row.account_id, lock=True)
        if connection.execute(resets.delete().where(resets.c.digest == digest)).rowcount == 0:
            raise Problem("reset-wrong")
        _set_password(connection, kernel, row, password_hash, kept=None)
    forget_guessing(kernel, login_digests(kernel, open_email(kernel, row))[0])


def change_password(kernel: Kernel, caller: Caller, current: str, password: str) -> None:
    """Set another password; the caller's session stays, all others end."""
    with kernel.database.begin() as connection:
        found = read_row(connection, caller.account_id)
    email = open_email(kernel, found)
    login = login_digests(kernel, email)[0]
    refuse_guessing(kernel, login)
    if not password_matches(found.password_hash, current):
        raise Problem("credentials-wrong", "This is not your present password.")
    forget_guessing(kernel, login)
    password_hash = _hash_checked(password, email)
    with kernel.database.begin() as connection:
        row = read_row(connection, caller.account_id, lock=True)
        if row.password_hash != found.password_hash:
            raise Problem("credentials-wrong", "This is not your present password.")
        _set_password(connection, kernel, row, password_hash, kept=caller.session_id)


def _set_password(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], password_hash: str, kept: int | None) -> None:
    now, this = kernel.clock.now(), accounts.c.account_id == row.account_id
    change = {"password_hash": password_hash, "password_set_at": now, "password_noted_at": now}
    connection.execute(accounts.update().where(this).values(**change))
    end_others(connection, kernel, row, kept, "password-changed")
    connection.execute(resets.delete().where(resets.c.account_id == row.account_id))
    post(connection, kernel.sealer, write_letter("password-changed", open_email(kernel, row), row.lang), now)


def mail_reset(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any]) -> None:
    """Mail a code for a new password."""
    now, minutes = kernel.clock.now(), kernel.settings.code_minutes
    letters = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    code = "-".join(letters[start : start + 6] for start in range(0, len(letters), 6))
    connection.execute(resets.delete().where(resets.c.expires_at <= now))
    connection.execute(
        resets.insert().values(digest=_digest(kernel, code), account_id=row.account_id, expires_at=now + timedelta(minutes=minutes))
    )
    facts = {"code": code, "minutes": minutes, "url": kernel.settings.public_url}
    post(connection, kernel.sealer, write_letter("reset", open_email(kernel, row), row.lang, **facts), now)


def _hash_checked(password: str, email: str) -> str:
    weakness = find_weakness(password, email)
    if weakness:
        raise Problem("password-weak", weakness)
    return hash_password(password)


def _digest(kernel: Kernel, code: str) -> bytes:
    return kernel.digester.digest("reset", "".join(part for part in code.upper() if part.isalnum()))
