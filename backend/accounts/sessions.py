"""Sessions: signing in, refreshing, signing out. A refresh token works once; an older one ends the whole family (its session).

A refresh token reads: account (26 characters), session (26), secret. The first two are ids nobody can make up, so a wrong secret
behind right ids is always an older token of that session. It is taken strictly, also when two refreshes cross: send one at a time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend.accounts.arrivals import note_arrival
from backend.accounts.attempts import forget_guessing, refuse_guessing
from backend.accounts.passwords import password_matches
from backend.accounts.records import find_row, login_digests, read_row
from backend.accounts.sightings import Place, forget_sighting, note_sighting
from backend.accounts.suspension_records import describe_obstacle
from backend.accounts.tables import accounts, sessions
from backend.credits import end_sessions
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.ids import ID_LENGTH
from backend.kernel.problems import Problem
from backend.terms import hold_to_acceptances

WEB = "web"
"""The client of a session on our own pages: its token stands in a cookie, stays as it is, and gets nobody an access token."""
_LONGEST_TOKEN = 200


@dataclass(frozen=True)
class SignedIn:
    """A session as its owner gets it: whom an access token shall name, and the refresh token, shown this once."""

    caller: Caller
    refresh_token: str


def sign_in(kernel: Kernel, email: str, password: str, client: str, place: Place) -> SignedIn:
    """Start a session. An unknown address takes as long as a wrong password, and is answered the same."""
    login = login_digests(kernel, email)
    with kernel.database.begin() as connection:
        found = find_row(connection, login)
    # After the look: who tries while the database is away has tried no password.
    refuse_guessing(kernel, login[0])
    if not password_matches(found.password_hash if found else None, password) or found is None:
        raise Problem("credentials-wrong")
    forget_guessing(kernel, login[0])
    with kernel.database.begin() as connection:
        row = read_row(connection, found.account_id, lock=True)
        if row.password_hash != found.password_hash:
            raise Problem("credentials-wrong")
        if row.state != "active":
            raise Problem(f"account-{row.state}", describe_obstacle(connection, kernel, row))
        started = start_session(connection, kernel, row.account_id, row.workspace_id, client)
        note_sighting(connection, kernel, started.caller, place)
    note_arrival(kernel, started.caller.account_id, place.address)
    return started


def open_session(kernel: Kernel, account_id: int) -> SignedIn:
    """A session without a password: for the sandbox."""
    with kernel.database.begin() as connection:
        row = read_row(connection, account_id)
        return start_session(connection, kernel, account_id, row.workspace_id, client="")


def start_session(connection: sa.Connection, kernel: Kernel, account_id: int, workspace_id: int, client: str) -> SignedIn:
    """Start a session for an account that has shown who it is, in the caller's transaction."""
    now, secret = kernel.clock.now(), secrets.token_urlsafe(32)
    started = connection.execute(
        sessions.insert()
        .values(
            account_id=account_id,
            refresh_digest=_digest(secret),
            client=client,
            created_at=now,
            expires_at=now + timedelta(days=kernel.settings.session_days),
        )
        .returning(sessions.c.session_id)
    )
    hold_to_acceptances(connection, workspace_id, account_id)
    caller = Caller(account_id, workspace_id, started.scalar_one())
    return SignedIn(caller, _write_token(kernel, caller, secret))


def refresh(kernel: Kernel, token: str, place: Place) -> SignedIn:
    """Change a refresh token for a new one; raises `refresh-reused` and ends the session where it was changed before."""
    account_id, session_id, secret = _read_token(kernel, token)
    now, fresh = kernel.clock.now(), secrets.token_urlsafe(32)
    this = sa.and_(sessions.c.account_id == account_id, sessions.c.session_id == session_id)
    with kernel.database.begin() as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.account_id == account_id).with_for_update()).one_or_none()
        session = connection.execute(sa.select(sessions).where(this)).one_or_none()
        if row is None or session is None or session.client == WEB:
            raise Problem("token-invalid")
        refused = _find_obstacle(row, session, secret, expired=session.expires_at <= now)
        detail = describe_obstacle(connection, kernel, row) if refused == "account-suspended" else ""
        if refused == "":
            until = now + timedelta(days=kernel.settings.session_days)
            connection.execute(sessions.update().where(this).values(refresh_digest=_digest(fresh), expires_at=until))
            hold_to_acceptances(connection, row.workspace_id, account_id)
            note_sighting(connection, kernel, Caller(account_id, row.workspace_id, session_id), place)
        elif refused == "refresh-reused" and session.ended_at is None:
            end(connection, kernel, row, [session_id], "refresh-reused")
    # Raised after the transaction: the family's end must stand.
    if refused:
        raise Problem(refused, detail)
    note_arrival(kernel, account_id, place.address)
    caller = Caller(account_id, row.workspace_id, session_id)
    return SignedIn(caller, _write_token(kernel, caller, fresh))


def find_reader(kernel: Kernel, cookie: str) -> Caller:
    """Who reads our pages with this cookie. Raises the Problem of one that opens nothing, or nothing any more."""
    account_id, session_id, secret = _read_token(kernel, cookie)
    this = sa.and_(sessions.c.account_id == account_id, sessions.c.session_id == session_id, sessions.c.client == WEB)
    with kernel.database.begin() as connection:
        session = connection.execute(sa.select(sessions).where(this)).one_or_none()
        if session is None:
            raise Problem("token-invalid")
        row = read_row(connection, account_id)
        refused = _find_obstacle(row, session, secret, expired=session.expires_at <= kernel.clock.now())
        if refused:
            raise Problem(refused, describe_obstacle(connection, kernel, row) if refused == "account-suspended" else "")
        return Caller(account_id, row.workspace_id, session_id)


def sign_out(kernel: Kernel, caller: Caller) -> None:
    """End the caller's session; its access token is refused from now on."""
    with kernel.database.begin() as connection:
        row = read_row(connection, caller.account_id, lock=True)
        end(connection, kernel, row, [caller.session_id], "signed-out")


def end_others(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], kept: int | None, reason: str) -> None:
    """End every session of a locked account but `kept`."""
    running = sa.select(sessions.c.session_id).where(sessions.c.account_id == row.account_id, sessions.c.ended_at.is_(None))
    ended = [session_id for session_id in connection.execute(running).scalars() if session_id != kept]
    end(connection, kernel, row, ended, reason)


def end(connection: sa.Connection, kernel: Kernel, row: sa.Row[Any], ended: Sequence[int], reason: str) -> None:
    """End these sessions of a locked account, and their access tokens at once."""
    now = kernel.clock.now()
    mine = sessions.c.account_id == row.account_id
    token_life = timedelta(minutes=kernel.settings.access_token_minutes + 1)
    told = connection.execute(sa.select(sessions.c.session_id).where(mine, sessions.c.ended_at > now - token_life))
    still_told = list(told.scalars())
    running = sa.and_(mine, sessions.c.session_id.in_(ended), sessions.c.ended_at.is_(None))
    connection.execute(sessions.update().where(running).values(ended_at=now, reason=reason))
    forget_sighting(connection, row.account_id, ended)
    end_sessions(connection, row.workspace_id, row.account_id, ended, still_told)


def _find_obstacle(row: sa.Row[Any], session: sa.Row[Any], secret: str, *, expired: bool) -> str:
    newest = hmac.compare_digest(session.refresh_digest, _digest(secret))
    if session.ended_at is not None:
        return "refresh-reused" if session.reason == "refresh-reused" else "session-ended"
    if not newest:
        return "refresh-reused"
    if expired:
        return "token-expired"
    return "" if row.state == "active" else f"account-{row.state}"


def _write_token(kernel: Kernel, caller: Caller, secret: str) -> str:
    account = kernel.ids.encode("refresh-account", 0, caller.account_id)
    return account + kernel.ids.encode("refresh-session", caller.account_id, caller.session_id) + secret


def _read_token(kernel: Kernel, token: str) -> tuple[int, int, str]:
    account, session, secret = token[:ID_LENGTH], token[ID_LENGTH : 2 * ID_LENGTH], token[2 * ID_LENGTH : _LONGEST_TOKEN]
    account_id = kernel.ids.decode("refresh-account", 0, account)
    session_id = None if account_id is None else kernel.ids.decode("refresh-session", account_id, session)
    if account_id is None or session_id is None:
        raise Problem("token-invalid")
    return account_id, session_id, secret


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
