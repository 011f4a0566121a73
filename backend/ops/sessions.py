"""An operator's sessions: opened by password and code, found by the cookie's secret, ended by signing out or by themselves."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from backend.accounts import forget_guessing, password_matches, refuse_guessing
from backend.kernel import Kernel
from backend.kernel.clock import SystemClock
from backend.kernel.ops import Act, log_act
from backend.kernel.tables import operators
from backend.ops.rules import find_step, session_lives
from backend.ops.tables import operator_logins, operator_sessions

_MACHINE = SystemClock()
_SEEN_EVERY = timedelta(minutes=1)


class Refused(ValueError):
    """Why a sign-in or an enrolment is refused: `code` names the sentence of the page."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Operator:
    """Who is signed in, and in which role now."""

    name: str
    role: str


def sign_in(kernel: Kernel, name: str, password: str, code: str) -> str:
    """The secret of a new session. Raises Refused (`sign-in-wrong`, whatever of the three it was) and `rate-limited`."""
    login = kernel.digester.digest("operator", name)
    refuse_guessing(kernel, login)
    with kernel.database.begin() as connection:
        row = connection.execute(sa.select(operator_logins).where(operator_logins.c.name == name).with_for_update()).one_or_none()
        matches = password_matches(row.password_hash if row else None, password)
        step = None
        if row is not None:
            step = find_step(kernel.sealer.open(row.totp, place_of_totp(name)), code, _MACHINE.now(), row.last_step)
        if row is None or not matches or step is None:
            raise Refused("sign-in-wrong")
        connection.execute(operator_logins.update().where(operator_logins.c.name == name).values(last_step=step))
        session = open_session(connection, kernel, name)
    forget_guessing(kernel, login)
    return session


def open_session(connection: sa.Connection, kernel: Kernel, name: str) -> str:
    """A session of its own for every sign-in, with a secret nobody had before."""
    session, now = secrets.token_urlsafe(32), _MACHINE.now()
    values = {"digest": _digest(session), "name": name, "opened_at": now, "seen_at": now}
    connection.execute(operator_sessions.insert().values(values))
    log_act(connection, Act(name, "signed in"), "operator.sign-in", f"operator {name}", kernel.clock.now())
    return session


def find_operator(kernel: Kernel, session: str) -> Operator | None:
    """Who this session belongs to; None where it has ended, which removes it."""
    now, this = _MACHINE.now(), operator_sessions.c.digest == _digest(session)
    with kernel.database.begin() as connection:
        found = sa.select(operator_sessions, operators.c.role).join(operators, operators.c.name == operator_sessions.c.name)
        row = connection.execute(found.where(this)).one_or_none()
        if row is None:
            return None
        if not session_lives(row.opened_at, row.seen_at, now):
            connection.execute(operator_sessions.delete().where(this))
            return None
        if now - row.seen_at >= _SEEN_EVERY:
            connection.execute(operator_sessions.update().where(this).values(seen_at=now))
        return Operator(row.name, row.role)


def sign_out(kernel: Kernel, session: str) -> None:
    """End this session."""
    with kernel.database.begin() as connection:
        connection.execute(operator_sessions.delete().where(operator_sessions.c.digest == _digest(session)))


def place_of_totp(name: str) -> str:
    """What a sealed secret of codes is bound to."""
    return f"operator:{name}:totp"


def _digest(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()
