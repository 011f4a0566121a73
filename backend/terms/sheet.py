"""The plan sheet: every number of plans, credits and notices stands in one of its versions and nowhere else (4.2, 4.4)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import sqlalchemy as sa
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from backend.kernel.due import Until
from backend.terms.documents import find_in_force
from backend.terms.tables import publications

SHEETS = Path(__file__).parent / "sheets"
FREE = "free"

Kind = Literal["b2b_email", "phone", "direct_email", "export"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanTerms(_Part):
    """A plan: its price for a seat and month in euros without VAT, and what a month grants to each seat."""

    code: str
    name: str
    rank: int
    price: Decimal
    grants: Mapping[Kind, int]
    exports_a_day: int
    unlimited: Kind | None = None
    api_grants: Mapping[Kind, int] = {}
    api: bool = False
    keeps: bool = False

    @property
    def premium(self) -> bool:
        """Whether it is paid for, by a workspace; the freemium is an account's own."""
        return self.price > 0


class Pack(_Part):
    """Credits to buy besides a premium plan; recurring at each renewal until reverted."""

    code: str
    kind: Kind
    amount: int
    price: Decimal


class Reward(_Part):
    """Credits for an action; without a `kind` it is that of what was reported."""

    code: str
    amount: int
    kind: Kind | None = None
    most: int | None = None
    most_a_month: int | None = None
    or_share_of_grant: Decimal | None = None


class Policy(_Part):
    """The numbers of the terms, each with its unit in its name. What a sheet says of one goes before what stands here (4.4)."""

    year_pays_months: int = 10
    year_grants_months: int = 12
    notice_monthly_h: int = 48
    notice_annual_months: int = 1
    price_notice_monthly_days: int = 16
    price_notice_annual_days: int = 45
    price_notice_delivered_days: int = 15
    tacit_after_days: int = 15
    keep_price_years: int = 1
    quote_valid_days: int = 30
    change_notice_days: int = 15
    update_refusal_days: int = 30
    conduct_cure_days: int = 7
    breach_cure_days: int = 21
    formal_notice_days: int = 15
    expiry_alert_days: tuple[int, ...] = (7, 1)
    ending_alert_days: tuple[int, ...] = (30, 7, 1)
    invitation_days: int = 14
    code_minutes: int = 15
    code_tries: int = 5
    password_reminder_days: int = 365
    evidence_years: int = 5
    late_interest_after_days: int = 10
    late_interest_times: int = 3
    late_interest_points: Decimal = Decimal(5)
    late_indemnity: Decimal = Decimal("40.00")
    switch_notice_months: int = 2
    switch_transition_days: int = 30
    switch_charge: Decimal = Decimal("0.00")
    helpdesk_weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    helpdesk_opens_hour: int = 9
    helpdesk_closes_hour: int = 19
    letter_answer_days: int = 15
    dispute_meet_days: int = 15
    dispute_further_days: int = 15


Part = TypeVar("Part", PlanTerms, Pack, Reward)


class Sheet(_Part):
    """One version. `registration` is granted once in the life of an account (9.20)."""

    version: str
    registration: Mapping[Kind, int]
    plans: tuple[PlanTerms, ...]
    packs: tuple[Pack, ...]
    rewards: tuple[Reward, ...]
    policy: Policy

    @model_validator(mode="after")
    def _name_each_once(self) -> "Sheet":
        for parts in (self.plans, self.packs, self.rewards):
            codes = [part.code for part in parts]
            if len(set(codes)) != len(codes):
                raise ValueError(f"a code stands twice: {', '.join(codes)}")
        if not any(plan.code == FREE and not plan.premium for plan in self.plans):
            raise ValueError(f"every sheet has the plan `{FREE}`, which costs nothing")
        return self

    def plan(self, code: str) -> PlanTerms:
        """The plan of this code; KeyError where the sheet has none."""
        return _of_code(self.plans, code)

    def pack(self, code: str) -> Pack:
        """The pack of this code; KeyError where the sheet has none."""
        return _of_code(self.packs, code)

    def reward(self, code: str) -> Reward:
        """The reward of this code; KeyError where the sheet has none."""
        return _of_code(self.rewards, code)


def _of_code(parts: tuple[Part, ...], code: str) -> Part:
    for part in parts:
        if part.code == code:
            return part
    raise KeyError(code)


@cache
def read_sheet(version: str) -> Sheet:
    """A version of the sheet, as subscriptions pin it; KeyError where there was none."""
    if version not in sheet_versions():
        raise KeyError(version)
    return Sheet.model_validate(yaml.safe_load((SHEETS / f"{version}.yaml").read_text(encoding="utf-8")))


@cache
def sheet_versions() -> tuple[str, ...]:
    """Every version there is, oldest first."""
    return tuple(sorted(file.stem for file in SHEETS.glob("*.yaml")))


def current_sheet(connection: sa.Connection, at: datetime) -> Sheet:
    """The version in force at an instant."""
    return read_sheet(find_in_force(connection, "plan-sheet", at).version)


def number_in_force(name: str, at: Until) -> sa.ColumnElement[int]:
    """A number of the policy in force at an instant, for a statement that is written before there is a connection."""
    numbers = {version: getattr(read_sheet(version).policy, name) for version in sheet_versions()}
    begun = sa.select(publications.c.version).where(publications.c.kind == "plan-sheet", publications.c.effective_at <= at)
    newest = begun.order_by(publications.c.effective_at.desc()).limit(1).scalar_subquery()
    return sa.case(numbers, value=newest, else_=numbers[sheet_versions()[0]])
