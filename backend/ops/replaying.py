"""The replay of the last days through the robot score: what is taken from the ledger, and what numbers would have done.

Redis serves the hot path meanwhile: actions go there a few at a time, and each part is followed by a rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import redis
import sqlalchemy as sa

from backend.accounts import list_account_ids
from backend.credits import Seen, list_workspaces, read_reveal_times
from backend.kernel import Kernel
from backend.kernel.due import Until
from backend.kernel.ops import Act, log_act
from backend.robots import (
    HIGHEST,
    LEAST,
    LEVEL,
    THRESHOLDS,
    Action,
    Path,
    add_steps,
    begin_replay,
    digest,
    end_replay,
    follow,
    keep_part,
    next_replay,
    read_climbs,
    take_replay,
)

DAYS = 30
MOST = 2_000_000
"""Actions of one replay: what an hour can do beside everything else."""
STEPS = ("watch", "ask", "hold")
_PART = 4_000
_REST = timedelta(seconds=2)
_ACCOUNTS = 200
_MOST_OF_ONE = 20_000
_PATIENCE = 2.0


class GoesOn(RuntimeError):
    """A replay has not ended yet."""


class NotALadder(ValueError):
    """Three numbers that cannot be tried."""


@dataclass(frozen=True)
class Caught:
    """What a number catches: how many accounts, their share of all, and after how many reveals (the middle, nine in ten)."""

    height: float
    accounts: int
    share: float
    middle: int | None
    most: int | None


class ScoreReplay:
    """Due work: a replay that was asked for, one part after another."""

    name = "score-replay"

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the next part is due."""
        return next_replay(until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Replay a part of the accounts. Raises redis.RedisError, and then that part is replayed again."""
        taken = take_replay(connection, until)
        if taken is None:
            return 0
        replay, after = taken
        waiting = list_account_ids(connection, after, _ACCOUNTS)
        workspaces, climbs = list_workspaces(connection, waiting), read_climbs(connection, waiting, replay.since)
        paths: list[Path] = []
        actions, last = 0, False
        with redis.Redis.from_url(self._kernel.settings.redis_url, socket_timeout=_PATIENCE) as client:
            for place, account_id in enumerate(waiting, start=1):
                found = (workspaces[account_id], account_id, replay.since, replay.asked_at, _MOST_OF_ONE)
                seen = read_reveal_times(connection, *found) if workspaces[account_id] else []
                if seen:
                    todo = _as_actions(seen)
                    path = follow(client, f"replay-{replay.replay_id}-{account_id}", account_id, todo)
                    paths.append(add_steps(path, [action.at for action in todo], climbs.get(account_id, ())))
                after, actions = account_id, actions + len(seen)
                last = place == len(waiting) < _ACCOUNTS
                if actions >= _PART:
                    break
        keep_part(connection, replay, paths, actions=actions, after=after, due_at=until + _REST)
        if last or not waiting or replay.actions + actions >= MOST:
            end_replay(connection, replay, until, cut=bool(waiting) and not last)
        return 1


def ask_for_replay(connection: sa.Connection, kernel: Kernel, act: Act) -> None:
    """Replay the last days, from now on. Raises GoesOn, NoReason or NoOperator."""
    now = kernel.clock.now()
    log_act(connection, act, "score.replay", "the robot score", now)
    if not begin_replay(connection, now - timedelta(days=DAYS), now):
        raise GoesOn("goes-on")


def count_caught(paths: Sequence[Path], accounts: int, height: float) -> Caught:
    """What this number would have caught, of so many accounts."""
    before = sorted(mark.reveals for path in paths if (mark := path.first(height)))
    share = len(before) / accounts if accounts else 0.0
    if not before:
        return Caught(height, 0, share, None, None)
    return Caught(height, len(before), share, round(median(before)), before[int(0.9 * (len(before) - 1))])


def choose_heights() -> list[float]:
    """Today's numbers, the ends of what can be tried, and one between each two."""
    ends = [LEAST, *read_ladder().values(), HIGHEST]
    between = [round((low + high) / 2 / LEVEL) * LEVEL for low, high in pairwise(ends)]
    return sorted({*ends, *between})


def read_ladder() -> dict[str, float]:
    """The three numbers of today."""
    return {step: float(THRESHOLDS.tree["ladder"][step]) for step in STEPS}


def read_tried(given: Mapping[str, str]) -> dict[str, float]:
    """Three numbers from a form, to the half. Raises NotALadder."""
    try:
        tried = {step: round(float(given[step].replace(",", ".")) / LEVEL) * LEVEL for step in STEPS}
    except (KeyError, ValueError, OverflowError):
        raise NotALadder from None
    watch, ask, hold = tried.values()
    if not LEAST <= watch < ask < hold <= HIGHEST:
        raise NotALadder
    return tried


def _as_actions(seen: Sequence[Seen]) -> list[Action]:
    return [Action("", round(each.at.timestamp() * 1000), "reveal", digest(str(each.person_id))) for each in seen]
