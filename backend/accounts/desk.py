"""What those who run Candor see of one account, and the queue of cases that wait for them. Reading only, and never all at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.actions import Action
from backend.accounts.grounds import read_ground
from backend.accounts.records import find_account_row, open_email
from backend.accounts.replies import Reply, read_replies
from backend.accounts.suspension_records import open_reason
from backend.accounts.tables import account_actions, cases, linkedin_members, sessions, suspensions
from backend.kernel import Kernel

_MOST = 50


@dataclass(frozen=True)
class AccountSeen:
    """Who an account is, and how far it came. What is said of LinkedIn is None where it is not known."""

    account_id: int
    workspace_id: int | None
    email: str
    state: str
    lang: str
    created_at: datetime
    activated_at: datetime | None
    extension_seen_at: datetime | None
    steps_done_at: datetime | None
    synced_at: datetime | None
    renew_by: datetime | None
    picture: bool | None
    email_match: bool | None
    email_verified: bool | None
    has_contacts: bool | None
    has_activity: bool | None


@dataclass(frozen=True)
class Session:
    """One sign-in; `last_at` is when it was last refreshed."""

    client: str
    opened_at: datetime
    last_at: datetime
    ended_at: datetime | None
    reason: str | None


@dataclass(frozen=True)
class Suspension:
    """One suspension with what was handed in against it; `opened_by` is None where nobody was named."""

    ground: str
    clause: str
    reason: str
    opened_at: datetime
    opened_by: str | None
    stage: str
    due_at: datetime | None
    waiting_since: datetime | None
    closed_at: datetime | None
    replies: tuple[Reply, ...]


@dataclass(frozen=True)
class OpenCase:
    """A case that waits; `due_at` and `waiting_since` are of the suspension that is open, where there is one."""

    account_id: int
    case_id: int
    kind: str
    signals: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None
    waiting_since: datetime | None


def read_profile(connection: sa.Connection, kernel: Kernel, account_id: int) -> AccountSeen | None:
    """The account, or None where there is none."""
    row = find_account_row(connection, account_id)
    if row is None:
        return None
    this = linkedin_members.c.digest == row.linkedin_member
    member = connection.execute(sa.select(linkedin_members).where(this)).one_or_none()
    return AccountSeen(
        account_id=row.account_id,
        workspace_id=row.workspace_id,
        email=open_email(kernel, row),
        state=row.state,
        lang=row.lang,
        created_at=row.created_at,
        activated_at=row.activated_at,
        extension_seen_at=row.extension_seen_at,
        steps_done_at=row.steps_done_at,
        synced_at=member.synced_at if member else None,
        renew_by=member.renew_by if member else None,
        picture=member.picture_present if member else None,
        email_match=member.email_match if member else None,
        email_verified=member.email_verified if member else None,
        has_contacts=row.has_contacts,
        has_activity=row.has_activity,
    )


def read_sessions(connection: sa.Connection, kernel: Kernel, account_id: int, most: int = _MOST) -> list[Session]:
    """The newest sessions, newest first."""
    mine = sa.select(sessions).where(sessions.c.account_id == account_id).order_by(sessions.c.session_id.desc()).limit(most)
    # A refresh puts the end so many days ahead: that is how the last one is known.
    ahead = timedelta(days=kernel.settings.session_days)
    return [
        Session(row.client, row.created_at, max(row.created_at, row.expires_at - ahead), row.ended_at, row.reason)
        for row in connection.execute(mine)
    ]


def read_suspensions(connection: sa.Connection, kernel: Kernel, account_id: int, lang: str, most: int = _MOST) -> list[Suspension]:
    """The newest suspensions, newest first; the clause in the reader's language."""
    mine = sa.select(suspensions).where(suspensions.c.account_id == account_id)
    rows = connection.execute(mine.order_by(suspensions.c.suspension_id.desc()).limit(most)).all()
    return [
        Suspension(
            ground=row.ground,
            clause=read_ground(row.ground, lang),
            reason=open_reason(kernel, row),
            opened_at=row.opened_at,
            opened_by=row.opened_by,
            stage=row.stage,
            due_at=row.due_at,
            waiting_since=row.waiting_since,
            closed_at=row.closed_at,
            replies=tuple(read_replies(connection, kernel, row)),
        )
        for row in rows
    ]


def read_newest_actions(connection: sa.Connection, account_id: int, most: int = _MOST) -> list[Action]:
    """What was last done from an account, newest first."""
    mine = sa.select(account_actions).where(account_actions.c.account_id == account_id)
    rows = connection.execute(mine.order_by(account_actions.c.action_id.desc()).limit(most))
    return [Action(row.at, row.session_id, row.action) for row in rows]


def list_open_cases(connection: sa.Connection, *, kind: str = "", after: int = 0, most: int = _MOST) -> list[OpenCase]:
    """The cases that wait, oldest first, from after case `after` on; `cure`: suspensions against which one was handed in."""
    found = _waiting().where(cases.c.case_id > after).order_by(cases.c.case_id).limit(most)
    if kind == "cure":
        found = found.where(cases.c.kind == "suspension", suspensions.c.waiting_since.is_not(None))
    elif kind:
        found = found.where(cases.c.kind == kind)
    return [_read_open(row) for row in connection.execute(found)]


def find_open_case(connection: sa.Connection, account_id: int, case_id: int) -> OpenCase | None:
    """One case that waits; None where it does not, or is not of this account."""
    this = _waiting().where(cases.c.account_id == account_id, cases.c.case_id == case_id)
    row = connection.execute(this).one_or_none()
    return _read_open(row) if row else None


def count_open_cases(connection: sa.Connection) -> dict[str, int]:
    """How many of each kind wait; those of which there are none are missing."""
    counted = sa.select(cases.c.kind, sa.func.count()).where(cases.c.state == "open").group_by(cases.c.kind)
    found = {kind: int(count) for kind, count in connection.execute(counted.order_by(cases.c.kind))}
    handed_in = sa.and_(suspensions.c.closed_at.is_(None), suspensions.c.waiting_since.is_not(None))
    cures = connection.execute(sa.select(sa.func.count()).select_from(suspensions).where(handed_in)).scalar_one()
    return found | ({"cure": cures} if cures else {})


def _waiting() -> sa.Select[Any]:
    running = sa.and_(suspensions.c.account_id == cases.c.account_id, suspensions.c.closed_at.is_(None))
    shown = (cases, suspensions.c.due_at, suspensions.c.waiting_since)
    return sa.select(*shown).select_from(cases.outerjoin(suspensions, running)).where(cases.c.state == "open")


def _read_open(row: sa.Row[Any]) -> OpenCase:
    suspended = row.kind in ("suspension", "appeal")
    return OpenCase(
        account_id=row.account_id,
        case_id=row.case_id,
        kind=row.kind,
        signals=tuple(row.signals),
        opened_at=row.opened_at,
        due_at=row.due_at if suspended else None,
        waiting_since=row.waiting_since if suspended else None,
    )
