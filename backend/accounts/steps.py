"""The two steps that begin the freemium, in either order: the extension is seen, LinkedIn is synchronised (7.1.1 to 7.1.3)."""

import re
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.accounts.records import read_row
from backend.accounts.tables import accounts
from backend.credits import change_permit
from backend.kernel import Kernel
from backend.terms import note_version, read_version

_CLIENT = re.compile(r"extension/(\d{1,5}(?:\.\d{1,5}){0,3})", re.ASCII)

Version = tuple[int, ...]


@dataclass(frozen=True)
class AccountActivated:
    """Both steps are done, for the first time. `sub_digest` stands for the LinkedIn member, who is granted to once."""

    account_id: int
    workspace_id: int
    sub_digest: bytes
    at: datetime


def read_extension_version(client: str) -> Version | None:
    """The version that `X-Candor-Client: extension/<version>` names, or None where it is no extension."""
    match = _CLIENT.fullmatch(client)
    return read_version(match[1]) if match else None


def mark_extension_seen(kernel: Kernel, account_id: int, version: Version | None = None) -> None:
    """The extension called with this account's token: remembered at the first time, harmless at every other; and its version."""
    with kernel.database.begin() as connection:
        if version is not None:
            note_version(connection, account_id, ".".join(str(part) for part in version), kernel.clock.now())
        row = read_row(connection, account_id, lock=True)
        if row.extension_seen_at is None:
            this = accounts.c.account_id == account_id
            connection.execute(accounts.update().where(this).values(extension_seen_at=kernel.clock.now()))
            change_permit(connection, row.workspace_id, account_id, {"extension_seen": True})
            begin_when_done(connection, kernel, account_id)


def begin_when_done(connection: sa.Connection, kernel: Kernel, account_id: int) -> None:
    """Tell the floors above, once, that both steps are done. The account is locked, so a race of the two steps has one winner."""
    row = read_row(connection, account_id)
    if row.steps_done_at is None and row.extension_seen_at is not None and row.linkedin_member is not None:
        now, this = kernel.clock.now(), accounts.c.account_id == account_id
        connection.execute(accounts.update().where(this).values(steps_done_at=now))
        kernel.events.emit(connection, AccountActivated(account_id, row.workspace_id, row.linkedin_member, now))
