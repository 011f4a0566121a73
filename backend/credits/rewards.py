"""Rewards: credits for an action, by the plan sheet's catalogue: personal, gone at the end of the running period (9.23 to 9.25)."""

from datetime import datetime
from decimal import Decimal
from typing import Protocol

import sqlalchemy as sa

from backend.credits.grants import Grant, grant
from backend.credits.permits import lock_permit
from backend.credits.rules import month_end, month_start, reward_most
from backend.credits.tables import lots


class Reward(Protocol):
    """A line of the catalogue, as the plan sheet writes it."""

    @property
    def amount(self) -> int: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def most(self) -> int | None: ...
    @property
    def most_a_month(self) -> int | None: ...
    @property
    def or_share_of_grant(self) -> Decimal | None: ...


class Catalogue(Protocol):
    """Whatever has rewards by their code: a version of the plan sheet."""

    def reward(self, code: str) -> Reward: ...


def reward(
    connection: sa.Connection,
    sheet: Catalogue,
    workspace_id: int,
    account_id: int,
    code: str,
    at: datetime,
    ends_at: datetime,
    ref: str,
    *,
    kind: str | None = None,
    granted: int = 0,
) -> bool:
    """Grant one reward of the catalogue, until `ends_at`; False where `ref` has had it, or the most was granted already.

    `kind` is that of what was reported, where the catalogue names none; `granted` what the plan grants of it, where the most
    depends on that. The most of a month is counted in credits of the kind, by the calendar month of Paris.
    """
    line = sheet.reward(code)
    of_kind = line.kind or kind
    if of_kind is None or lock_permit(connection, workspace_id, account_id) is None:
        raise ValueError(f"no kind, or no permit, for the reward {code}")
    prefix = f"reward:{code}:{account_id}:"
    had = [lots.c.workspace_id == workspace_id, lots.c.account_id == account_id, lots.c.source == "reward"]
    had.append(lots.c.grant_key.startswith(prefix, autoescape=True))
    if line.most is not None and _count(connection, *had) >= line.most:
        return False
    most = reward_most(line.most_a_month, line.or_share_of_grant, granted)
    if most is not None:
        month = (lots.c.kind == of_kind, lots.c.valid_from >= month_start(at), lots.c.valid_from < month_end(at))
        if (_count(connection, *had, *month) + 1) * line.amount > most:
            return False
    return grant(
        connection,
        Grant(workspace_id, account_id, of_kind, "reward", line.amount, at, ends_at, f"{prefix}{ref}", reason=code),
    )


def _count(connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(lots).where(*conditions)).scalar_one())
