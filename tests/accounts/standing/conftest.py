"""People whose accounts are suspended, deleted or exported; operators at their terminal; time that passes."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import find_next, tick
from backend.kernel.mail import Letter
from tests.accounts.conftest import read_letters
from tests.conftest import REASON, Ops, due_pieces, ops
from tests.subscriptions.conftest import Buyer, Time, buyer, settings, time
from tests.workspaces.conftest import Person, ann, ben, cid, directory, findings, person, pool

__all__ = [
    "REASON", "Buyer", "Ops", "Person", "Time", "ann", "ben", "buyer", "cid", "directory", "findings", "ops", "person", "pool",
    "settings", "time",
]  # fmt: skip

GROUND = "14.2.10"


@pytest.fixture
def suspend(ops: Ops) -> Callable[[Person], None]:
    """Suspends somebody for selling what they found."""

    def act(who: Person) -> None:
        done = ops("suspend", who.email, "--ground", GROUND)
        assert done.exit_code == 0, done.output

    return act


@pytest.fixture
def pass_time(kernel: Kernel, clock: MovableClock) -> Callable[[datetime], None]:
    """Moves the clock, and does what falls due on the way, each at its instant."""

    def move(to: datetime) -> None:
        pieces, engine = due_pieces(kernel), kernel.database.engine
        for _ in range(10_000):
            found = find_next(engine, pieces, to)
            if found is None or found[0] >= to:
                break
            clock.set(max(found[0], clock.now()))
            assert tick(engine, pieces, clock.now()).failed == ()
        clock.set(to)
        assert tick(engine, pieces, to).failed == ()

    return move


def letters_to(who: Person) -> list[Letter]:
    """Every letter to somebody, oldest first."""
    return [letter for letter in read_letters(who.kernel) if letter.to == who.email]


def texts_to(who: Person) -> str:
    """The texts of every letter to somebody, those of messages just told included."""
    tick(who.kernel.database.engine, due_pieces(who.kernel), who.kernel.clock.now())
    return "\n".join(letter.text for letter in letters_to(who))


def door_of(who: Person) -> str:
    """The path of the door in the newest mail that has one."""
    return re.findall(r"(/door/[a-z2-7]{52})\b", texts_to(who))[-1]


def state_of(owner: psycopg.Connection[Any], who: Person) -> str | None:
    """The account's state as it is kept; None where it is gone."""
    row = owner.execute("SELECT state FROM accounts WHERE account_id = %s", (who.account_id,)).fetchone()
    return str(row[0]) if row else None
