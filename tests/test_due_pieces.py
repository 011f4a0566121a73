"""Every piece of due work leaves the same world behind: done once, done again, by two workers at once, killed half-way."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.database import metadata
from backend.kernel.due import Piece, Tick, Until, find_next, tick
from backend.settings import Settings
from tests.conftest import due_pieces
from tests.due_worlds import ONLY_LOOKS, WORLDS, World

LONGEST = 60
MOST = 200
NUMBERS = {column.name for table in metadata.sorted_tables for column in table.columns if column.identity is not None}
"""Ids that the database counts: which row gets which depends on who comes first, and says nothing."""
BY_CHANCE = {("accounts", "password_hash"), ("switches", "since"), ("messages", "ref"), ("counted", "counts")}
"""Salted, on the machine's clock, made of such ids, or counted by the whole process."""

Seen = dict[str, Counter[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sandbox: it is the only place where something can be paid."""
    return settings.model_copy(update={"sandbox": True, "candor_data": tmp_path_factory.mktemp("data")})


@pytest.fixture
def world(app: Flask, kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[Any], tmp_path: Path) -> World:
    """A world to be made anew."""
    return World(app, kernel, clock, owner, tmp_path)


class Killed:
    """A piece whose process dies when its first row is done, before that is committed."""

    def __init__(self, piece: Piece) -> None:
        self._piece, self.name = piece, piece.name

    def next_due(self, until: Until) -> sa.Select[Any]:
        return self._piece.next_due(until)

    def run(self, connection: sa.Connection, until: datetime) -> bool:
        self._piece.run(connection, until)
        raise RuntimeError("killed")


def test_every_piece_has_a_world(kernel: Kernel) -> None:
    pieces = [piece.name for piece in due_pieces(kernel)]
    assert len(set(pieces)) == len(pieces)
    missing = sorted(set(pieces) - set(WORLDS) - ONLY_LOOKS)
    assert not missing, (
        f"no world yet for {', '.join(missing)}: write one in tests/due_worlds.py, in which there is something to do"
    )
    assert sorted(set(WORLDS) - set(pieces)) == [], "a world without its piece"


@pytest.mark.parametrize("name", sorted(ONLY_LOOKS))
def test_a_piece_that_only_looks_changes_nothing(world: World, name: str) -> None:
    WORLDS["letter-deadlines"](world)
    before = look(world.owner)
    do(world, world.piece(name))
    assert look(world.owner) == before


@pytest.mark.parametrize("name", WORLDS)
def test_a_piece_has_one_outcome_however_often_and_by_whomever_it_is_done(world: World, name: str) -> None:
    once = outcome_of(world, name, do)
    assert outcome_of(world, name, do, do) == once, "done again, it did something else"
    assert outcome_of(world, name, be_killed, do) == once, "killed half-way and done again, it is another outcome"
    for _ in range(2):
        assert outcome_of(world, name, do_at_once) == once, "done by two workers at once, it is another outcome"


def outcome_of(world: World, name: str, *ways: Callable[[World, Piece], None]) -> Seen:
    """Make the piece's world, let it be done in these ways one after the other; what there is then."""
    world.start_anew()
    at = WORLDS[name](world)
    world.clock.set(at)
    piece = world.piece(name)
    assert find_next(world.kernel.database.engine, [piece], at) is not None, "there is nothing to do in its world"
    before = look(world.owner)
    for way in ways:
        way(world, piece)
    after = look(world.owner)
    assert after != before, "it did nothing in its world"
    with world.kernel.database.begin() as connection:
        assert audit(connection) == []
    return after


def do(world: World, piece: Piece) -> None:
    """One worker, until nothing is left to do."""
    assert work(world, piece).failed == ()


def be_killed(world: World, piece: Piece) -> None:
    """A worker that dies half-way leaves everything as it was."""
    before = look(world.owner)
    assert work(world, Killed(piece)).failed == (piece.name,)
    assert look(world.owner) == before


def do_at_once(world: World, piece: Piece) -> None:
    """Two workers who start together; and one who comes later, and finds what they left each other."""
    gate, ticks = threading.Barrier(2), list[Tick]()

    def start() -> None:
        gate.wait(timeout=LONGEST)
        ticks.append(work(world, piece))

    workers = [threading.Thread(target=start, daemon=True) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=LONGEST)
        assert not worker.is_alive(), "a worker never came back"
    assert [one.failed for one in ticks] == [(), ()]
    do(world, piece)


def work(world: World, piece: Piece) -> Tick:
    done = tick(world.kernel.database.engine, [piece], world.clock.now(), most=MOST)
    assert done.done < MOST, "it is due without end"
    return done


def look(owner: psycopg.Connection[Any]) -> Seen:
    """Every row of every table, without what is sealed or counted."""
    seen: Seen = {}
    for table in metadata.sorted_tables:
        told = (column for column in table.columns if not isinstance(column.type, sa.LargeBinary))
        plain = [column.name for column in told if column.name not in NUMBERS and (table.name, column.name) not in BY_CHANCE]
        columns = ", ".join(f"{name}::text" for name in plain) or "1"
        seen[table.name] = Counter(owner.execute(f"SELECT {columns} FROM {table.name}").fetchall())  # type: ignore[call-overload]
    return seen
