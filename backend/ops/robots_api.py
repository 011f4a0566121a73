"""HTTP: the numbers of the robot score's ladder, what they did, and what others would have caught. Nothing here changes them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from flask import Response, request
from pydantic import Field

from backend.kernel.http import Body, Room, kernel
from backend.kernel.limits import PAGES, WRITES
from backend.kernel.pages import page_language
from backend.ops.figure_words import name_steps
from backend.ops.pages import PLACES, Place, answer_ops, carry_out, see_other, speak
from backend.ops.replaying import (
    DAYS,
    STEPS,
    GoesOn,
    NotALadder,
    ask_for_replay,
    choose_heights,
    count_caught,
    read_ladder,
    read_tried,
)
from backend.ops.roles import DECIDERS
from backend.robots import HIGHEST, LEAST, LEVEL, THRESHOLDS, Path, count_steps, read_paths, read_replay

api = Room("ops_robots", __name__)
PLACES.append(Place("ops_robots.show_robots", "/ops/robots", "Robots"))

_HERE = "/ops/robots"
_LISTED = 50

Number = Annotated[str, Field(max_length=12)]


class Tried(Body):
    """Three numbers to try; empty: today's."""

    watch: Number = ""
    ask: Number = ""
    hold: Number = ""


@dataclass(frozen=True)
class Change:
    """An account that one of two numbers asks: how high it came, and after how many reveals each asks it."""

    account_id: int
    highest: float
    reveals: int
    today: int | None
    tried: int | None


@api.get(_HERE, who="operator", roles=DECIDERS, limit=PAGES, query=Tried, media="text/html")
def show_robots(query: Tried) -> Response:
    """Show the ladder's numbers of today, what they did, and what others would have caught."""
    given = {"watch": query.watch, "ask": query.ask, "hold": query.hold}
    if not any(given.values()):
        return _page({}, {})
    try:
        return _page(given, read_tried(given))
    except NotALadder:
        return _page(given, {}, "ladder", 422)


@api.post("/ops/robots/replay", who="operator", roles=DECIDERS, limit=WRITES, media="text/html", status=303)
def replay_days() -> Response:
    """Replay the last days through the score; the worker does it in a while."""
    _, wrong = carry_out(lambda connection, act: ask_for_replay(connection, kernel(), act), GoesOn)
    return _page({}, {}, wrong, 422) if wrong else see_other(_HERE)


def _page(given: dict[str, str], tried: dict[str, float], wrong: str = "", status: int = 200) -> Response:
    now, today = kernel().clock.now(), read_ladder()
    with kernel().database.begin() as connection:
        replay = read_replay(connection)
        paths = read_paths(connection, replay.replay_id) if replay and replay.ended_at else []
        happened = count_steps(connection, now - timedelta(days=DAYS))
    accounts = replay.accounts if replay else 0
    changes = _compare(paths, today["ask"], tried["ask"]) if tried else []
    return answer_ops(
        "robots.html",
        status,
        today=today,
        sha256=THRESHOLDS.sha256,
        happened=happened,
        step_names=name_steps(speak(page_language())),
        days=DAYS,
        replay=replay,
        caught=[count_caught(paths, accounts, height) for height in choose_heights()],
        named={height: step for step, height in today.items()},
        given=given or {step: f"{height:g}" for step, height in today.items()},
        tried=[
            (step, count_caught(paths, accounts, today[step]), count_caught(paths, accounts, tried[step]))
            for step in STEPS
            if tried
        ],
        changes=changes[:_LISTED],
        more=max(0, len(changes) - _LISTED),
        least=LEAST,
        highest=HIGHEST,
        level=LEVEL,
        reason=request.form.get("reason", ""),
        wrong=wrong,
    )


def _compare(paths: list[Path], today: float, tried: float) -> list[Change]:
    """Accounts asked by either number, those first for whom it makes the most difference."""
    found = []
    for path in paths:
        by_today, by_tried = path.first(today), path.first(tried)
        if by_today or by_tried:
            before = [mark.reveals if mark else None for mark in (by_today, by_tried)]
            found.append(Change(path.account_id, path.marks[-1].height, path.reveals, before[0], before[1]))
    return sorted(found, key=lambda each: ((each.today is None) == (each.tried is None), -each.highest, each.account_id))
