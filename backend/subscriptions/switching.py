"""Switching to another provider (Data Act): a notice of two months at most, thirty days of transition with use, then the end."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.messages import Fact
from backend.kernel.problems import Problem
from backend.subscriptions.endings import announce_end, end_at_once
from backend.subscriptions.premiums import Premium, find_begun
from backend.subscriptions.rules import days_on, longest_notice, start_day
from backend.terms import Policy
from backend.workspaces import enter

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

    Raises `admin-required`, `notice-too-long`, and what `find_begun` raises.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        enter(connection, caller)
        premium = find_begun(connection, caller.workspace_id, now)
        policy = premium.sheet.policy
        charge = switch_charge(policy, start_day(now))
        if notice_days > longest_notice(start_day(now), policy.switch_notice_months):
            raise Problem("notice-too-long")
        if premium.switch_at is not None:
            return Switch(None, premium.switch_at, charge)
        notice_until = days_on(now, notice_days)
        ends_at = days_on(now, notice_days + policy.switch_transition_days)
        change = {"switch_at": ends_at, "switch_period": premium.period}
        days: dict[str, Fact] = {
            "notice_until": notice_until,
            "ends_at": ends_at,
            "days": policy.switch_transition_days,
            "charge": charge,
        }
        announce_end(connection, kernel, premium, caller.account_id, REASON, now, change, "premium-switching", days)
        return Switch(notice_until, ends_at, charge)


def finish_switch(connection: sa.Connection, kernel: Kernel, premium: Premium, at: datetime) -> None:
    """The transition is over. Of a period that began after the switch was asked for, months not begun are returned."""
    assert premium.switch_period is not None
    end_at_once(connection, kernel, premium, at, REASON, give_back=premium.period > premium.switch_period)
