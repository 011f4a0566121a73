"""Rewards for what users do (9.5, 9.23): by the sheet that the earner is on, until the end of the period the earner lives under."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from backend.accounts import AccountActivated, ProfileCompleted, find_account_row, open_profile
from backend.credits import reward
from backend.kernel import Kernel
from backend.subscriptions.freemium import has_freemium
from backend.subscriptions.premiums import pays
from backend.subscriptions.rules import MONTHS, day_begins, period_end
from backend.subscriptions.tables import subscriptions
from backend.terms import PlanTerms, Sheet, read_sheet
from backend.workspaces import MemberMoved, members_of, read_membership

FIRST_TEAMMATE = "first-teammate"
PROFILE_COMPLETED = "profile-completed"
WRONG_DETAIL = "wrong-detail"


@dataclass(frozen=True)
class _Period:
    """What an earner lives under: the sheet and the plan, and when the running period ends."""

    sheet: Sheet
    plan: PlanTerms
    ends_at: datetime


def reward_account(connection: sa.Connection, account_id: int, code: str, at: datetime, ref: str, kind: str | None = None) -> bool:
    """Grant an account one reward of its sheet's catalogue, where it is now; `ref` names what was done, so a replay grants nothing.

    False, too, where the most was granted, where no plan runs for the account yet, and where its sheet has no such reward. `kind`
    is that of what was reported; a tenth of its grant is a tenth of what a month grants a seat. The caller holds the account or
    its workspace, so that it does not move meanwhile.
    """
    row = find_account_row(connection, account_id)
    if row is None or row.state not in ("active", "suspended"):
        return False
    period = _read_period(connection, row.workspace_id, account_id, at)
    if period is None or code not in {each.code for each in period.sheet.rewards}:
        return False
    granted = next((amount for of, amount in period.plan.grants.items() if of == kind), 0)
    return reward(
        connection, period.sheet, row.workspace_id, account_id, code, at, period.ends_at, ref, kind=kind, granted=granted
    )  # fmt: skip


def reward_activation(kernel: Kernel, connection: sa.Connection, event: AccountActivated) -> None:
    """Both steps are done: whoever asked the account in is rewarded, and the account for what it did before any plan ran for it."""
    _reward_inviter(connection, event.workspace_id, event.account_id, event.at)
    for member in members_of(connection, event.workspace_id):
        if member.invited_by == event.account_id and has_freemium(connection, event.workspace_id, member.account_id):
            _reward_inviter(connection, event.workspace_id, member.account_id, event.at)
    row = find_account_row(connection, event.account_id)
    if row is not None and open_profile(kernel, row).complete:
        reward_profile(connection, ProfileCompleted(event.account_id, event.at))


def reward_arrival(connection: sa.Connection, event: MemberMoved) -> None:
    """Somebody joined who had done both steps before."""
    if has_freemium(connection, event.to_workspace, event.account_id):
        _reward_inviter(connection, event.to_workspace, event.account_id, event.at)


def reward_profile(connection: sa.Connection, event: ProfileCompleted) -> None:
    """The user has said everything that a profile asks."""
    reward_account(connection, event.account_id, PROFILE_COMPLETED, event.at, "profile")


def _reward_inviter(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> None:
    """Reward who asked this member of a locked workspace in, if they are teammates still."""
    membership = read_membership(connection, workspace_id, account_id)
    inviter = membership.invited_by if membership else None
    if inviter is not None and read_membership(connection, workspace_id, inviter) is not None:
        reward_account(connection, inviter, FIRST_TEAMMATE, at, str(account_id))


def _read_period(connection: sa.Connection, workspace_id: int, account_id: int, at: datetime) -> _Period | None:
    """The period of the premium that pays for the workspace, or else the account's freemium month; None before the two steps."""
    premium = pays(connection, workspace_id)
    if premium is not None:
        months = MONTHS[premium.order.interval]
        ends_at = _end_after(premium.first_day, premium.begun_months + months, months, at)
        return _Period(premium.sheet, premium.sheet.plan(premium.order.plan), ends_at)
    mine = sa.and_(subscriptions.c.workspace_id == workspace_id, subscriptions.c.account_id == account_id)
    row = connection.execute(sa.select(subscriptions).where(mine)).one_or_none()
    if row is None:
        return None
    sheet = read_sheet(row.sheet)
    return _Period(sheet, sheet.plan(row.plan), _end_after(row.started_on, row.period, 1, at))


def _end_after(first_day: date, months: int, step: int, at: datetime) -> datetime:
    """When the period ends that runs at `at`: the one that is known, or a later one where its renewal is about to be worked off."""
    while (ends_at := day_begins(period_end(first_day, months))) <= at:
        months += step
    return ends_at
