"""Taking back what a source gave, of one visibility: kept to tell people only, or closed (compliance K3). Nothing else is touched.

The values stay sealed in their rows; removing those is the purge's matter, which is not built yet.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa

from backend.directory.importing import DIRECTORY_LOCK
from backend.directory.tables import facts, people
from backend.kernel.ops import Act, log_act

Way = Literal["inform_only", "withdrawn"]
WAYS: tuple[Way, ...] = get_args(Way)
AT_ONCE = 20_000
"""Facts in one transaction: some seconds, while imports wait."""


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
    change = {"state": "inform_only"} if way == "inform_only" else {"closed_at": at, "closed_reason": "withdrawn"}
    done = connection.execute(facts.update().where(these).values(**change)).rowcount
    left = connection.execute(sa.select(sa.func.count()).where(*matching)).scalar_one()
    log_act(connection, act, f"source.{way}", f"source {source_id}, {visibility}: {done} details", at)
    return TakenBack(done, left)
