"""Cases: what a person at operations shall look at, opened by signals. A case changes nothing about the account (X28, 6.1.8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.tables import accounts, case_steps, cases, linkedin_members
from backend.kernel import Kernel

_FAKE_FROM = 3
"""So many signals of a fake LinkedIn account together open a case (6.1.10)."""


@dataclass(frozen=True)
class Case:
    """One case, with the dates of legal steps taken in it."""

    case_id: int
    kind: str
    state: str
    signals: tuple[str, ...]
    opened_at: datetime
    steps: tuple[tuple[date, str], ...]


def open_case(connection: sa.Connection, account_id: int, kind: str, signals: Sequence[str], at: datetime) -> bool:
    """Open a case unless one of its kind is open; False then."""
    row = insert(cases).values(account_id=account_id, kind=kind, signals=list(signals), opened_at=at)
    # In words, not as a parameter: a prepared statement does not find the partial index by one.
    once = row.on_conflict_do_nothing(index_elements=["account_id", "kind"], index_where=sa.text("state = 'open'"))
    return connection.execute(once.returning(cases.c.case_id)).first() is not None


def close_case(connection: sa.Connection, account_id: int, kind: str) -> bool:
    """Close the open case of this kind; False where there is none."""
    this = sa.and_(cases.c.account_id == account_id, cases.c.kind == kind, cases.c.state == "open")
    return connection.execute(cases.update().where(this).values(state="closed")).rowcount > 0


def note_step(connection: sa.Connection, kernel: Kernel, account_id: int, kind: str, taken_on: date, step: str) -> bool:
    """Write down a legal step in the open case of this kind (14.2.15); False where there is none."""
    this = sa.and_(cases.c.account_id == account_id, cases.c.kind == kind, cases.c.state == "open")
    case_id = connection.execute(sa.select(cases.c.case_id).where(this)).scalar()
    if case_id is None:
        return False
    sealed = kernel.sealer.seal(step, _place(account_id))
    connection.execute(case_steps.insert().values(account_id=account_id, case_id=case_id, taken_on=taken_on, step=sealed))
    return True


def read_cases(connection: sa.Connection, kernel: Kernel, account_id: int) -> list[Case]:
    """Every case of an account, oldest first."""
    noted = connection.execute(
        sa.select(case_steps).where(case_steps.c.account_id == account_id).order_by(case_steps.c.step_id)
    ).all()
    found = connection.execute(sa.select(cases).where(cases.c.account_id == account_id).order_by(cases.c.case_id))
    return [
        Case(
            case_id=row.case_id,
            kind=row.kind,
            state=row.state,
            signals=tuple(row.signals),
            opened_at=row.opened_at,
            steps=tuple(
                (each.taken_on, kernel.sealer.open(each.step, _place(account_id))) for each in noted if each.case_id == row.case_id
            ),
        )
        for row in found
    ]


def note_look(connection: sa.Connection, account_id: int, *, contacts: bool | None, activity: bool | None, at: datetime) -> None:
    """Remember what the user answered, or operators saw, of the LinkedIn account; what is None stays. May open a case."""
    seen = {name: value for name, value in (("has_contacts", contacts), ("has_activity", activity)) if value is not None}
    if seen:
        connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(**seen))
        weigh_member(connection, account_id, at)


def weigh_member(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """Open a case where three signals of a fake LinkedIn account come together; never more than a case (6.1.10)."""
    account = connection.execute(sa.select(accounts).where(accounts.c.account_id == account_id)).one()
    this = linkedin_members.c.digest == account.linkedin_member
    member = connection.execute(sa.select(linkedin_members).where(this)).one_or_none()
    signals = _find_signals(account, member) if member else []
    if len(signals) >= _FAKE_FROM:
        open_case(connection, account_id, "fake", signals, at)


def _find_signals(account: sa.Row[Any], member: sa.Row[Any]) -> list[str]:
    found = {
        "no picture": not member.picture_present,
        "email unverified": not member.email_verified,
        "no contacts": account.has_contacts is False,
        "no activity": account.has_activity is False,
    }
    return [signal for signal, stands in found.items() if stands]


def _place(account_id: int) -> str:
    return f"account:{account_id}:case"
