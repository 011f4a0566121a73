"""Maintenance and incidents: switched and opened with a reason; every user is told when one begins, and is over (13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.accounts import list_account_ids, move_account_limits
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.incidents import Incident, close_incident, find_permanent, open_incident
from backend.kernel.messages import Message, tell_all
from backend.kernel.ops import Act, log_act
from backend.kernel.switches import MAINTENANCE, switch
from backend.kernel.tables import FORCE_MAJEURE, incident_notices, incidents, switches
from backend.subscriptions import move_subscription_limits

_AT_ONCE = 200


@dataclass(frozen=True)
class Maintenance:
    """Maintenance that is on, and its planned end."""

    since: datetime
    reason: str
    ends_at: datetime | None


@dataclass(frozen=True)
class Notice:
    """How far the telling of one stage of an incident is; `told_at` is None while it goes on."""

    stage: str
    due_at: datetime
    told_at: datetime | None


def read_maintenance(connection: sa.Connection) -> Maintenance | None:
    """What is on now; None where nothing is."""
    found = sa.select(switches.c.since, switches.c.reason, switches.c.ends_at).where(switches.c.name == MAINTENANCE)
    row = connection.execute(found).one_or_none()
    return Maintenance(*row) if row else None


def set_maintenance(connection: sa.Connection, kernel: Kernel, act: Act, *, on: bool, ends_at: datetime | None = None) -> None:
    """Switch maintenance on until a planned end, or off. Every process knows within seconds."""
    log_act(connection, act, "maintenance.on" if on else "maintenance.off", "maintenance", kernel.clock.now())
    switch(connection, MAINTENANCE, on, act.reason.strip(), ends_at)


def open_logged(
    connection: sa.Connection, kernel: Kernel, act: Act, kind: str, words: Mapping[str, str], opened_at: datetime
) -> int:
    """Open an incident; its number. Raises NotNow."""
    now = kernel.clock.now()
    incident_id = open_incident(connection, kind, words, opened_at, now)
    log_act(connection, act, "incident.open", f"incident {incident_id}", now)
    return incident_id


def close_logged(connection: sa.Connection, kernel: Kernel, act: Act, incident_id: int) -> Incident:
    """It is over; the limits that a force majeure kept from running out move by its length. Raises NotNow."""
    now = kernel.clock.now()
    log_act(connection, act, "incident.close", f"incident {incident_id}", now)
    incident = close_incident(connection, incident_id, now)
    if incident.kind == FORCE_MAJEURE:
        length = now - incident.opened_at
        move_account_limits(connection, incident.opened_at, length)
        move_subscription_limits(connection, incident.opened_at, length)
    return incident


def make_permanent(connection: sa.Connection, kernel: Kernel, act: Act, incident_id: int) -> Incident:
    """A force majeure is for good: contracts end as of its event (13.3). Raises NotNow."""
    now = kernel.clock.now()
    log_act(connection, act, "incident.permanent", f"incident {incident_id}", now)
    return find_permanent(connection, incident_id, now)


def read_notices(connection: sa.Connection, incident_ids: list[int]) -> dict[int, list[Notice]]:
    """By incident, what users are told of it and how far that is."""
    c = incident_notices.c
    rows = connection.execute(sa.select(incident_notices).where(c.incident_id.in_(incident_ids)).order_by(c.due_at))
    found: dict[int, list[Notice]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(Notice(row.stage, row.due_at, row.told_at))
    return found


class IncidentNotices:
    """Due work: tells every user of one stage of an incident, some at a time (13.4)."""

    name = "incident-notices"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest stage began that somebody has still to be told of."""
        c = incident_notices.c
        return sa.select(sa.func.min(c.due_at)).where(c.told_at.is_(None), c.due_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        """Tell some users."""
        c = incident_notices.c
        waiting = sa.select(incident_notices).where(c.told_at.is_(None), c.due_at <= until).order_by(c.due_at, c.incident_id)
        row = connection.execute(waiting.limit(1).with_for_update(skip_locked=True)).one_or_none()
        if row is None:
            return False
        incident = connection.execute(sa.select(incidents).where(incidents.c.incident_id == row.incident_id)).one()
        users = list_account_ids(connection, row.told_through, _AT_ONCE)
        facts: dict[str, Any] = {"opened": incident.opened_at, "at": row.due_at, "contact": self._kernel.settings.contact}
        facts |= {f"words_{lang}": said for lang, said in incident.words.items()}
        code, ref = f"{incident.kind}-{row.stage}", str(incident.incident_id)
        tell_all(connection, self._kernel.sealer, [Message(account_id, code, ref, until, facts) for account_id in users])
        change: dict[str, Any] = {"told_through": users[-1]} if users else {}
        if len(users) < _AT_ONCE:
            change["told_at"] = until
        this = sa.and_(c.incident_id == row.incident_id, c.stage == row.stage)
        connection.execute(incident_notices.update().where(this).values(**change))
        return True
