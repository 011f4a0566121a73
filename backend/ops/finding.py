"""Finding whom or what is meant: by email, by an id as users see it, or by our own number as the log writes it."""

import re
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from backend.accounts import find_account_row, find_row, login_digests
from backend.credits import Holder, is_holder
from backend.kernel import Kernel
from backend.kernel.emails import NotAnEmail, read_email
from backend.workspaces import read_workspace

_NUMBER = re.compile(r"(?:(account|workspace) )?([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Found:
    """An account or a workspace that exists."""

    what: Literal["account", "workspace"]
    number: int


def find(connection: sa.Connection, kernel: Kernel, text: str) -> Found | None:
    """What is meant by what was typed; None where there is no such thing."""
    text = " ".join(text.split())
    if "@" in text:
        try:
            row = find_row(connection, login_digests(kernel, read_email(text)))
        except NotAnEmail:
            return None
        return Found("account", row.account_id) if row else None
    written = _NUMBER.fullmatch(text.lower())
    if written:
        return _existing(connection, written[1] or "account", int(written[2]))
    for what in ("account", "workspace"):
        number = kernel.ids.decode(what, 0, text.lower())
        if number is not None:
            return _existing(connection, what, number)
    return None


def find_holder(connection: sa.Connection, kernel: Kernel, text: str) -> Holder | None:
    """Whose credits are meant: an account's own where it is now, or a workspace's pool."""
    found = find(connection, kernel, text)
    if found is None or found.what == "workspace":
        return Holder(found.number, None) if found else None
    return own_credits(connection, found.number)


def own_credits(connection: sa.Connection, account_id: int) -> Holder | None:
    """An account's own credits where it is a member; None where it is in no workspace."""
    row = find_account_row(connection, account_id)
    if row is None or row.workspace_id is None:
        return None
    holder = Holder(row.workspace_id, account_id)
    return holder if is_holder(connection, holder) else None


def _existing(connection: sa.Connection, what: str, number: int) -> Found | None:
    if what == "workspace":
        return Found("workspace", number) if read_workspace(connection, number) else None
    return Found("account", number) if find_account_row(connection, number) else None
