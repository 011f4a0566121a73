"""From a quote to a running premium: price locked, subscriber attested, documents accepted, first payment opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa

from backend.accounts import read_account
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.kernel.request_keys import RequestKey
from backend.subscriptions.dues import Due, find_ordered, make_due
from backend.subscriptions.freemium import has_freemium
from backend.subscriptions.giving import give
from backend.subscriptions.payments import Means, need_gateway
from backend.subscriptions.premiums import find_premium, read_premium, suspended_since
from backend.subscriptions.prices import Order, price_of
from backend.subscriptions.subscribers import Subscriber, record_subscriber
from backend.subscriptions.tables import premiums, quotes
from backend.subscriptions.vat import vat_percent
from backend.terms import NEEDED, Sheet, current_sheet, record_acceptances
from backend.workspaces import enter, note, seats_taken

DOCUMENTS = (*NEEDED, "dpa")
"""What is accepted with a premium: what signing up asks for, in the present versions, and the data-processing agreement (X27)."""


@dataclass(frozen=True)
class Quoted:
    """A price that was shown and holds until it expires."""

    workspace_id: int
    quote_id: int
    sheet_version: str
    order: Order
    price: Decimal
    expires_at: datetime


def make_quote(kernel: Kernel, caller: Caller, order: Order) -> Quoted:
    """Lock the price of the order under the sheet in force. Raises `admin-required`, `order-unknown`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller, named=False)
        sheet = current_sheet(connection, now)
        check_order(sheet, order)
        values = {
            "workspace_id": caller.workspace_id,
            "sheet": sheet.version,
            "plan": order.plan,
            "seats": order.seats,
            "interval": order.interval,
            "packs": dict(order.packs),
            "price": price_of(sheet, order),
            "made_at": now,
            "expires_at": now + timedelta(days=sheet.policy.quote_valid_days),
        }
        return _read(connection.execute(quotes.insert().values(values).returning(quotes)).one())


def list_quotes(connection: sa.Connection, workspace_id: int, at: datetime, most: int = 20) -> list[Quoted]:
    """The newest quotes of a workspace that may still be accepted."""
    mine = sa.and_(quotes.c.workspace_id == workspace_id, quotes.c.expires_at > at, quotes.c.accepted_at.is_(None))
    rows = connection.execute(sa.select(quotes).where(mine).order_by(quotes.c.quote_id.desc()).limit(most))
    return [_read(row) for row in rows]


def check_order(sheet: Sheet, order: Order) -> None:
    """Raise `order-unknown` where the sheet has no such premium plan or pack (7.1.6)."""
    plans = {plan.code for plan in sheet.plans if plan.premium}
    packs = {pack.code for pack in sheet.packs}
    if order.plan not in plans:
        raise Problem("order-unknown", errors=[{"field": "plan", "code": "unknown", "message": "not offered"}])
    if set(order.packs) - packs:
        raise Problem("order-unknown", errors=[{"field": "packs", "code": "unknown", "message": "not offered"}])


def subscribe(
    kernel: Kernel, caller: Caller, quote_id: int, means: Means, subscriber: Subscriber, lang: str, order_key: RequestKey | None
) -> Due:
    """Accept a quote for the caller's Workspace; the first payment's due. Ordered again under the same key, it is the same due.

    Raises `admin-required`, `quote-unknown`, `freemium-first`, `freemium-suspended`, `workspace-required`, `premium-exists`,
    `quote-expired`, `seats-occupied`, `payments-closed`.
    """
    gateway, now = need_gateway(kernel.settings), kernel.clock.now()
    account = read_account(kernel, caller.account_id)
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller, named=False)
        this = sa.and_(quotes.c.workspace_id == caller.workspace_id, quotes.c.quote_id == quote_id)
        row = connection.execute(sa.select(quotes).where(this).with_for_update()).one_or_none()
        if row is None:
            raise Problem("quote-unknown")
        if (ordered := find_ordered(connection, caller.workspace_id, order_key)) is not None:
            return ordered
        synced = account.renew_by is not None and account.renew_by > now
        if not (synced and has_freemium(connection, caller.workspace_id, caller.account_id)):
            raise Problem("freemium-first")
        if suspended_since(connection, caller.account_id) is not None:
            raise Problem("freemium-suspended")
        if workspace.name is None:
            raise Problem("workspace-required")
        if find_premium(connection, caller.workspace_id, lock=True) is not None:
            raise Problem("premium-exists")
        quoted = _read(row)
        if quoted.expires_at <= now or row.accepted_at is not None:
            raise Problem("quote-expired")
        taken = seats_taken(connection, caller.workspace_id, now)
        if taken > quoted.order.seats:
            raise Problem("seats-occupied", needed=taken)
        connection.execute(quotes.update().where(this).values(accepted_at=now))
        values = {
            "workspace_id": caller.workspace_id,
            "state": "pending",
            "sheet": quoted.sheet_version,
            "plan": quoted.order.plan,
            "seats": quoted.order.seats,
            "interval": quoted.order.interval,
            "packs": dict(quoted.order.packs),
            "means": means,
            "vat_percent": vat_percent(subscriber.country),
            "period": 0,
            "begun_months": 0,
        }
        premium_id = connection.execute(premiums.insert().values(values).returning(premiums.c.premium_id)).scalar_one()
        premium = read_premium(connection, caller.workspace_id, premium_id)
        record_acceptances(
            connection, caller.account_id, lang, now, action="subscribe", kinds=DOCUMENTS, workspace_id=caller.workspace_id
        )
        record_subscriber(connection, kernel, premium, subscriber, caller.account_id, now)
        due = make_due(connection, gateway, premium, "start", quoted.price, now, period=1, order_key=order_key)
        plan, seats = quoted.order.plan, quoted.order.seats
        note(connection, caller.workspace_id, caller.account_id, "premium-ordered", now, plan=plan, seats=seats)
        if due.state == "submitted":
            give(connection, kernel, premium, due, now)
        return due


def _read(row: sa.Row[tuple[object, ...]]) -> Quoted:
    order = Order(row.plan, row.seats, row.interval, row.packs)
    return Quoted(row.workspace_id, row.quote_id, row.sheet, order, row.price, row.expires_at)
