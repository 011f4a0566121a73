"""Necessary updates: users are told where one is to be had, how it is installed, and what happens without it (12.13, 2.Updates)."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act
from backend.kernel.problems import Problem
from backend.kernel.writing import LANGUAGES
from backend.terms.tables import updates


@dataclass(frozen=True)
class Update:
    """What is told of a version, each in every language we write in. `security`: it closes a hole."""

    version: str
    security: bool
    availability: Mapping[str, str]
    installation: Mapping[str, str]
    consequences: Mapping[str, str]


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
                announced_at=now,
            )
        )
