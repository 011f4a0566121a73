"""Not renewing the freemium (7.5.12): confirmed as a deletion is, it deletes the account when the running month ends (X14)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import acknowledge, close_account, confirm_deletion, find_account_row
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.http import Caller
from backend.kernel.messages import Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.endings import lock_to_end
from backend.subscriptions.premiums import find_premium
from backend.subscriptions.tables import subscriptions


def not_renew(kernel: Kernel, caller: Caller, phrase: str, password: str, lang: str) -> datetime:
    """The freemium ends with the running month, and the account with it; when that is. Asked again, nothing moves.

    Raises `phrase-wrong`, `credentials-wrong`, `freemium-first` where none runs, `premium-exists` where a premium does.
    """
    confirmed = confirm_deletion(kernel, caller.account_id, phrase, password)
    with kernel.database.begin() as connection:
        evidence = acknowledge(connection, kernel, confirmed, lang)
        row = connection.execute(sa.select(subscriptions).where(_of(caller)).with_for_update()).one_or_none()
        if row is None:
            raise Problem("freemium-first")
        if find_premium(connection, caller.workspace_id) is not None:
            raise Problem("premium-exists", "Your Free plan rests while it runs.")
        if row.not_renewed_at is None:
            now, sealed = kernel.clock.now(), kernel.sealer.seal(json.dumps(evidence, default=str), _place(caller.account_id))
            connection.execute(subscriptions.update().where(_of(caller)).values(not_renewed_at=now, acknowledged=sealed))
            facts, ref = {"ends_at": row.period_ends_at}, now.isoformat()
            tell(connection, kernel.sealer, Message(caller.account_id, "freemium-not-renewed", ref, now, facts))
        ends_at: datetime = row.period_ends_at
        return ends_at


def renew_again(kernel: Kernel, caller: Caller) -> None:
    """Take it back, until the month ends: the freemium renews by itself as before. Where nothing was asked, nothing changes."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        asked = sa.and_(_of(caller), subscriptions.c.not_renewed_at.is_not(None), subscriptions.c.period_ends_at > now)
        if _forget(connection, asked):
            tell(connection, kernel.sealer, Message(caller.account_id, "freemium-renewed-again", now.isoformat(), now, {}))


class FreemiumEnds:
    """Due work: one account whose freemium was not to be renewed is deleted when its month ends."""

    name = "freemium-ends"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest of these months has ended."""
        return sa.select(sa.func.min(subscriptions.c.period_ends_at)).where(*_due(until))

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Delete one account; where there is a premium by now, be it unpaid, its owner's wish is forgotten, and they hear of it."""
        row = connection.execute(sa.select(subscriptions).where(*_due(until)).limit(1)).one_or_none()
        if row is None:
            return False
        lock_to_end(connection, self._kernel, row.workspace_id)
        this = sa.and_(subscriptions.c.workspace_id == row.workspace_id, subscriptions.c.account_id == row.account_id)
        kept = connection.execute(sa.select(subscriptions).where(this, *_due(until)).with_for_update()).one_or_none()
        if kept is None or find_account_row(connection, row.account_id) is None:
            return True  # taken back, or done by another worker, a moment ago
        if find_premium(connection, row.workspace_id) is not None:
            _forget(connection, this)
            at: datetime = row.period_ends_at
            tell(connection, self._kernel.sealer, Message(row.account_id, "freemium-renewed-again", at.isoformat(), at, {}))
        else:
            close_account(connection, self._kernel, row.account_id, "by-the-user", self._open(kept))
        return True

    def _open(self, row: sa.Row[Any]) -> Mapping[str, object]:
        evidence: dict[str, object] = json.loads(self._kernel.sealer.open(row.acknowledged, _place(row.account_id)))
        return evidence


def _forget(connection: sa.Connection, which: sa.ColumnElement[bool]) -> bool:
    forgotten = subscriptions.update().where(which).values(not_renewed_at=None, acknowledged=None)
    return connection.execute(forgotten).rowcount > 0


def _due(until: Until) -> tuple[sa.ColumnElement[bool], ...]:
    return (subscriptions.c.not_renewed_at.is_not(None), subscriptions.c.period_ends_at <= until)


def _of(caller: Caller) -> sa.ColumnElement[bool]:
    return sa.and_(subscriptions.c.workspace_id == caller.workspace_id, subscriptions.c.account_id == caller.account_id)


def _place(account_id: int) -> str:
    return f"account:{account_id}:not-renewed"
