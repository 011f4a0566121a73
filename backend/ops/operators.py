"""Those who run Candor: named, given a role and a link, ended; nobody ends themselves, and the last admin stays."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act, make_operator
from backend.kernel.tables import OPERATOR_ROLES, operators
from backend.ops.enrolment import ask_to_enrol
from backend.ops.roles import ADMIN
from backend.ops.tables import operator_enrolments, operator_logins, operator_sessions


class NotAllowed(ValueError):
    """Why not: `self`, `last-admin`, `unknown`, `taken`, `incomplete`."""


@dataclass(frozen=True)
class Listed:
    """One of them; `enrolled_at` is None before they have set password and codes."""

    name: str
    role: str
    created_at: datetime
    enrolled_at: datetime | None
    seen_at: datetime | None


def list_operators(connection: sa.Connection, most: int = 200) -> list[Listed]:
    """Everybody, by name."""
    seen = sa.select(sa.func.max(operator_sessions.c.seen_at)).where(operator_sessions.c.name == operators.c.name)
    found = sa.select(
        operators.c.name, operators.c.role, operators.c.created_at, operator_logins.c.enrolled_at, seen.scalar_subquery()
    ).select_from(operators.outerjoin(operator_logins, operator_logins.c.name == operators.c.name))
    return [Listed(*row) for row in connection.execute(found.order_by(operators.c.name).limit(most))]


def name_operator(connection: sa.Connection, kernel: Kernel, act: Act, name: str, role: str) -> str:
    """Somebody runs Candor from now on; the link to their sign-in. Raises NotAllowed."""
    if not name or role not in OPERATOR_ROLES:
        raise NotAllowed("incomplete")
    now = kernel.clock.now()
    log_act(connection, act, "operator.create", f"operator {name}", now)
    if not make_operator(connection, name, role, now):
        raise NotAllowed("taken")
    return ask_to_enrol(connection, kernel, name)


def renew_link(connection: sa.Connection, kernel: Kernel, act: Act, name: str) -> str:
    """A new link for whoever lost password or authenticator. Raises NotAllowed."""
    _lock(connection, name)
    log_act(connection, act, "operator.invite", f"operator {name}", kernel.clock.now())
    return ask_to_enrol(connection, kernel, name)


def change_role(connection: sa.Connection, kernel: Kernel, act: Act, name: str, role: str) -> None:
    """Another role from the next page on. Raises NotAllowed."""
    if role not in OPERATOR_ROLES:
        raise NotAllowed("incomplete")
    admins = _lock(connection, name)
    if name == act.by:
        raise NotAllowed("self")
    if role != ADMIN and admins == {name}:
        raise NotAllowed("last-admin")
    log_act(connection, act, f"operator.{role}", f"operator {name}", kernel.clock.now())
    connection.execute(operators.update().where(operators.c.name == name).values(role=role))


def end_operator(connection: sa.Connection, kernel: Kernel, act: Act, name: str) -> None:
    """They run Candor no more: every session and link of theirs ends. The log keeps their name. Raises NotAllowed."""
    admins = _lock(connection, name)
    if name == act.by:
        raise NotAllowed("self")
    if admins == {name}:
        raise NotAllowed("last-admin")
    log_act(connection, act, "operator.end", f"operator {name}", kernel.clock.now())
    for table in (operator_sessions, operator_enrolments, operator_logins, operators):
        connection.execute(table.delete().where(table.c.name == name))


def _lock(connection: sa.Connection, name: str) -> set[str]:
    """Lock the admins, so that two of them cannot end each other at once; their names."""
    rows = connection.execute(sa.select(operators).order_by(operators.c.name).with_for_update()).all()
    if name not in {row.name for row in rows}:
        raise NotAllowed("unknown")
    return {row.name for row in rows if row.role == ADMIN}
