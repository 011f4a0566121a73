"""A premium as it runs: read, locked, granted to its workspace, and what its members' permits say of it."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from backend.credits import Grant, change_permit, grant, grant_all
from backend.kernel.problems import Problem
from backend.subscriptions.prices import Order, grants_of
from backend.subscriptions.rules import Interval, day_begins, period_end
from backend.subscriptions.tables import breaches, premiums, subscriptions
from backend.terms import Sheet, read_sheet
from backend.workspaces import AdminDeserting, members_of, set_seats

PAYS = ("active", "suspended")
"""States of a premium that pays for its workspace; a suspended one is billed and granted all the same (X26)."""

_WITHOUT_END: sa.ColumnElement[datetime] = sa.literal_column("'infinity'::timestamptz")


@dataclass(frozen=True)
class Premium:
    """One row of `premiums`. While a wire is awaited there is no first day and no end yet."""

    workspace_id: int
    premium_id: int
    state: str
    sheet_version: str
    order: Order
    means: str
    started_on: date | None
    period: int
    begun_months: int
    period_ends_at: datetime | None
    next_order: Order | None
    next_after: int | None
    reverted: Mapping[str, int]
    last_period: int | None
    vat_percent: Decimal
    end_reason: str | None
    switch_at: datetime | None
    switch_period: int | None
    suspended_at: datetime | None

    @property
    def sheet(self) -> Sheet:
        """The version it was taken out under."""
        return read_sheet(self.sheet_version)

    @property
    def plan_name(self) -> str:
        """What its plan is called where users read it."""
        return self.sheet.plan(self.order.plan).name

    @property
    def is_in_last_period(self) -> bool:
        """Whether it ends with the running period, and does not renew."""
        return self.last_period is not None and self.last_period <= self.period

    @property
    def first_day(self) -> date:
        """The day that every period is counted from, once it has begun."""
        assert self.started_on is not None
        return self.started_on

    @property
    def ends_at(self) -> datetime:
        """When the running period ends, once it has begun."""
        assert self.period_ends_at is not None
        return self.period_ends_at

    @property
    def begins_at(self) -> datetime:
        """When the running period began: its first instant in Paris."""
        return day_begins(period_end(self.first_day, self.begun_months))

    @property
    def grant_key(self) -> str:
        """Names the grants of the running period; those of changes begin with it."""
        return f"premium:{self.premium_id}:{self.period}"


def find_premium(connection: sa.Connection, workspace_id: int, *, lock: bool = False) -> Premium | None:
    """The workspace's premium that has not ended. Whoever changes it locks it first: that orders every race about it."""
    found = sa.select(premiums).where(premiums.c.workspace_id == workspace_id, premiums.c.state != "ended")
    row = connection.execute(found.with_for_update() if lock else found).one_or_none()
    return _read(row) if row else None


def find_begun(connection: sa.Connection, workspace_id: int, at: datetime) -> Premium:
    """The premium of a locked workspace, locked, to be changed in its running period.

    Raises `plan-required` without one, `payment-open` where it has not begun, `premium-renewing` where its period is over.
    """
    premium = find_premium(connection, workspace_id, lock=True)
    if premium is None:
        raise Problem("plan-required")
    if premium.period == 0:
        raise Problem("payment-open")
    if premium.ends_at <= at:
        raise Problem("premium-renewing")
    return premium


def read_premium(connection: sa.Connection, workspace_id: int, premium_id: int, *, lock: bool = False) -> Premium:
    """One premium, ended or not."""
    found = sa.select(premiums).where(premiums.c.workspace_id == workspace_id, premiums.c.premium_id == premium_id)
    return _read(connection.execute(found.with_for_update() if lock else found).one())


def keep_admin(connection: sa.Connection, event: AdminDeserting) -> None:
    """Nobody leaves a premium alone, be it frozen or waiting for its wire (X30)."""
    if find_premium(connection, event.workspace_id) is not None:
        raise Problem("workspace-occupied")


def pays(connection: sa.Connection, workspace_id: int) -> Premium | None:
    """The premium that pays for this workspace now: then the freemiums of its members rest (X30)."""
    found = find_premium(connection, workspace_id)
    return found if found is not None and found.state in PAYS else None


def pays_in(connection: sa.Connection, workspace_ids: Collection[int]) -> set[int]:
    """Those of the workspaces for which a premium pays now."""
    paying = sa.and_(premiums.c.workspace_id.in_(workspace_ids), premiums.c.state.in_(PAYS))
    return set(connection.execute(sa.select(premiums.c.workspace_id).where(paying)).scalars())


def change_premium(connection: sa.Connection, premium: Premium, **change: Any) -> Premium:
    """Write a change; the premium as it then is."""
    this = sa.and_(premiums.c.workspace_id == premium.workspace_id, premiums.c.premium_id == premium.premium_id)
    row = connection.execute(premiums.update().where(this).values(**change).returning(premiums)).one()
    return _read(row)


def set_order(connection: sa.Connection, premium: Premium, order: Order) -> Premium:
    """The premium is this plan, these seats and packs from now on; its workspace and its members' permits follow."""
    changed = change_premium(
        connection, premium, plan=order.plan, seats=order.seats, interval=order.interval, packs=dict(order.packs)
    )
    apply_to_members(connection, changed)
    return changed


def apply_to_members(connection: sa.Connection, premium: Premium) -> None:
    """Seats of the workspace, and the unlimited kind of each member, as the premium has them now."""
    set_seats(connection, premium.workspace_id, premium.order.seats if premium.state in PAYS else None)
    for member in members_of(connection, premium.workspace_id):
        apply_to_member(connection, premium, member.account_id)


def apply_to_member(connection: sa.Connection, premium: Premium, account_id: int) -> None:
    """What one member may spend without limit."""
    kind = premium.sheet.plan(premium.order.plan).unlimited if premium.state in PAYS else None
    change_permit(connection, premium.workspace_id, account_id, {"unlimited_kind": kind})


def set_plan_end(connection: sa.Connection, premium: Premium | None, workspace_id: int, account_id: int) -> None:
    """Until when a plan runs for an account here, as its permit says: without end, unless a breach suspends it (7.5.7).

    What is suspended is the premium of the workspace, or the account's own freemium. Before the two steps no plan runs at all.
    """
    mine = sa.and_(subscriptions.c.workspace_id == workspace_id, subscriptions.c.account_id == account_id)
    if connection.execute(sa.select(subscriptions.c.plan).where(mine)).first() is None:
        return
    since = suspended_since(connection, account_id)
    if premium is not None and premium.state == "suspended":
        since = premium.suspended_at
    change_permit(connection, workspace_id, account_id, {"plan_until": since or _WITHOUT_END})


def suspended_since(connection: sa.Connection, account_id: int) -> datetime | None:
    """Since when a breach of its own suspends an account's freemium; None where none does."""
    own = sa.and_(breaches.c.account_id == account_id, breaches.c.premium_id.is_(None), breaches.c.closed_at.is_(None))
    return connection.execute(sa.select(sa.func.min(breaches.c.opened_at)).where(own)).scalar()


def grant_period(connection: sa.Connection, premium: Premium, at: datetime) -> None:
    """The pool's lots of the running period, the packs included; a replay grants nothing (9.6, 9.22, 9.28)."""
    plan, key = premium.sheet.plan(premium.order.plan), premium.grant_key
    of_plan = grants_of(premium.sheet, premium.order).items()
    given = [_pool(premium, "subscription", kind, amount, key, at, keeps=plan.keeps) for kind, amount in of_plan]
    of_packs = [(premium.sheet.pack(code), count) for code, count in premium.order.packs.items() if count]
    given += [_pool(premium, "purchased", pack.kind, pack.amount * count, f"{key}:{pack.code}", at) for pack, count in of_packs]
    grant_all(connection, given)


def give_pack(connection: sa.Connection, premium: Premium, code: str, count: int, key: str, at: datetime) -> None:
    """The lot of so many packs, until the running period ends (9.26, 9.27)."""
    pack = premium.sheet.pack(code)
    grant(connection, _pool(premium, "purchased", pack.kind, pack.amount * count, key, at))


def give_pool(
    connection: sa.Connection, premium: Premium, amounts: Mapping[str, int], key: str, at: datetime, *, keeps: bool = False
) -> None:
    """Subscription credits for the workspace's pool, a lot of each kind, until the running period ends."""
    given = [_pool(premium, "subscription", kind, amount, key, at, keeps=keeps) for kind, amount in amounts.items()]
    grant_all(connection, given)


def _pool(premium: Premium, source: str, kind: str, amount: int, key: str, at: datetime, *, keeps: bool = False) -> Grant:
    return Grant(premium.workspace_id, None, kind, source, amount, at, premium.ends_at, key, keeps=keeps)


def write_order(order: Order) -> dict[str, Any]:
    """An order as it is kept in a row."""
    return asdict(replace(order, packs=dict(order.packs)))


def read_order(kept: Mapping[str, Any]) -> Order:
    """An order as it was kept."""
    return Order(**kept)


def _read(row: sa.Row[Any]) -> Premium:
    interval: Interval = row.interval
    return Premium(
        workspace_id=row.workspace_id,
        premium_id=row.premium_id,
        state=row.state,
        sheet_version=row.sheet,
        order=Order(row.plan, row.seats, interval, row.packs),
        means=row.means,
        started_on=row.started_on,
        period=row.period,
        begun_months=row.begun_months,
        period_ends_at=row.period_ends_at,
        next_order=read_order(row.next_order) if row.next_order else None,
        next_after=row.next_after,
        reverted=row.reverted,
        last_period=row.last_period,
        vat_percent=row.vat_percent,
        end_reason=row.end_reason,
        switch_at=row.switch_at,
        switch_period=row.switch_period,
        suspended_at=row.suspended_at,
    )
