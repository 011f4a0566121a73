"""What users say of themselves: names, job title, company. Sealed with the account and gone with it; all of it is rewarded once."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts.tables import accounts
from backend.kernel import Kernel
from backend.kernel.problems import Problem


@dataclass(frozen=True)
class Profile:
    """Each is None where the user does not say it."""

    given_name: str | None = None
    family_name: str | None = None
    job_title: str | None = None
    company: str | None = None

    @property
    def complete(self) -> bool:
        """Whether all of it is said."""
        return None not in asdict(self).values()


@dataclass(frozen=True)
class ProfileCompleted:
    """An account's profile says everything that is asked; emitted at every change after which it does."""

    account_id: int
    at: datetime


def write_profile(kernel: Kernel, account_id: int, profile: Profile) -> None:
    """Keep what the user says, in place of what was said before."""
    sealed = kernel.sealer.seal(json.dumps(asdict(profile)), _place(account_id)) if profile != Profile() else None
    with kernel.database.begin() as connection:
        this = accounts.c.account_id == account_id
        # The account is locked by this, as whoever changes what it may spend does.
        if connection.execute(accounts.update().where(this).values(profile=sealed)).rowcount == 0:
            raise Problem("session-ended")
        if profile.complete:
            kernel.events.emit(connection, ProfileCompleted(account_id, kernel.clock.now()))


def open_profile(kernel: Kernel, row: sa.Row[Any]) -> Profile:
    """The profile of an account's row."""
    return Profile(**json.loads(kernel.sealer.open(row.profile, _place(row.account_id)))) if row.profile else Profile()


def _place(account_id: int) -> str:
    return f"account:{account_id}:profile"
