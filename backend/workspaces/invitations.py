"""Invitations: an admin asks somebody in by mail; the invitation holds a seat until it is answered, revoked, or lapses (8.2.13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.emails import fold_email
from backend.kernel.http import Caller
from backend.kernel.ids import ID_LENGTH
from backend.kernel.mail import Letter, post
from backend.kernel.messages import render
from backend.kernel.problems import Problem
from backend.terms import current_sheet
from backend.workspaces.activity import note
from backend.workspaces.homes import Workspace, enter
from backend.workspaces.tables import invitations, members

_PENDING = invitations.c.state == "pending"


@dataclass(frozen=True)
class Invitation:
    """One that waits for its answer."""

    invitation_id: int
    email: str
    role: str
    sent_at: datetime
    lapses_at: datetime


def invite(kernel: Kernel, caller: Caller, email: str, role: str, lang: str) -> Invitation:
    """Ask the owner of an address in. Who is asked in already is not written to again: the invitation that waits is returned.

    Raises `workspace-required`, `admin-required`, `seats-exhausted`.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller)
        waiting = _find_pending(connection, workspace.workspace_id, digests_of(kernel, email), now)
        if waiting is None:
            refuse_full(connection, workspace, now)
            waiting = _write(connection, kernel, caller, email, role, lang)
            invitation = waiting.invitation_id
            note(connection, workspace.workspace_id, caller.account_id, "invited", now, invitation=invitation, role=role)
            _mail(connection, kernel, workspace, waiting)
        return _open(kernel, waiting)


def resend(kernel: Kernel, caller: Caller, invitation_id: int) -> Invitation:
    """Write once more, and let the time to answer begin anew. Raises `not-found`, `admin-required`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller)
        row = _read_pending(connection, workspace.workspace_id, invitation_id, now)
        connection.execute(invitations.update().where(_this(row)).values(sent_at=now, lapses_at=_lapse(connection, now)))
        note(connection, workspace.workspace_id, caller.account_id, "invitation-resent", now, invitation=invitation_id)
        row = connection.execute(sa.select(invitations).where(_this(row))).one()
        _mail(connection, kernel, workspace, row)
        return _open(kernel, row)


def revoke(kernel: Kernel, caller: Caller, invitation_id: int) -> None:
    """Take an invitation back; its seat is free. Raises `not-found`, `admin-required`."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        workspace = enter(connection, caller)
        close(connection, _read_pending(connection, workspace.workspace_id, invitation_id, now), "revoked", now)
        note(connection, workspace.workspace_id, caller.account_id, "invitation-revoked", now, invitation=invitation_id)


def invitations_of(connection: sa.Connection, kernel: Kernel, workspace_id: int) -> list[Invitation]:
    """Those that wait for an answer, oldest first."""
    live = sa.select(invitations).where(_live(workspace_id, kernel.clock.now()))
    return [_open(kernel, row) for row in connection.execute(live.order_by(invitations.c.invitation_id))]


def seats_taken(connection: sa.Connection, workspace_id: int, at: datetime) -> int:
    """Members, and invitations that may still be accepted: each takes a seat."""
    joined = sa.select(sa.func.count()).select_from(members).where(members.c.workspace_id == workspace_id)
    invited = sa.select(sa.func.count()).select_from(invitations).where(_live(workspace_id, at))
    return int(connection.execute(sa.select(joined.scalar_subquery() + invited.scalar_subquery())).scalar_one())


def refuse_full(connection: sa.Connection, workspace: Workspace, at: datetime) -> None:
    """Raise `seats-exhausted` where every seat of a locked workspace is taken."""
    if workspace.seats is not None and seats_taken(connection, workspace.workspace_id, at) >= workspace.seats:
        raise Problem("seats-exhausted", seats=workspace.seats)


def revoke_all(connection: sa.Connection, workspace_id: int, at: datetime) -> None:
    """Nobody is left who could be joined."""
    for row in connection.execute(sa.select(invitations).where(invitations.c.workspace_id == workspace_id, _PENDING)).all():
        close(connection, row, "revoked", at)


def close(connection: sa.Connection, row: sa.Row[Any], state: str, at: datetime) -> None:
    """The invitation is over; the address is forgotten."""
    change = {"state": state, "closed_at": at, "email": None, "digest": None}
    connection.execute(invitations.update().where(_this(row), _PENDING).values(**change))


def digests_of(kernel: Kernel, email: str) -> list[bytes]:
    """What an address may be kept as, the current key's first."""
    return kernel.digester.digests("invited", fold_email(email))


def write_token(kernel: Kernel, workspace_id: int, invitation_id: int) -> str:
    """What the letter carries: two ids that nobody can make up, and that are shown nowhere else."""
    return kernel.ids.encode("invited-to", 0, workspace_id) + kernel.ids.encode("invited-by", workspace_id, invitation_id)


def read_token(kernel: Kernel, token: str) -> tuple[int, int] | None:
    """Workspace and invitation of a letter's token, or None where no letter carried it."""
    token = "".join(token.split())
    workspace_id = kernel.ids.decode("invited-to", 0, token[:ID_LENGTH])
    invitation_id = None if workspace_id is None else kernel.ids.decode("invited-by", workspace_id, token[ID_LENGTH:])
    return None if workspace_id is None or invitation_id is None else (workspace_id, invitation_id)


def _write(connection: sa.Connection, kernel: Kernel, caller: Caller, email: str, role: str, lang: str) -> sa.Row[Any]:
    now, digests = kernel.clock.now(), digests_of(kernel, email)
    # One that lapsed a moment ago may not have been closed yet; its place is needed.
    old = sa.select(invitations).where(invitations.c.workspace_id == caller.workspace_id, invitations.c.digest.in_(digests))
    for row in connection.execute(old).all():
        close(connection, row, "lapsed", row.lapses_at)
    written = invitations.insert().values(
        workspace_id=caller.workspace_id,
        email=kernel.sealer.seal(email, _place(caller.workspace_id)),
        digest=digests[0],
        role=role,
        lang=lang,
        invited_by=caller.account_id,
        sent_at=now,
        lapses_at=_lapse(connection, now),
    )
    return connection.execute(written.returning(invitations)).one()


def _mail(connection: sa.Connection, kernel: Kernel, workspace: Workspace, row: sa.Row[Any]) -> None:
    facts = {
        "workspace": workspace.name or "",
        "code": write_token(kernel, row.workspace_id, row.invitation_id),
        "until": row.lapses_at.isoformat(),
    }
    subject, text = render("workspace-invited", row.lang, facts)
    post(connection, kernel.sealer, Letter(_open(kernel, row).email, subject, text), row.sent_at)


def _lapse(connection: sa.Connection, at: datetime) -> datetime:
    return at + timedelta(days=current_sheet(connection, at).policy.invitation_days)


def _live(workspace_id: int, at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(invitations.c.workspace_id == workspace_id, _PENDING, invitations.c.lapses_at > at)


def _this(row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(invitations.c.workspace_id == row.workspace_id, invitations.c.invitation_id == row.invitation_id)


def _find_pending(connection: sa.Connection, workspace_id: int, digests: list[bytes], at: datetime) -> sa.Row[Any] | None:
    this = sa.select(invitations).where(_live(workspace_id, at), invitations.c.digest.in_(digests))
    return connection.execute(this).first()


def _read_pending(connection: sa.Connection, workspace_id: int, invitation_id: int, at: datetime) -> sa.Row[Any]:
    this = sa.select(invitations).where(_live(workspace_id, at), invitations.c.invitation_id == invitation_id)
    row = connection.execute(this).one_or_none()
    if row is None:
        raise Problem("not-found")
    return row


def _open(kernel: Kernel, row: sa.Row[Any]) -> Invitation:
    email = kernel.sealer.open(row.email, _place(row.workspace_id))
    return Invitation(row.invitation_id, email, row.role, row.sent_at, row.lapses_at)


def _place(workspace_id: int) -> str:
    return f"workspace:{workspace_id}:invited"
