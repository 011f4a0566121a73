"""Setting an operator's password and codes: by a link that `candor ops create` prints, which works once and for a day."""

import hashlib
import secrets
from dataclasses import dataclass

import pyotp
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import find_weakness, hash_password
from backend.kernel import Kernel
from backend.kernel.clock import SystemClock
from backend.ops.rules import LINK_LASTS, find_step
from backend.ops.sessions import Refused, open_session, place_of_totp
from backend.ops.tables import operator_enrolments, operator_logins, operator_sessions

_MACHINE = SystemClock()
"""Codes and sessions stay on the machine's clock, also where the sandbox's stands still."""


@dataclass(frozen=True)
class Enrolment:
    """Whose it is, and the secret that goes into their authenticator."""

    name: str
    secret: str

    @property
    def address(self) -> str:
        """What an authenticator reads from the picture."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=self.name, issuer_name="Candor")


def ask_to_enrol(connection: sa.Connection, kernel: Kernel, name: str) -> str:
    """A new link for this operator, in place of an older one; the address. What they have signs in until it is used."""
    link = secrets.token_urlsafe(24)
    values = {
        "digest": _digest(link),
        "totp": kernel.sealer.seal(pyotp.random_base32(), place_of_totp(name)),
        "ends_at": _MACHINE.now() + LINK_LASTS,
    }
    made = insert(operator_enrolments).values(name=name, **values)
    connection.execute(made.on_conflict_do_update(index_elements=["name"], set_=values))
    return f"{kernel.settings.public_url}/ops/enrol/{link}"


def read_enrolment(connection: sa.Connection, kernel: Kernel, link: str) -> Enrolment | None:
    """What the link sets; None where it was used or is too old."""
    row = connection.execute(sa.select(operator_enrolments).where(operator_enrolments.c.digest == _digest(link))).one_or_none()
    if row is None or row.ends_at <= _MACHINE.now():
        return None
    return Enrolment(row.name, kernel.sealer.open(row.totp, place_of_totp(row.name)))


def enrol(kernel: Kernel, link: str, password: str, code: str) -> str:
    """Set password and codes; the secret of a new session. Every open session of before ends.

    Raises Refused: `link-over`, `password-weak`, `code-wrong`; the link works on then.
    """
    with kernel.database.begin() as connection:
        found = read_enrolment(connection, kernel, link)
        if found is None:
            raise Refused("link-over")
        if find_weakness(password, found.name):
            raise Refused("password-weak")
        step = find_step(found.secret, code, _MACHINE.now(), last_step=0)
        if step is None:
            raise Refused("code-wrong")
        this = operator_enrolments.c.digest == _digest(link)
        used = connection.execute(operator_enrolments.delete().where(this).returning(operator_enrolments.c.name)).first()
        if used is None:  # it was used meanwhile
            raise Refused("link-over")
        values = {
            "password_hash": hash_password(password),
            "totp": kernel.sealer.seal(found.secret, place_of_totp(found.name)),
            "last_step": step,
            "enrolled_at": _MACHINE.now(),
        }
        login = insert(operator_logins).values(name=found.name, **values)
        connection.execute(login.on_conflict_do_update(index_elements=["name"], set_=values))
        connection.execute(operator_sessions.delete().where(operator_sessions.c.name == found.name))
        return open_session(connection, kernel, found.name)


def _digest(link: str) -> bytes:
    return hashlib.sha256(link.encode()).digest()
