"""A report that somebody else uses the account: sessions and password end at once, and a case is opened (6.2.8)."""

import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.attempts import may_write
from backend.accounts.cases import open_case
from backend.accounts.letters import write_letter
from backend.accounts.passwords import hash_password
from backend.accounts.records import find_row, login_digests, open_email, read_row
from backend.accounts.resets import mail_reset
from backend.accounts.sessions import end_others
from backend.accounts.tables import accounts, resets
from backend.kernel import Kernel
from backend.kernel.mail import post
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem


def report(connection: sa.Connection, kernel: Kernel, account_id: int, signal: str) -> None:
    """Shut everybody out, in the caller's transaction: nobody knows the password until a new one is set by mail."""
    now, row = kernel.clock.now(), read_row(connection, account_id, lock=True)
    if row.state == "pending":
        return
    end_others(connection, kernel, row, None, "compromised")
    this = accounts.c.account_id == account_id
    connection.execute(accounts.update().where(this).values(password_hash=hash_password(secrets.token_urlsafe(32))))
    connection.execute(resets.delete().where(resets.c.account_id == account_id))
    open_case(connection, account_id, "compromise", [signal], now)
    tell(connection, kernel.sealer, Message(account_id, "compromised", now.isoformat(), now, {}))
    mail_reset(connection, kernel, row)


def report_own(kernel: Kernel, account_id: int) -> None:
    """The user says so, from the account."""
    with kernel.database.begin() as connection:
        report(connection, kernel, account_id, "reported by the user, from the account")


def ask_report(kernel: Kernel, email: str) -> None:
    """Mail a link to report with, where the address has an account; the caller is told the same either way."""
    login, now = login_digests(kernel, email), kernel.clock.now()
    with kernel.database.begin() as connection:
        row = find_row(connection, login, lock=True)
        if row is None or row.state == "pending" or not may_write(kernel, login[0]):
            return
        token, minutes = secrets.token_urlsafe(32), kernel.settings.code_minutes
        asked = {"digest": _digest(kernel, token), "account_id": row.account_id, "expires_at": now + timedelta(minutes=minutes)}
        connection.execute(resets.insert().values(**asked))
        facts = {"link": f"{kernel.settings.public_url}/compromise/{token}", "minutes": minutes}
        post(connection, kernel.sealer, write_letter("compromise", open_email(kernel, row), row.lang, **facts), now)


def is_asked(kernel: Kernel, token: str) -> bool:
    """Whether a mailed link still works; looking changes nothing."""
    with kernel.database.begin() as connection:
        return _find(connection, kernel, token) is not None


def confirm_report(kernel: Kernel, token: str) -> None:
    """Take the mailed link, once. Raises `reset-wrong`."""
    with kernel.database.begin() as connection:
        asked = _find(connection, kernel, token)
        if asked is None:
            raise Problem("reset-wrong")
        report(connection, kernel, asked.account_id, "reported from the sign-in page by a mailed link")


def _find(connection: sa.Connection, kernel: Kernel, token: str) -> sa.Row[Any] | None:
    this = sa.and_(resets.c.digest == _digest(kernel, token), resets.c.expires_at > kernel.clock.now())
    return connection.execute(sa.select(resets).where(this)).one_or_none()


def _digest(kernel: Kernel, token: str) -> bytes:
    return kernel.digester.digest("compromise", token)
