"""What time does: pieces of work that are rows with a due instant in the room that owns them, done in order of that instant."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, Protocol, TypeAlias

import sqlalchemy as sa
import structlog
from sqlalchemy.sql.compiler import SQLCompiler

Until: TypeAlias = datetime | sa.ColumnElement[datetime]
"""An instant, or the place of one in a statement that is written before it is known."""
_NUMBERS = count(1)
_UNTIL: sa.BindParameter[datetime] = sa.bindparam("until", type_=sa.DateTime(timezone=True))


def at_instant(until: Any) -> sa.ColumnElement[datetime]:
    """An instant, a column or the place of an instant, as an expression of its own: a `timestamptz`."""
    return sa.type_coerce(until, sa.DateTime(timezone=True))


class Piece(Protocol):
    """One kind of due work. Each run takes rows of one instant `FOR UPDATE SKIP LOCKED`, and two workers may run it at once."""

    name: str

    def next_due(self, until: Until) -> sa.Select[Any]:
        """The statement whose one value is the instant of the oldest row due at `until`, or null. It is written once."""
        ...

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Do one row, or some of one instant, in this transaction; how many: none where another worker was faster."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Tick:
    """How many rows one tick did; the pieces that raised, each with the kind of its error; whether it came to the end."""

    done: int
    raised: Mapping[str, str] = field(default_factory=dict)
    came_through: bool = True

    @property
    def failed(self) -> tuple[str, ...]:
        """The pieces that raised, by name."""
        return tuple(self.raised)


def tick(engine: sa.Engine, pieces: Sequence[Piece], until: datetime, most: int = 1000) -> Tick:
    """Do what is due at `until`, oldest first, until `most` rows are done. A piece that raises is set aside until the next tick."""
    done = 0
    waiting = list(pieces)
    raised: dict[str, str] = {}
    while waiting and done < most:
        found = find_next(engine, waiting, until)
        if found is None:
            return Tick(done, raised)
        piece = found[1]
        ran = attempt(engine, piece, until)
        if isinstance(ran, Exception):
            raised[piece.name] = kind_of(ran)
            waiting.remove(piece)
        elif ran:
            done += ran
        else:
            waiting.remove(piece)
    return Tick(done, raised, came_through=not waiting)


def run(engine: sa.Engine, piece: Piece, until: datetime) -> int | None:
    """One step of a piece in a transaction of its own; None where it raised, which is logged."""
    ran = attempt(engine, piece, until)
    return None if isinstance(ran, Exception) else ran


def attempt(engine: sa.Engine, piece: Piece, until: datetime) -> int | Exception:
    """What `run` does; where it raised, what."""
    try:
        with engine.begin() as connection:
            return piece.run(connection, until)
    except Exception as error:
        structlog.get_logger().error("due work failed", piece=piece.name, raised=error)
        return error


def kind_of(error: Exception) -> str:
    """What kind of error it is; its words may hold what nobody should read."""
    return type(getattr(error, "orig", None) or error).__name__


def find_next(engine: sa.Engine, pieces: Sequence[Piece], until: datetime) -> tuple[datetime, Piece] | None:
    """What is due first at `until`, in one question; of several at one instant the first in order of `pieces`."""
    dues = [(due, n) for n, due in _read_dues(engine, pieces, until)]
    if not dues:
        return None
    due, n = min(dues)
    return due, pieces[n]


def read_dues(engine: sa.Engine, pieces: Sequence[Piece], until: datetime) -> dict[str, datetime]:
    """By name of the piece, since when something of it is due; what is due at `until` itself only looks, or has not waited."""
    return {pieces[n].name: due for n, due in _read_dues(engine, pieces, until) if due < until}


def _read_dues(engine: sa.Engine, pieces: Sequence[Piece], until: datetime) -> list[tuple[int, datetime]]:
    questions = [_write_question(engine.dialect, piece) for piece in pieces]
    places = {each.number: n for n, each in enumerate(questions)}
    given = {name: value for each in questions for name, value in each.given.items()}
    asked = " UNION ALL ".join(each.text for each in questions)
    if not asked:
        return []
    with engine.begin() as connection:
        answers = connection.exec_driver_sql(asked, {**given, "until": until})
        return [(places[number], due) for number, due in answers if due is not None]


class _Question(NamedTuple):
    """What is asked of one piece: its number beside its instant, with parameters of its own and `until`."""

    number: int
    text: str
    given: dict[str, Any]


@lru_cache(maxsize=1000)
def _write_question(dialect: sa.Dialect, piece: Piece) -> _Question:
    # To write it takes longer than to ask it.
    number = next(_NUMBERS)
    written = piece.next_due(_UNTIL).compile(dialect=dialect)
    assert isinstance(written, SQLCompiler)
    state = written.construct_expanded_state({"until": None})
    mine = {name: f"{name}_of_{number}" for name in state.parameters if name != "until"}
    text = re.sub(r"%\((\w+)\)s", lambda found: f"%({mine.get(found[1], found[1])})s", state.statement)
    given = {mine[name]: value for name, value in state.parameters.items() if name in mine}
    return _Question(number, f"SELECT {number} AS number, ({text}) AS due", given)
