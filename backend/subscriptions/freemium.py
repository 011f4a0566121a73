"""The freemium: it begins with the account's two steps, grants the registration credits once, and a month's credits each month.

While a premium pays for the workspace it rests: its months pass, but grant nothing (X30).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import AccountActivated, AccountDeleted
from backend.credits import Grant, change_permit, grant_all
from backend.subscriptions.premiums import apply_to_member, find_premium, pays, pays_in, set_plan_end
from backend.subscriptions.rules import day_begins, period_end, start_day
from backend.subscriptions.tables import subscriptions
from backend.terms import FREE, current_sheet, must_accept, read_sheet, who_refused
from backend.workspaces import MemberMoved


@dataclass(frozen=True)
class Plan:
    """The plan somebody is on. Before the two steps are done there is none: `code` says `none`, and it has no name."""

    code: str
    name: str | None


def begin_freemium(connection: sa.Connection, event: AccountActivated) -> None:
    """Both steps are done: the plan runs without an end, the registration credits and the first month's are there."""
    sheet = current_sheet(connection, event.at)
    started_on = start_day(event.at)
    connection.execute(
        subscriptions.insert().values(
            workspace_id=event.workspace_id,
            account_id=event.account_id,
            plan=FREE,
            sheet=sheet.version,
            started_on=started_on,
            period=1,
            granted_period=0,
            period_ends_at=day_begins(period_end(started_on, 1)),
        )
    )
    # The key names the LinkedIn member: the same member never gets it twice, whatever becomes of the account.
    key = f"registration:{event.sub_digest.hex()}"
    mine = (event.workspace_id, event.account_id)
    given = [Grant(*mine, kind, "registration", amount, event.at, None, key) for kind, amount in sheet.registration.items()]
    grant_all(connection, given)
    set_plan_end(connection, find_premium(connection, event.workspace_id), event.workspace_id, event.account_id)
    resume_freemium(connection, event.workspace_id, event.account_id, event.at)


def resume_freemium(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> None:
    """The Free plan's credits of the running month, personal, gone at its end: once, and never while a premium pays."""
    this = _of(workspace_id, account_id)
    row = connection.execute(sa.select(subscriptions).where(this).with_for_update()).one_or_none()
    if row is None or row.granted_period >= row.period or pays(connection, workspace_id):
        return
    if sleep_if_refused(connection, workspace_id, account_id, at):
        return
    connection.execute(subscriptions.update().where(this).values(granted_period=row.period))
    grant_all(connection, _grants_of_month(row, row.period, at, row.period_ends_at))


def sleep_if_refused(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> bool:
    """Close the permit of an account that refused the terms in force, until it accepts; not where a premium keeps the old ones."""
    asleep = must_accept(connection, account_id, at) and find_premium(connection, workspace_id) is None
    if asleep:
        change_permit(connection, workspace_id, account_id, {"terms_ok": False})
    return asleep


def begin_next_months(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> None:
    """The months of locked rows are over, all at one instant: the next ones begin then, and grant where no premium pays."""
    if not rows:
        return
    resting = pays_in(connection, {row.workspace_id for row in rows})
    refusing = who_refused(connection, {row.account_id for row in rows})
    begun: list[dict[str, Any]] = []
    given: list[Grant] = []
    for row in rows:
        period, at = row.period + 1, row.period_ends_at
        rests = row.workspace_id in resting or (
            row.account_id in refusing and sleep_if_refused(connection, row.workspace_id, row.account_id, at)
        )
        ends_at = day_begins(period_end(row.started_on, period))
        granted = row.granted_period if rests else period
        begun.append(
            {"of": row.workspace_id, "who": row.account_id, "period": period, "granted_period": granted, "period_ends_at": ends_at}
        )
        if not rests:
            given += _grants_of_month(row, period, at, ends_at)
    this = _of(sa.bindparam("of"), sa.bindparam("who"))
    names = ("period", "granted_period", "period_ends_at")
    fresh: dict[str, sa.BindParameter[Any]] = {name: sa.bindparam(name) for name in names}
    connection.execute(subscriptions.update().where(this).values(fresh), begun)
    grant_all(connection, given)


def _grants_of_month(row: sa.Row[Any], period: int, at: datetime, ends_at: datetime) -> list[Grant]:
    key = f"{FREE}:{row.account_id}:{row.started_on.isoformat()}:{period}"
    return [
        Grant(row.workspace_id, row.account_id, kind, "subscription", amount, at, ends_at, key, reason="Free")
        for kind, amount in read_sheet(row.sheet).plan(FREE).grants.items()
    ]


def restart_freemium(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> None:
    """A premium ends: a new freemium runs from now on (7.5.15), unless a month that was granted still runs.

    Its month's credits are granted at home, where the account goes in this transaction.
    """
    sleep_if_refused(connection, workspace_id, account_id, at)
    this = _of(workspace_id, account_id)
    row = connection.execute(sa.select(subscriptions).where(this)).one_or_none()
    if row is None or (row.granted_period >= row.period and row.period_ends_at > at):
        return
    started_on = start_day(at)
    anew = {
        "sheet": current_sheet(connection, at).version,
        "started_on": started_on,
        "period": 1,
        "granted_period": 0,
        "period_ends_at": day_begins(period_end(started_on, 1)),
    }
    connection.execute(subscriptions.update().where(this).values(anew))


def carry_freemium(connection: sa.Connection, event: MemberMoved) -> None:
    """The freemium goes where its account goes: it rests where a premium pays, and goes on where none does."""
    this = _of(event.from_workspace, event.account_id)
    connection.execute(subscriptions.update().where(this).values(workspace_id=event.to_workspace))
    premium = find_premium(connection, event.to_workspace)
    if premium is not None:
        apply_to_member(connection, premium, event.account_id)
    else:
        change_permit(connection, event.to_workspace, event.account_id, {"unlimited_kind": None})
    set_plan_end(connection, premium, event.to_workspace, event.account_id)
    resume_freemium(connection, event.to_workspace, event.account_id, event.at)


def end_freemium(connection: sa.Connection, event: AccountDeleted) -> None:
    """The account is gone, and its freemium with it: nothing is granted to nobody."""
    connection.execute(subscriptions.delete().where(_of(event.workspace_id, event.account_id)))


def has_freemium(connection: sa.Connection, workspace_id: int, account_id: int) -> bool:
    """Whether the account has done both steps once."""
    return connection.execute(sa.select(subscriptions.c.plan).where(_of(workspace_id, account_id))).first() is not None


def read_plan(connection: sa.Connection, workspace_id: int, account_id: int) -> Plan:
    """The plan that runs for this account in this workspace: the workspace's premium, or the account's freemium."""
    premium = pays(connection, workspace_id)
    row = connection.execute(
        sa.select(subscriptions.c.plan, subscriptions.c.sheet).where(_of(workspace_id, account_id))
    ).one_or_none()
    if row is None:
        return Plan("none", None)
    if premium is not None:
        return Plan(premium.order.plan, premium.sheet.plan(premium.order.plan).name)
    return Plan(row.plan, read_sheet(row.sheet).plan(row.plan).name)


def _of(workspace_id: int | sa.BindParameter[int], account_id: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    return sa.and_(subscriptions.c.workspace_id == workspace_id, subscriptions.c.account_id == account_id)
