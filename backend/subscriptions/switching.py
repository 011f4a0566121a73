"""Switching to another provider (Data Act): a notice of two months at most, thirty days of transition with use, then the end."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.problems import Problem
from backend.subscriptions.coming import ends_for_good_at
from backend.subscriptions.endings import end_at_once, next_alert
from backend.subscriptions.premiums import Premium, change_premium, find_premium
from backend.subscriptions.rules import days_on, longest_notice, start_day
from backend.terms import Policy
from backend.workspaces import enter, note

REASON = "data-act-switch"
NO_CHARGE_FROM: Final = date(2027, 1, 12)
"""From then on nobody may charge for a switch (Regulation (EU) 2023/2854, article 29(1)); before, the plan sheet says how much."""


@dataclass(frozen=True)
class Switch:
    """A switch that was asked for. `charge` is in euros without VAT."""

    notice_until: datetime | None
    ends_at: datetime
    charge: Decimal


def switch_charge(policy: Policy, on: date) -> Decimal:
    """What a switch asked for on this day costs."""
    return Decimal("0.00") if on >= NO_CHARGE_FROM else policy.switch_charge


def ask_switch(kernel: Kernel, caller: Caller, notice_days: int) -> Switch:
    """End the premium after this notice and the transition, whatever its period. Asked again, nothing moves.

    Raises `admin-required`, `plan-required`, `payment-open`, `premium-renewing`, `notice-too-long`.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        premium = find_premium(connection, caller.workspace_id, lock=True)
        if premium is None:
            raise Problem("plan-required")
        if premium.period == 0:
            raise Problem("payment-open")
        if premium.ends_at <= now:
            raise Problem("premium-renewing")
        policy = premium.sheet.policy
        charge = switch_charge(policy, start_day(now))
        if notice_days > longest_notice(start_day(now), policy.switch_notice_months):
            raise Problem("notice-too-long")
        if premium.switch_at is not None:
            return Switch(None, premium.switch_at, charge)
        notice_until = days_on(now, notice_days)
        ends_at = days_on(now, notice_days + policy.switch_transition_days)
        switching = change_premium(connection, premium, switch_at=ends_at, switch_period=premium.period)
        ends_first = ends_for_good_at(switching)
        assert ends_first is not None
        change_premium(connection, switching, next_alert_at=next_alert(premium, ends_first, now))
        note(connection, caller.workspace_id, caller.account_id, "premium-ending", now, way=REASON)
        facts: dict[str, Fact] = {
            "plan": premium.sheet.plan(premium.order.plan).name,
            "notice_until": notice_until,
            "ends_at": ends_at,
            "charge": charge,
        }
        told = Message(caller.account_id, "premium-switching", f"premium:{premium.premium_id}", now, facts)
        tell(connection, kernel.sealer, told)
        return Switch(notice_until, ends_at, charge)


def finish_switch(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> None:
    """The transition is over. Of a period that began after the switch was asked for, months not begun are returned."""
    assert premium.switch_period is not None
    end_at_once(connection, kernel, premium, at, REASON, give_back=premium.period > premium.switch_period)
