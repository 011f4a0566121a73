"""The ladder in the database: each step is recorded with the signs that caused it, and told upward in the same transaction.

The score lives in Redis and may be lost; what follows from it may not. A step that Redis knows and the database does not, since the
database was away when it began, is recorded at the next reveal.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel import Kernel
from backend.robots.scoring import Sign, Verdict
from backend.robots.tables import human_checks, robot_steps

_HEIGHTS = {"watch": 1, "ask": 2, "hold": 3, "passed": 0, "answered": 2, "released": 0}
_HEIGHT_NOW = f"""
SELECT (SELECT s.step FROM robot_steps s WHERE s.account_id = %(a)s AND s.step IN ({", ".join(f"'{step}'" for step in _HEIGHTS)})
        ORDER BY s.step_id DESC LIMIT 1),
       EXISTS (SELECT FROM human_checks c WHERE c.account_id = %(a)s AND c.passed_at IS NULL)
"""  # noqa: S608
# One reveal a thread: two that see the same step begin wait for each other here.
_ONE_AT_A_TIME = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('robot-steps', :account))")


@dataclass(frozen=True)
class LadderClimbed:
    """An account has come to a step of the ladder: `ask`, `hold`, or `failed` (its human check, three times)."""

    account_id: int
    step: str
    at: datetime
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Step:
    """One line of an account's ladder; `words` are an operator's reason or the user's appeal."""

    step: str
    at: datetime
    score: float | None
    signs: tuple[Sign, ...]
    decided_by: str | None
    words: str | None


def follow_score(kernel: Kernel, account_id: int, verdict: Verdict) -> bool:
    """Record the step that has begun, if one has; says whether a human check stands between this account and its next reveal.

    Costs nothing while the score is low. A held account is not asked: what it has left is its own, and a person decides.
    """
    if verdict.step == "none" or (verdict.step == "watch" and not verdict.began):
        return False
    (known, asked) = kernel.database.call(_HEIGHT_NOW, {"a": account_id})[0]
    if verdict.began or _HEIGHTS[verdict.step] > _HEIGHTS.get(known, 0):
        climb(kernel, account_id, verdict.step, verdict.signs, verdict.score)
        asked = asked or verdict.step == "ask"
    return bool(asked) and verdict.step == "ask"


def climb(kernel: Kernel, account_id: int, step: str, signs: Sequence[Sign], score: float | None) -> None:
    """Record a step and tell the rooms above, in one transaction. Said twice at once, it is done once."""
    at = kernel.clock.now()
    with kernel.database.begin() as connection:
        connection.execute(_ONE_AT_A_TIME, {"account": account_id})
        last = connection.execute(_newest(account_id, [*_HEIGHTS])).first()
        if last is not None and last.step == step and abs((at - last.at).total_seconds()) < 1:
            return
        note_step(connection, kernel, account_id, step, at, signs=signs, score=score)
        if step == "ask":
            _open_check(connection, account_id, at)
        kernel.events.emit(connection, LadderClimbed(account_id, step, at, tuple(signs)))


def note_step(
    connection: sa.Connection,
    kernel: Kernel,
    account_id: int,
    step: str,
    at: datetime,
    *,
    signs: Sequence[Sign] = (),
    score: float | None = None,
    decided_by: str | None = None,
    words: str | None = None,
) -> None:
    """Write one line of the ladder. Whom a person has released is asked nothing any more."""
    sealed = None if words is None else kernel.sealer.seal(words, _place(account_id))
    row = {"account_id": account_id, "step": step, "at": at, "score": score, "decided_by": decided_by, "words": sealed}
    connection.execute(robot_steps.insert().values(**row, signs=[asdict(sign) for sign in signs]))
    if step == "released":
        waits = sa.and_(human_checks.c.account_id == account_id, human_checks.c.passed_at.is_(None))
        connection.execute(human_checks.update().where(waits).values(passed_at=at))


def read_steps(connection: sa.Connection, kernel: Kernel, account_id: int) -> list[Step]:
    """An account's ladder, oldest first."""
    rows = connection.execute(sa.select(robot_steps).where(robot_steps.c.account_id == account_id).order_by(robot_steps.c.step_id))
    return [_step(kernel, row) for row in rows]


def read_newest(connection: sa.Connection, kernel: Kernel, account_id: int, steps: Sequence[str]) -> Step | None:
    """The newest line of one of these kinds."""
    row = connection.execute(_newest(account_id, steps)).first()
    return None if row is None else _step(kernel, row)


def forget(connection: sa.Connection, account_id: int) -> None:
    """The account is being deleted."""
    connection.execute(sa.select(sa.func.forget_robot(account_id)))


def _newest(account_id: int, steps: Sequence[str]) -> sa.Select[Any]:
    mine = sa.select(robot_steps).where(robot_steps.c.account_id == account_id, robot_steps.c.step.in_(steps))
    return mine.order_by(robot_steps.c.step_id.desc()).limit(1)


def _open_check(connection: sa.Connection, account_id: int, at: datetime) -> None:
    asked = insert(human_checks).values(account_id=account_id, opened_at=at)
    again = {"opened_at": at, "failures": 0, "passed_at": None}
    connection.execute(asked.on_conflict_do_update(index_elements=["account_id"], set_=again))


def _step(kernel: Kernel, row: sa.Row[Any]) -> Step:
    signs = tuple(Sign(**each) for each in row.signs)
    words = None if row.words is None else kernel.sealer.open(row.words, _place(row.account_id))
    return Step(row.step, row.at, row.score, signs, row.decided_by, words)


def _place(account_id: int) -> str:
    return f"account:{account_id}:robot"
