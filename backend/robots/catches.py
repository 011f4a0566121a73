"""What other numbers of the ladder would have caught: what accounts did, once more through the score, on keys of its own.

Kept is when each account first stood how high, and not which step that was. A number of the ladder only cuts that path, so that any
three can be tried on it at once.
"""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import redis
import sqlalchemy as sa

from backend.kernel.due import Until
from backend.robots.scoring import Action, arguments_of, keys_of, script_alone
from backend.robots.tables import robot_steps, score_paths, score_replays
from backend.robots.thresholds import THRESHOLDS

LEVEL = 0.5
"""A path says where it stood to the half."""
HIGHEST = 2 * float(THRESHOLDS.tree["ladder"]["hold"])
"""The score goes no higher."""
LEAST = float(THRESHOLDS.tree["ladder"]["watch"]) / 2
"""Paths that stay below are counted and not kept; no number below is tried."""
AT_ONCE = 20
"""Actions in one call: two milliseconds in which Redis serves nobody else."""

_ALONE = "return score(KEYS, 0, ARGV, 0)\n"
_LOT = """
local args, wide, highest, found = cjson.decode(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), {}
for i = 0, #args / wide - 1 do
  local level = math.floor(tonumber(score(KEYS, 0, args, wide * i)[2]) / tonumber(ARGV[4]))
  if level > highest then
    highest = level
    found[#found + 1] = i
    found[#found + 1] = level
  end
end
return found
"""


@dataclass(frozen=True)
class Mark:
    """The score stood at `height` or above for the first time, after so many reveals."""

    height: float
    at: int
    """Milliseconds since 1970."""
    reveals: int


@dataclass(frozen=True)
class Path:
    """How an account's score climbed: each mark higher than the one before."""

    account_id: int
    reveals: int
    marks: tuple[Mark, ...]

    def first(self, height: float) -> Mark | None:
        """When it first stood so high; None where it never did."""
        return next((mark for mark in self.marks if mark.height >= height), None)


@dataclass(frozen=True)
class Replay:
    """A replay of the actions since an instant; `ended_at` is None while it goes on. `cut`: it ended before the last account."""

    replay_id: int
    asked_at: datetime
    since: datetime
    thresholds: str
    accounts: int
    actions: int
    cut: bool
    ended_at: datetime | None


def follow(client: "redis.Redis", name: str, account_id: int, actions: Sequence[Action]) -> Path:
    """Score an account's actions in their order, under a name that is no account's. Raises redis.RedisError."""
    keys, script = keys_of(name), client.register_script(script_alone().removesuffix(_ALONE) + _LOT)
    marks: list[Mark] = []
    highest, reveals = 0, 0
    client.delete(*keys)
    try:
        for begin in range(0, len(actions), AT_ONCE):
            lot = actions[begin : begin + AT_ONCE]
            arguments = [arguments_of(action) for action in lot]
            flat = [argument for each in arguments for argument in each]
            found = script(keys=keys, args=[json.dumps(flat), len(arguments[0]), highest, LEVEL])
            for place, level in zip(found[::2], found[1::2], strict=True):
                before = reveals + sum(action.action == "reveal" for action in lot[:place])
                marks.append(Mark(level * LEVEL, lot[place].at, before))
                highest = level
            reveals += sum(action.action == "reveal" for action in lot)
    finally:
        client.delete(*keys)
    return Path(account_id, reveals, tuple(marks))


def add_steps(path: Path, times: Sequence[int], steps: Sequence[tuple[int, float]]) -> Path:
    """The path with what is known of the account's real steps, each an instant and a score; `times` are its reveals.

    The reveal that was answered with a question was not paid for, and so is not replayed.
    """
    marks = [Mark(score // LEVEL * LEVEL, at, bisect_left(times, at)) for at, score in steps]
    rising: list[Mark] = []
    for mark in sorted([*path.marks, *marks], key=lambda each: (each.at, each.height)):
        if not rising or mark.height > rising[-1].height:
            rising.append(mark)
    return Path(path.account_id, path.reveals, tuple(rising))


def read_climbs(connection: sa.Connection, account_ids: Sequence[int], since: datetime) -> dict[int, list[tuple[int, float]]]:
    """By account, the steps that its score has climbed since then: when (milliseconds since 1970), and how high it stood."""
    c = robot_steps.c
    climbed = sa.select(c.account_id, c.at, c.score).where(c.account_id.in_(account_ids), c.at >= since, c.score.is_not(None))
    found: dict[int, list[tuple[int, float]]] = {}
    for account_id, at, score in connection.execute(climbed.order_by(c.account_id, c.step_id)):
        found.setdefault(account_id, []).append((round(at.timestamp() * 1000), score))
    return found


def begin_replay(connection: sa.Connection, since: datetime, at: datetime) -> bool:
    """Ask for a replay, in place of the last one; False while one goes on."""
    connection.execute(sa.text("LOCK TABLE score_replays IN SHARE ROW EXCLUSIVE MODE"))
    going = sa.select(score_replays.c.replay_id).where(score_replays.c.ended_at.is_(None))
    if connection.execute(going.limit(1)).first() is not None:
        return False
    connection.execute(score_paths.delete())
    connection.execute(score_replays.delete())
    connection.execute(score_replays.insert().values(asked_at=at, due_at=at, since=since, thresholds=THRESHOLDS.sha256))
    return True


def next_replay(until: Until) -> sa.Select[tuple[datetime]]:
    """The instant at which the next part of a replay is due."""
    c = score_replays.c
    return sa.select(sa.func.min(c.due_at)).where(c.ended_at.is_(None), c.due_at <= until)


def take_replay(connection: sa.Connection, until: datetime) -> tuple[Replay, int] | None:
    """The replay that goes on, locked, and after which account; None where there is none, or another worker is at it."""
    c = score_replays.c
    due = sa.select(score_replays).where(c.ended_at.is_(None), c.due_at <= until).with_for_update(skip_locked=True)
    row = connection.execute(due.limit(1)).one_or_none()
    return (_read(row), row.after_account_id) if row else None


def keep_part(
    connection: sa.Connection, replay: Replay, paths: Sequence[Path], *, actions: int, after: int, due_at: datetime
) -> None:
    """Keep what a part of the accounts came to, and where the next part begins."""
    high = [path for path in paths if path.first(LEAST)]
    if high:
        rows = [
            {
                "account_id": path.account_id,
                "replay_id": replay.replay_id,
                "reveals": path.reveals,
                "marks": [[mark.height, mark.at, mark.reveals] for mark in path.marks],
            }
            for path in high
        ]
        connection.execute(score_paths.insert(), rows)
    c = score_replays.c
    done = {"accounts": c.accounts + len(paths), "actions": c.actions + actions, "after_account_id": after, "due_at": due_at}
    connection.execute(score_replays.update().where(c.replay_id == replay.replay_id).values(**done))


def end_replay(connection: sa.Connection, replay: Replay, at: datetime, *, cut: bool) -> None:
    """There is nothing more to replay, or no more than this is replayed."""
    this = score_replays.c.replay_id == replay.replay_id
    connection.execute(score_replays.update().where(this).values(ended_at=at, cut=cut))


def read_replay(connection: sa.Connection) -> Replay | None:
    """The last replay."""
    row = connection.execute(sa.select(score_replays).order_by(score_replays.c.replay_id.desc()).limit(1)).one_or_none()
    return _read(row) if row else None


def read_paths(connection: sa.Connection, replay_id: int) -> list[Path]:
    """The paths that came to something, by account."""
    kept = sa.select(score_paths).where(score_paths.c.replay_id == replay_id).order_by(score_paths.c.account_id)
    return [Path(row.account_id, row.reveals, tuple(Mark(*mark) for mark in row.marks)) for row in connection.execute(kept)]


def count_steps(connection: sa.Connection, since: datetime) -> dict[str, int]:
    """Of each step of the ladder, how many accounts took it since then."""
    c = robot_steps.c
    counted = sa.select(c.step, sa.func.count(sa.distinct(c.account_id))).where(c.at >= since).group_by(c.step)
    return {row[0]: row[1] for row in connection.execute(counted)}


def _read(row: "sa.Row[tuple[object, ...]]") -> Replay:
    return Replay(**{name: getattr(row, name) for name in Replay.__dataclass_fields__})
