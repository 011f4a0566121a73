"""Synchronising with LinkedIn: consent, a ticket, one browser, one answer of the provider, one account a member (6.1.11, R25).

Ticket and state are each taken by removing their row, so that each works once. A cookie set at the start binds both to one browser.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts.cases import open_case, weigh_member
from backend.accounts.consent import CONSENT_VERSION
from backend.accounts.provider import IdentityRefused, LinkedInIdentityProvider, Member
from backend.accounts.records import open_email, read_row
from backend.accounts.rules import shares_a_word
from backend.accounts.steps import begin_when_done
from backend.accounts.tables import accounts, linkedin_members, linkedin_tickets
from backend.credits import change_permit
from backend.kernel import Kernel
from backend.kernel.emails import NotAnEmail, fold_email, read_email
from backend.kernel.problems import Problem
from backend.workspaces import lock_workspaces

WAY_MINUTES = 10
"""How long the way from the extension to LinkedIn and back may take, each half."""

Reason = Literal["link", "browser", "cancelled", "provider", "taken", "other-member", "suspended"]


ANOTHER_ACCOUNTS_MEMBER = "the LinkedIn member of another account"
"""The sign of a case: two accounts for one person."""


class SyncRefused(Exception):
    """The synchronisation did not finish; `reason` chooses the words of the page."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Departure:
    """Where the browser goes, and the cookie it must bring back."""

    url: str
    cookie: str


def ask_ticket(kernel: Kernel, account_id: int, consent: str | None) -> str:
    """The one-time address that starts the synchronisation; `consent-required` unless the present version is agreed to."""
    if consent != CONSENT_VERSION:
        raise Problem("consent-required")
    ticket, now = secrets.token_urlsafe(32), kernel.clock.now()
    with kernel.database.begin() as connection:
        connection.execute(linkedin_tickets.delete().where(linkedin_tickets.c.expires_at <= now))
        _keep(connection, ticket, now, {"account_id": account_id, "consent_version": consent})
    return f"{kernel.settings.public_url}/linkedin/start/{ticket}"


def start(kernel: Kernel, provider: LinkedInIdentityProvider, ticket: str) -> Departure:
    """Take the ticket and leave for the provider."""
    state, nonce, cookie = (secrets.token_urlsafe(32) for _ in range(3))
    with kernel.database.begin() as connection:
        taken = _take(connection, kernel, ticket, linkedin_tickets.c.cookie_digest.is_(None))
        if taken is None:
            raise SyncRefused("link")
        carried = {"account_id": taken.account_id, "consent_version": taken.consent_version}
        _keep(connection, state, kernel.clock.now(), {**carried, "cookie_digest": _digest(cookie), "nonce": nonce})
    return Departure(provider.authorize_url(callback_of(kernel), state, nonce), cookie)


def finish(kernel: Kernel, provider: LinkedInIdentityProvider, *, state: str, cookie: str, code: str, cancelled: bool) -> None:
    """The browser is back: find out who it is, and synchronise. Raises SyncRefused."""
    with kernel.database.begin() as connection:
        taken = _take(connection, kernel, state, linkedin_tickets.c.cookie_digest == _digest(cookie))
    if taken is None:
        raise SyncRefused("browser")
    if cancelled:
        raise SyncRefused("cancelled")
    try:
        member = provider.identify(code, callback_of(kernel), taken.nonce)
    except IdentityRefused:
        raise SyncRefused("provider") from None
    synchronise(kernel, taken.account_id, member, taken.consent_version)


def synchronise(kernel: Kernel, account_id: int, member: Member, consent: str) -> None:
    """Remember that the account is this member's, until the consent must be renewed. Raises SyncRefused.

    Whoever comes with the member of another account is refused, and a person looks at it.
    """
    try:
        _synchronise(kernel, account_id, member, consent)
    except SyncRefused as refused:
        if refused.reason == "taken":
            with kernel.database.begin() as connection:
                read_row(connection, account_id, lock=True)
                open_case(connection, account_id, "shared-account", [ANOTHER_ACCOUNTS_MEMBER], kernel.clock.now())
        raise


def _synchronise(kernel: Kernel, account_id: int, member: Member, consent: str) -> None:
    now = kernel.clock.now()
    renew_by = now + timedelta(days=kernel.settings.synchronisation_days)
    with kernel.database.begin() as connection:
        row = read_row(connection, account_id, lock=True)
        if row.state != "active":
            raise SyncRefused("suspended")
        email = open_email(kernel, row)
        lock_workspaces(connection, row.workspace_id)
        digest = _claim(connection, kernel, row, member.sub, renew_by)
        facts = {
            "synced_at": now,
            "renew_by": renew_by,
            "consent_version": consent,
            "picture_present": member.picture_present,
            "email_match": _is_same_email(member.email, email),
            "email_verified": member.email_verified,
        }
        connection.execute(linkedin_members.update().where(linkedin_members.c.digest == digest).values(**facts))
        connection.execute(accounts.update().where(accounts.c.account_id == account_id).values(linkedin_member=digest))
        change_permit(connection, row.workspace_id, account_id, {"synced_until": renew_by})
        begin_when_done(connection, kernel, account_id)
        if member.email and not facts["email_match"] and not shares_a_word(member.name, email):
            open_case(connection, account_id, "not-the-user", ["another name", "another email"], now)
        weigh_member(connection, account_id, now)


def callback_of(kernel: Kernel) -> str:
    """Where the provider sends the browser back to."""
    return f"{kernel.settings.public_url}/linkedin/callback"


def _claim(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], sub: str, renew_by: datetime) -> bytes:
    """The key of the member's row, which is this account's from now on; a rival for the same member waits here, and is refused."""
    digests = kernel.digester.digests("linkedin-sub", sub)
    fresh = insert(linkedin_members).values(
        digest=digests[0],
        account_id=row.account_id,
        synced_at=kernel.clock.now(),
        consent_version="",
        renew_by=renew_by,
        picture_present=False,
        email_match=False,
    )
    known = sa.select(linkedin_members).where(linkedin_members.c.digest.in_(digests)).with_for_update()
    held = connection.execute(known).first()
    if held is None and row.linkedin_member is None:
        connection.execute(fresh.on_conflict_do_nothing())
        held = connection.execute(known).one()
    if held is None:
        raise SyncRefused("other-member")
    if held.account_id != row.account_id:
        raise SyncRefused("taken")
    return bytes(held.digest)


def _keep(connection: sa.Connection, secret: str, now: datetime, facts: dict[str, Any]) -> None:
    row = {"digest": _digest(secret), "expires_at": now + timedelta(minutes=WAY_MINUTES), **facts}
    connection.execute(linkedin_tickets.insert().values(**row))


def _take(connection: sa.Connection, kernel: Kernel, secret: str, bound: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
    this = sa.and_(linkedin_tickets.c.digest == _digest(secret), linkedin_tickets.c.expires_at > kernel.clock.now(), bound)
    return connection.execute(linkedin_tickets.delete().where(this).returning(linkedin_tickets)).one_or_none()


def _is_same_email(claimed: str | None, email: str) -> bool:
    try:
        return claimed is not None and fold_email(read_email(claimed)) == fold_email(email)
    except NotAnEmail:
        return False


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
