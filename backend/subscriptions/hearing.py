"""What subscriptions hear of suspended accounts and of workspaces that end, as far as it concerns a breach of contract (X1)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import AccountDeleted, BreachAsked, BreachOpened, CureHandedIn, CureRefused, SuspensionLifted
from backend.kernel import Kernel
from backend.subscriptions.breaches import (
    close_breaches,
    find_running,
    open_breach,
    resume_premium,
    warn_member,
)
from backend.subscriptions.notices import close_notices, close_own_notices, warn_of_notices
from backend.subscriptions.premiums import find_premium, set_plan_end
from backend.subscriptions.tables import breaches
from backend.workspaces import MemberMoved, WorkspaceDeleted, lock_workspaces


def hear_breach(kernel: Kernel, connection: sa.Connection, event: BreachOpened) -> None:
    """An admin's conduct was not put right in seven days: the contract's own procedure begins (6.4.5)."""
    lock_workspaces(connection, event.workspace_id)
    open_breach(connection, kernel, event.workspace_id, event.account_id, event.ground, event.at, conduct=True)


def hear_cure(kernel: Kernel, connection: sa.Connection, event: SuspensionLifted) -> None:
    """The account works again, and so does what its conduct had suspended."""
    began = sa.and_(_began_with(event.account_id), breaches.c.premium_id.is_not(None), breaches.c.closed_at.is_(None))
    suspended = set(connection.execute(sa.select(breaches.c.workspace_id).where(began)).scalars())
    lock_workspaces(connection, event.workspace_id, *suspended)
    cured = close_breaches(connection, _began_with(event.account_id), event.at, "cured")
    for workspace_id in sorted(suspended):
        premium = find_running(connection, workspace_id)
        if premium is not None:
            resume_premium(connection, kernel, premium, event.at)
    if cured:
        set_plan_end(connection, find_premium(connection, event.workspace_id), event.workspace_id, event.account_id)


def warn_newcomer(kernel: Kernel, connection: sa.Connection, event: MemberMoved) -> None:
    """Whoever joins a premium that may end for breach is told what the others were told (X13)."""
    premium = find_premium(connection, event.to_workspace)
    if premium is not None:
        warn_member(connection, kernel, premium, event.account_id, event.at)
        warn_of_notices(connection, kernel, premium, event.account_id, event.at)


def stop_clock(connection: sa.Connection, event: CureHandedIn) -> None:
    """A cure waits for its answer, and the breach with it."""
    waiting = breaches.update().where(_began_with(event.account_id), breaches.c.closed_at.is_(None))
    connection.execute(waiting.values(waiting_since=event.at))


def start_clock(connection: sa.Connection, event: CureRefused) -> None:
    """The breach goes on; its user is told until when."""
    for breach in _resume(connection, event.account_id, event.at):
        event.due_at = max(event.at, breach.due_at)


def tell_end(connection: sa.Connection, event: BreachAsked) -> None:
    """Until when the conduct of an account may still be put right, now that the contract's own procedure runs."""
    mine = sa.select(sa.func.min(breaches.c.due_at)).where(_began_with(event.account_id), breaches.c.closed_at.is_(None))
    event.due_at = connection.execute(mine).scalar()


def forget_account(connection: sa.Connection, event: AccountDeleted) -> None:
    """An account is gone: what concerned it alone is over, and no answer to it is waited for."""
    _resume(connection, event.account_id, event.at)
    own = sa.and_(breaches.c.account_id == event.account_id, breaches.c.premium_id.is_(None))
    close_breaches(connection, own, event.at, "ended")
    close_own_notices(connection, event.account_id, event.at)


def outlive_workspace(connection: sa.Connection, event: WorkspaceDeleted) -> None:
    """A premium has ended otherwise: so has its breach, but for the account whose conduct it was (7.5.11)."""
    here = sa.and_(breaches.c.workspace_id == event.workspace_id, breaches.c.premium_id.is_not(None))
    own = sa.and_(here, breaches.c.conduct, breaches.c.closed_at.is_(None))
    connection.execute(breaches.update().where(own).values(premium_id=None))
    close_breaches(connection, here, event.at, "ended")
    close_notices(connection, event.workspace_id, event.at, "ended")


def _resume(connection: sa.Connection, account_id: int, at: datetime) -> list[sa.Row[Any]]:
    waited = sa.and_(_began_with(account_id), breaches.c.waiting_since.is_not(None), breaches.c.closed_at.is_(None))
    resumed = breaches.update().where(waited).values(waiting_since=None, resumed_at=at)
    return list(connection.execute(resumed.returning(breaches)))


def _began_with(account_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(breaches.c.account_id == account_id, breaches.c.conduct)
