"""Tacit renewal (7.4.2): at the end of a period the next one begins, is due and granted, with the changes that waited for it."""

from datetime import datetime

import sqlalchemy as sa

from backend.credits import carry_kept, write_off
from backend.subscriptions.coming import order_of_next_period
from backend.subscriptions.debts import need_rate
from backend.subscriptions.dues import change_due, list_dues, make_due
from backend.subscriptions.freemium import sleep_until_accepted
from backend.subscriptions.giving import keys_that_keep, owes_a_period
from backend.subscriptions.payments import PaymentGateway
from backend.subscriptions.premiums import PAYS, Premium, apply_to_members, change_premium, grant_period
from backend.subscriptions.prices import Order, price_of
from backend.subscriptions.revisions import follow_renewal, sheet_of_next_period
from backend.subscriptions.rules import MONTHS, day_begins, period_end
from backend.terms import who_refused
from backend.workspaces import members_of


def renew(connection: sa.Connection, gateway: PaymentGateway, premium: Premium, at: datetime) -> Premium:
    """Begin the next period of a locked premium at `at`, the instant at which the last one ended; it is charged then (X7).

    A frozen one stays frozen: its next period is due all the same (X26), and granted when everything is paid.
    """
    old, new = premium.order, order_of_next_period(premium)
    sheet = sheet_of_next_period(connection, premium, at)
    begun = premium.begun_months + MONTHS[old.interval]
    waits = premium.next_after is not None and premium.next_after > premium.period
    renewed = change_premium(
        connection,
        premium,
        sheet=sheet,
        plan=new.plan,
        seats=new.seats,
        interval=new.interval,
        packs=dict(new.packs),
        period=premium.period + 1,
        begun_months=begun,
        period_ends_at=day_begins(period_end(premium.first_day, begun + MONTHS[new.interval])),
        reverted={},
        **({} if waits else {"next_order": None, "next_after": None}),
    )
    for due in list_dues(connection, premium, period=premium.period):
        if due.state == "open" and due.counted_at is None:
            change_due(connection, due, state="dropped")
    due = make_due(connection, gateway, renewed, "renewal", price_of(renewed.sheet, new), at)
    change_due(connection, due, counted_at=at)
    owes = owes_a_period(connection, renewed)
    if owes:
        need_rate(connection, at)
    if renewed.state in PAYS and not owes:
        if _is_lower(premium, new):
            write_off(connection, premium.workspace_id, at, "downgrade", account_id=None)
        elif renewed.sheet.plan(new.plan).keeps:
            for key in keys_that_keep(connection, premium, premium.period):
                carry_kept(connection, premium.workspace_id, key, renewed.grant_key, at, renewed.ends_at)
        grant_period(connection, renewed, at)
    apply_to_members(connection, renewed)
    here = {member.account_id for member in members_of(connection, premium.workspace_id)}
    for account_id in sorted(who_refused(connection, here)):
        sleep_until_accepted(connection, premium.workspace_id, account_id, at)
    follow_renewal(connection, renewed, at)
    return renewed


def _is_lower(premium: Premium, new: Order) -> bool:
    ranks = (premium.sheet.plan(new.plan).rank, premium.sheet.plan(premium.order.plan).rank)
    return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and new.seats < premium.order.seats)
