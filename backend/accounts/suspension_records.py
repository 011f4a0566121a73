"""Reading suspensions: the open one, its reason in words, and the door that its mail opens (6.4.8)."""

from typing import Any

import sqlalchemy as sa

from backend.accounts.grounds import read_ground
from backend.accounts.tables import suspensions
from backend.kernel import Kernel
from backend.kernel.ids import ID_LENGTH

_WAY_OUT = {
    "en": "The link in the mail that told you opens a page where you can put it right.",
    "fr": "Le lien du mail qui vous l'annonçait ouvre une page où vous pouvez régulariser.",
}


def find_open(connection: sa.Connection, account_id: int) -> sa.Row[Any] | None:
    """The suspension that is open, or None."""
    this = sa.and_(suspensions.c.account_id == account_id, suspensions.c.closed_at.is_(None))
    return connection.execute(sa.select(suspensions).where(this)).one_or_none()


def open_reason(kernel: Kernel, suspension: sa.Row[Any]) -> str:
    """Why, in the words the user reads."""
    return kernel.sealer.open(suspension.reason, place_of_reason(suspension.account_id))


def of_suspension(suspension: sa.Row[Any]) -> sa.ColumnElement[bool]:
    """The condition that a row of `suspensions` is this one."""
    return sa.and_(suspensions.c.account_id == suspension.account_id, suspensions.c.suspension_id == suspension.suspension_id)


def door_address(kernel: Kernel, account_id: int, suspension_id: int) -> str:
    """The address that opens this suspension's door and nothing else; who has it may use it (6.4.8)."""
    account = kernel.ids.encode("door-account", 0, account_id)
    return f"{kernel.settings.public_url}/door/{account}{kernel.ids.encode('door', account_id, suspension_id)}"


def read_door(connection: sa.Connection, kernel: Kernel, token: str) -> sa.Row[Any] | None:
    """The open suspension that a door's token was made for, or None: lifting ends it."""
    account_id = kernel.ids.decode("door-account", 0, token[:ID_LENGTH])
    suspension_id = None if account_id is None else kernel.ids.decode("door", account_id, token[ID_LENGTH:])
    if account_id is None or suspension_id is None:
        return None
    found = find_open(connection, account_id)
    return found if found is not None and found.suspension_id == suspension_id else None


def write_reason(reason: str, ground: str, lang: str) -> str:
    """The reason with the obligation it rests on."""
    return f"{reason} ({ground}: {read_ground(ground, lang)})"


def describe_obstacle(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any]) -> str:
    """Why a suspended account cannot sign in, and the way out; empty for others."""
    suspension = find_open(connection, row.account_id) if row.state == "suspended" else None
    if suspension is None:
        return ""
    return f"{write_reason(open_reason(kernel, suspension), suspension.ground, row.lang)} {_WAY_OUT[row.lang]}"


def place_of_reason(account_id: int) -> str:
    """What the sealed reason is bound to."""
    return f"account:{account_id}:suspension"
