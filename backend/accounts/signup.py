"""Sign-up: a business email, a password and the two ticks; then the code from the mail makes the account active (6.1)."""

import hmac
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.attempts import may_write
from backend.accounts.letters import write_letter
from backend.accounts.passwords import hash_password
from backend.accounts.records import find_row, is_retired, login_digests, open_email, place_of_email, read_row
from backend.accounts.rules import find_weakness, is_business
from backend.accounts.sessions import SignedIn, start_session
from backend.accounts.tables import accounts, codes, logins
from backend.credits import open_permit
from backend.kernel import Kernel
from backend.kernel.mail import post
from backend.kernel.problems import Problem
from backend.terms import record_acceptances
from backend.workspaces import open_home


def sign_up(kernel: Kernel, email: str, password: str, lang: str) -> None:
    """Open a pending account and mail its code. A known address is answered the same and costs the same; a mail tells its owner."""
    if not is_business(email):
        raise Problem("business-email")
    weakness = find_weakness(password, email)
    if weakness:
        raise Problem("password-weak", weakness)
    login, password_hash = login_digests(kernel, email), hash_password(password)
    written = may_write(kernel, login[0])
    with kernel.database.begin() as connection:
        if is_retired(connection, login):
            raise Problem("email-retired")
        row = find_row(connection, login, lock=True)
        if row is None:
            row = open_account(connection, kernel, email, login, password_hash, lang)
        if row.state != "pending":
            if written:
                letter = write_letter("known", open_email(kernel, row), row.lang)
                post(connection, kernel.sealer, letter, kernel.clock.now())
        elif written:
            this = accounts.c.account_id == row.account_id
            now = kernel.clock.now()
            change = {"password_hash": password_hash, "password_set_at": now, "password_noted_at": now, "lang": lang}
            connection.execute(accounts.update().where(this).values(**change))
            record_acceptances(connection, row.account_id, lang, kernel.clock.now())
            mail_code(connection, kernel, read_row(connection, row.account_id))


def send_code(kernel: Kernel, email: str) -> None:
    """Mail another code where the account is pending; the one before it no longer works."""
    login = login_digests(kernel, email)
    with kernel.database.begin() as connection:
        row = find_row(connection, login, lock=True)
        if row is not None and row.state == "pending" and may_write(kernel, login[0]):
            mail_code(connection, kernel, row)


def validate(kernel: Kernel, email: str, code: str, client: str) -> SignedIn:
    """The code makes the account active and signs it in; `code-wrong` where it is wrong, used, too old or tried too often."""
    with kernel.database.begin() as connection:
        row = find_row(connection, login_digests(kernel, email), lock=True)
        signed_in = _try_code(connection, kernel, row, code, client) if row and row.state == "pending" else None
    # Raised after the transaction: the try must be counted.
    if signed_in is None:
        raise Problem("code-wrong")
    return signed_in


def activate(connection: sa.Connection, kernel: Kernel, account_id: int, password_hash: str) -> int:
    """Make a pending account active with a home of its own; returns the workspace."""
    now = kernel.clock.now()
    workspace_id = open_home(connection, account_id, now)
    change = {"state": "active", "activated_at": now, "workspace_id": workspace_id, "password_hash": password_hash}
    connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(**change))
    connection.execute(codes.delete().where(codes.c.account_id == account_id))
    open_permit(connection, workspace_id, account_id, terms_ok=True)
    return workspace_id


def mail_code(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any]) -> None:
    """Mail a code for the newest sign-up of a locked, pending account. Codes of other sign-ups keep their own password."""
    now, code = kernel.clock.now(), f"{secrets.randbelow(1_000_000):06d}"
    gone = sa.or_(codes.c.password_hash == row.password_hash, codes.c.expires_at <= now)
    connection.execute(codes.delete().where(codes.c.account_id == row.account_id, gone))
    minutes = kernel.settings.code_minutes
    connection.execute(
        codes.insert().values(
            account_id=row.account_id,
            digest=_digest(kernel, row.account_id, code),
            password_hash=row.password_hash,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    letter = write_letter("code", open_email(kernel, row), row.lang, code=code, minutes=minutes)
    post(connection, kernel.sealer, letter, now)


def open_account(
    connection: sa.Connection, kernel: Kernel, email: str, login: list[bytes], password_hash: str, lang: str
) -> sa.Row[Any]:
    """The new, pending account's row, or that of a rival who was faster with the same address."""
    now = kernel.clock.now()
    account_id = connection.execute(sa.text("SELECT nextval('accounts_account_id_seq')")).scalar_one()
    mine = insert(logins).values(digest=login[0], account_id=account_id).on_conflict_do_nothing().returning(logins.c.account_id)
    if connection.execute(mine).one_or_none() is not None:
        connection.execute(
            accounts.insert().values(
                account_id=account_id,
                email=kernel.sealer.seal(email, place_of_email(account_id)),
                password_hash=password_hash,
                password_set_at=now,
                password_noted_at=now,
                lang=lang,
                created_at=now,
            )
        )
    row = find_row(connection, login, lock=True)
    assert row is not None
    return row


def _try_code(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], code: str, client: str) -> SignedIn | None:
    live = sa.and_(
        codes.c.account_id == row.account_id,
        codes.c.expires_at > kernel.clock.now(),
        codes.c.tries < kernel.settings.code_tries,
    )
    given = _digest(kernel, row.account_id, "".join(code.split()))
    for kept in connection.execute(sa.select(codes).where(live)).all():
        if hmac.compare_digest(kept.digest, given):
            workspace_id = activate(connection, kernel, row.account_id, kept.password_hash)
            return start_session(connection, kernel, row.account_id, workspace_id, client)
    connection.execute(codes.update().where(live).values(tries=codes.c.tries + 1))
    return None


def _digest(kernel: Kernel, account_id: int, code: str) -> bytes:
    return kernel.digester.digest("code", f"{account_id}:{code}")
