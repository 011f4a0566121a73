"""An account as the other files of this room and the rooms above read it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts.profiles import Profile, open_profile
from backend.accounts.rules import fold_email
from backend.accounts.tables import accounts, linkedin_members, logins, retired_emails
from backend.kernel import Kernel
from backend.kernel.problems import Problem


@dataclass(frozen=True)
class Account:
    """Who somebody is to Candor. `linkedin` tells until when the synchronisation holds."""

    account_id: int
    workspace_id: int | None
    email: str
    state: str
    lang: str
    extension_seen: bool
    synced_at: datetime | None
    renew_by: datetime | None
    profile: Profile


def place_of_email(account_id: int) -> str:
    """What an account's sealed email is bound to."""
    return f"account:{account_id}:email"


def login_digests(kernel: Kernel, email: str) -> list[bytes]:
    """The digests under which this address may be known, the current key's first."""
    return kernel.digester.digests("login", fold_email(email))


def find_row(connection: sa.Connection, digests: list[bytes], *, lock: bool = False) -> sa.Row[Any] | None:
    """The account of a login, locked until the transaction ends where `lock` is set."""
    account_id = connection.execute(sa.select(logins.c.account_id).where(logins.c.digest.in_(digests))).scalar()
    return None if account_id is None else read_row(connection, account_id, lock=lock)


def is_retired(connection: sa.Connection, digests: list[bytes]) -> bool:
    """Whether this address belonged to an account that was deleted (6.3.7)."""
    return connection.execute(sa.select(retired_emails).where(retired_emails.c.digest.in_(digests)).limit(1)).first() is not None


def find_account_row(connection: sa.Connection, account_id: int, *, lock: bool = False) -> sa.Row[Any] | None:
    """The account's row, or None where it is gone; locked until the transaction ends where `lock` is set."""
    row = sa.select(accounts).where(accounts.c.account_id == account_id)
    return connection.execute(row.with_for_update() if lock else row).one_or_none()


def find_account_rows(connection: sa.Connection, account_ids: Collection[int]) -> dict[int, sa.Row[Any]]:
    """The rows of several accounts; those that are gone are missing."""
    if not account_ids:
        return {}
    found = sa.select(accounts).where(accounts.c.account_id.in_(account_ids))
    return {row.account_id: row for row in connection.execute(found)}


def read_row(connection: sa.Connection, account_id: int, *, lock: bool = False) -> sa.Row[Any]:
    """The account's row. Whoever changes an account's standing locks it first: that orders every race of one account.

    Raises `session-ended` where it was deleted a moment ago.
    """
    row = sa.select(accounts).where(accounts.c.account_id == account_id)
    found = connection.execute(row.with_for_update() if lock else row).one_or_none()
    if found is None:
        raise Problem("session-ended")
    return found


def open_email(kernel: Kernel, row: sa.Row[Any]) -> str:
    """The address that mail is sent to."""
    return kernel.sealer.open(row.email, place_of_email(row.account_id))


def read_account(kernel: Kernel, account_id: int) -> Account:
    """One account, with its two steps."""
    with kernel.database.begin() as connection:
        row = read_row(connection, account_id)
        member = connection.execute(
            sa.select(linkedin_members).where(linkedin_members.c.digest == row.linkedin_member)
        ).one_or_none()
    return Account(
        account_id=row.account_id,
        workspace_id=row.workspace_id,
        email=open_email(kernel, row),
        state=row.state,
        lang=row.lang,
        extension_seen=row.extension_seen_at is not None,
        synced_at=member.synced_at if member else None,
        renew_by=member.renew_by if member else None,
        profile=open_profile(kernel, row),
    )


def list_account_ids(connection: sa.Connection, after: int, most: int) -> list[int]:
    """Users, in order of their numbers, after one of them; who has not been validated yet is none."""
    next_ones = sa.select(accounts.c.account_id).where(accounts.c.account_id > after, accounts.c.state != "pending")
    return list(connection.execute(next_ones.order_by(accounts.c.account_id).limit(most)).scalars())
