"""Taking back what a source gave, of one visibility: removed, or kept for three months to tell its people (compliance K3).

From that instant on it is neither shown nor charged, and it goes with its value when its time is over. Nothing else is touched.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import sqlalchemy as sa

from backend.directory.importing import DIRECTORY_LOCK
from backend.directory.rows import add_months
from backend.directory.tables import facts, people
from backend.kernel.due import Until, at_instant
from backend.kernel.ops import Act, log_act

Way = Literal["inform_only", "removed"]
WAYS: tuple[Way, ...] = get_args(Way)
AT_ONCE = 20_000
"""Facts in one transaction: some seconds, while imports wait."""
MONTHS_TO_TELL = 3
"""So long what should not have been collected may serve to tell its people."""
_PURGED_AT_ONCE = 1_000


@dataclass(frozen=True)
class Given:
    """Open facts that a source gave, of one visibility and state, and of how many people."""

    visibility: str
    state: str
    facts: int
    people: int


@dataclass(frozen=True)
class TakenBack:
    """How many facts were taken back, and how many are left to be."""

    done: int
    left: int


def list_given(connection: sa.Connection, source_id: int) -> list[Given]:
    """What a source gave that is still open. Looks through the facts: for a page that is seldom opened."""
    f = facts.c
    counted = sa.select(f.visibility, f.state, sa.func.count(), sa.func.count(sa.distinct(f.person_id)))
    mine = counted.where(f.source_id == source_id, f.closed_at.is_(None))
    return [Given(*row) for row in connection.execute(mine.group_by(f.visibility, f.state).order_by(f.visibility, f.state))]


def take_back(connection: sa.Connection, act: Act, source_id: int, visibility: str, way: Way, at: datetime) -> TakenBack:
    """Take back some of what matches, from this instant on, with their count in the log; done again it goes on.

    Planted people keep theirs. Raises NoReason or NoOperator.
    """
    connection.execute(DIRECTORY_LOCK)
    f = facts.c
    planted = sa.select(people.c.person_id).where(people.c.planted.is_not(None))
    matching = [f.source_id == source_id, f.visibility == visibility, f.closed_at.is_(None), f.person_id.not_in(planted)]
    if way == "inform_only":
        matching.append(f.state != "inform_only")
    some = sa.select(f.person_id, f.fact_id).where(*matching).order_by(f.person_id, f.fact_id).limit(AT_ONCE).cte("some")
    these = sa.and_(f.person_id == some.c.person_id, f.fact_id == some.c.fact_id)
    closed = {"closed_at": at, "closed_reason": "withdrawn", "purge_at": at}
    change = {"state": "inform_only", "purge_at": add_months(at, MONTHS_TO_TELL)} if way == "inform_only" else closed
    done = connection.execute(facts.update().where(these).values(**change)).rowcount
    left = connection.execute(sa.select(sa.func.count()).where(*matching)).scalar_one()
    log_act(connection, act, f"source.{way}", f"source {source_id}, {visibility}: {done} details", at)
    return TakenBack(done, left)


class Purge:
    """Due work: what was taken back goes, some of it at once."""

    name = "purge"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest of it should have gone."""
        return sa.select(sa.func.min(facts.c.purge_at)).where(facts.c.purge_at <= until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Remove some."""
        return int(connection.execute(sa.select(sa.func.purge_facts(at_instant(until), _PURGED_AT_ONCE))).scalar_one())
