"""Necessary updates: users are told where one is to be had, how it is installed, and what happens without it (12.13, 2.Updates)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.messages import read_deliveries
from backend.kernel.ops import Act, log_act
from backend.kernel.problems import Problem
from backend.kernel.writing import LANGUAGES
from backend.terms.tables import updates
from backend.terms.versions import read_version, read_versions


@dataclass(frozen=True)
class Update:
    """What is told of a version, each in every language we write in. `security`: it closes a hole.

    Where its effect is minor, or the version before stays allowed and compliant, nobody may end for it (12.15).
    """

    version: str
    security: bool
    availability: Mapping[str, str]
    installation: Mapping[str, str]
    consequences: Mapping[str, str]
    minor: bool = False
    old_version_allowed: bool = False


@dataclass(frozen=True)
class Standing:
    """Where an account stands with an update: `told_at` once both channels had it, `installed_at` once it was seen in use."""

    account_id: int
    told_at: datetime | None
    installed_at: datetime | None


def announce_update(kernel: Kernel, act: Act, update: Update) -> None:
    """Tell every user of an update. Raises Problem (`update-incomplete`, `already-published`), NoReason or NoOperator."""
    for said in (update.availability, update.installation, update.consequences):
        if not all(said.get(lang, "").strip() for lang in LANGUAGES):
            raise Problem("update-incomplete")
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        log_act(connection, act, "update.announce", f"version {update.version}", now)
        if connection.execute(sa.select(updates.c.version).where(updates.c.version == update.version)).first():
            raise Problem("already-published")
        connection.execute(
            updates.insert().values(
                version=update.version,
                security=update.security,
                availability=dict(update.availability),
                installation=dict(update.installation),
                consequences=dict(update.consequences),
                minor=update.minor,
                old_version_allowed=update.old_version_allowed,
                announced_at=now,
            )
        )


def find_update(connection: sa.Connection, version: str | None = None) -> Update | None:
    """An announced update; the newest where no version is named."""
    row = connection.execute(
        sa.select(updates)
        .where(sa.true() if version is None else updates.c.version == version)
        .order_by(updates.c.announced_at.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    return Update(
        row.version, row.security, row.availability, row.installation, row.consequences, row.minor, row.old_version_allowed
    )


def read_newest_update(kernel: Kernel) -> Update | None:
    """The newest update that was announced."""
    with kernel.database.begin() as connection:
        return find_update(connection)


def told_at(connection: sa.Connection, update: Update, account_ids: Sequence[int]) -> dict[int, datetime | None]:
    """By account, when both channels had the notice of an update; null while the mail is under way or came back (12.16)."""
    return read_deliveries(connection, code_of_update(update.security), update.version, account_ids)


def read_standings(connection: sa.Connection, update: Update, account_ids: Sequence[int]) -> list[Standing]:
    """Who was told of an update and when, and who installed it and when: it, or a version after it (12.14)."""
    told, used = told_at(connection, update, account_ids), read_versions(connection, account_ids)
    needed = read_version(update.version)
    standings = []
    for account_id in account_ids:
        since = [at for version, at in used.get(account_id, []) if read_version(version) >= needed]
        standings.append(Standing(account_id, told.get(account_id), min(since, default=None)))
    return standings


def code_of_update(security: bool) -> str:
    """Under which code users are told of an update."""
    return "update-security" if security else "update-announced"
