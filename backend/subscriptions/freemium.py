"""The freemium: it begins with the account's two steps, grants the registration credits once, and a month's credits each month."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend.accounts import AccountActivated
from backend.credits import Grant, change_permit, grant
from backend.subscriptions.rules import day_begins, period_end, start_day
from backend.subscriptions.tables import subscriptions
from backend.terms import FREE, Sheet, current_sheet, read_sheet


@dataclass(frozen=True)
class Plan:
    """The plan somebody is on. Before the two steps are done there is none: `code` says `none`, and it has no name."""

    code: str
    name: str | None


def begin_freemium(connection: sa.Connection, event: AccountActivated) -> None:
    """Both steps are done: the plan runs without an end, the registration credits and the first month's are there."""
    started_on, sheet = start_day(event.at), current_sheet()
    change_permit(connection, event.workspace_id, event.account_id, {"plan_until": sa.literal_column("'infinity'::timestamptz")})
    connection.execute(
        subscriptions.insert().values(
            workspace_id=event.workspace_id,
            account_id=event.account_id,
            plan=FREE,
            sheet=sheet.version,
            started_on=started_on,
            period=1,
            period_ends_at=day_begins(period_end(started_on, 1)),
        )
    )
    for kind, amount in sheet.registration.items():
        # The key names the LinkedIn member: the same member never gets it twice, whatever becomes of the account.
        key = f"registration:{event.sub_digest.hex()}"
        given = Grant(event.workspace_id, event.account_id, kind, "registration", amount, event.at, None, key)
        grant(connection, given)
    grant_month(connection, event.workspace_id, event.account_id, sheet, started_on, 1, event.at)


def grant_month(
    connection: sa.Connection, workspace_id: int, account_id: int, sheet: Sheet, started_on: date, period: int, at: datetime
) -> None:
    """The Free plan's credits of one period, personal, gone at its end; a replay grants nothing."""
    ends_at = day_begins(period_end(started_on, period))
    key = f"{FREE}:{account_id}:{started_on.isoformat()}:{period}"
    for kind, amount in sheet.plan(FREE).grants.items():
        grant(connection, Grant(workspace_id, account_id, kind, "subscription", amount, at, ends_at, key, reason="Free"))


def read_plan(connection: sa.Connection, workspace_id: int, account_id: int) -> Plan:
    """The plan that runs for this account in this workspace."""
    row = connection.execute(
        sa.select(subscriptions.c.plan, subscriptions.c.sheet).where(
            subscriptions.c.workspace_id == workspace_id, subscriptions.c.account_id == account_id
        )
    ).one_or_none()
    return Plan(row.plan, read_sheet(row.sheet).plan(row.plan).name) if row else Plan("none", None)
