"""Two calls that meet: one has charged and not yet committed when the other comes. A check raises if it ends badly.

They take a ledger that has just been started anew, so that the ordinary tests and the mutation run call the same checks.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg

from backend.credits.due import Expiry
from backend.kernel.due import tick
from backend.kernel.http import Caller
from tests.credits.conftest import ANN, BOB, Ledger

PATIENCE = 20.0


class Held:
    """A connection with an open transaction, shaped like the database that the verbs call."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def call(self, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(statement, parameters).fetchall()


@contextmanager
def held(ledger: Ledger) -> Iterator[Held]:
    """A transaction that stays open until the block commits it or ends."""
    pooled = ledger.kernel.database.engine.raw_connection()
    try:
        yield Held(pooled.driver_connection)  # type: ignore[arg-type]
    finally:
        pooled.rollback()
        pooled.close()


class Waiting:
    """A call on a connection of its own, begun now and committed when it ends; it may have to wait for a rival."""

    def __init__(self, ledger: Ledger, call: Callable[[Held], Any]) -> None:
        self._ledger, self._call = ledger, call
        self._pid = 0
        self._found: list[Any] = []
        self._raised: list[Exception] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        until = time.monotonic() + PATIENCE
        while self._thread.is_alive() and not self.is_stuck() and time.monotonic() < until:
            time.sleep(0.002)

    def _run(self) -> None:
        try:
            with held(self._ledger) as mine:
                self._pid = mine.connection.info.backend_pid
                found = self._call(mine)
                mine.connection.commit()
            self._found.append(found)
        except Exception as error:
            self._raised.append(error)

    def is_stuck(self) -> bool:
        """Whether it waits for somebody's lock."""
        row = self._ledger.owner.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", (self._pid,)).fetchone()
        return bool(row and row[0])

    def answer(self) -> Any:
        """What it came to."""
        self._thread.join(PATIENCE)
        if self._raised:
            raise self._raised[0]
        if not self._found:
            raise AssertionError("the call still waits although its rival is gone")
        return self._found[0]


def meet(
    ledger: Ledger,
    first: Callable[[Held], Any],
    second: Callable[[Held], Any],
    *,
    meanwhile: Callable[[], object] = lambda: None,
    undone: bool = False,
) -> tuple[Any, Any]:
    """`second` comes after `first` has answered but before it commits (or is `undone`); what both were told."""
    with held(ledger) as rival:
        told = first(rival)
        waiting = Waiting(ledger, second)
        meanwhile()
        if undone:
            rival.connection.rollback()
        else:
            rival.connection.commit()
        return told, waiting.answer()


def outcome(ledger: Ledger, person: int | list[int], kind: str = "phone", by: Caller = ANN) -> Callable[[Held], str]:
    """A call of one kind that says what became of it."""
    return lambda through: ledger.reveal(person, (kind,), by=by, through=through)[kind].outcome


def expect(ledger: Ledger, found: object, expected: object, left: list[int]) -> None:
    """Raise unless the answers, the lots and the audit are as they must be."""
    if found != expected:
        raise AssertionError(f"expected {expected}, found {found}")
    rows = ledger.owner.execute("SELECT remaining FROM lots ORDER BY lot_id").fetchall()
    if [row[0] for row in rows] != left:
        raise AssertionError(f"expected {left} left, found {rows}")
    if findings := ledger.findings():
        raise AssertionError(findings)


def the_last_credit_pays_once(ledger: Ledger) -> None:
    ledger.give(1, to=None)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "empty"), [0])


def who_comes_late_takes_the_next_lot(ledger: Ledger) -> None:
    ledger.give(1, to=None, days=1)
    ledger.give(1, to=None, days=2)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "revealed"), [0, 0])


def nobody_is_refused_while_credits_are_left(ledger: Ledger) -> None:
    ledger.give(3, to=None)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "revealed"), [1])


def what_is_lost_first_is_waited_for(ledger: Ledger) -> None:
    ledger.give(3, to=None, days=1)
    ledger.give(3, to=None, days=2)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "revealed"), [1, 3])


def a_credit_granted_while_waiting_is_found(ledger: Ledger) -> None:
    """At every moment one credit is there: first the old one, then the new one too. "Empty" would never have been true."""
    ledger.give(1, to=None)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2), meanwhile=lambda: ledger.give(1, to=None))
    expect(ledger, met, ("revealed", "revealed"), [0, 0])


def a_credit_given_back_while_waiting_is_found(ledger: Ledger) -> None:
    ledger.give(1, to=None)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2), undone=True)
    expect(ledger, met, ("revealed", "revealed"), [0])


def the_same_person_on_the_last_credit_is_known(ledger: Ledger) -> None:
    ledger.give(1, to=None)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 1))
    expect(ledger, met, ("revealed", "known"), [0])


def a_limit_lets_one_of_two_through(ledger: Ledger) -> None:
    ledger.give(5, to=None)
    ledger.limit(ANN, phone=1)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "empty"), [4])


def the_last_of_a_limit_is_known_to_who_waits(ledger: Ledger) -> None:
    ledger.give(5, to=None)
    ledger.limit(ANN, phone=1)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 1))
    expect(ledger, met, ("revealed", "known"), [4])


def the_same_merged_person_is_charged_once(ledger: Ledger) -> None:
    ledger.give(5, to=None)
    met = meet(ledger, outcome(ledger, 30), outcome(ledger, [20, 30]))
    expect(ledger, met, ("revealed", "known"), [4])


def the_same_merged_person_on_the_last_credit_is_known(ledger: Ledger) -> None:
    ledger.give(1, to=None)
    met = meet(ledger, outcome(ledger, 30), outcome(ledger, [20, 30]))
    expect(ledger, met, ("revealed", "known"), [0])


def a_person_two_pay_for_from_their_own_is_charged_once(ledger: Ledger) -> None:
    ledger.join(BOB)
    ledger.give(2, to=ANN)
    ledger.give(2, to=BOB)
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 1, by=BOB))
    expect(ledger, met, ("revealed", "known"), [1, 2])


def a_person_two_pay_for_from_their_own_is_reported_free(ledger: Ledger) -> None:
    ledger.join(BOB)
    ledger.give(2, to=ANN)
    ledger.give(2, to=BOB)
    met = meet(ledger, outcome(ledger, 1), lambda through: ledger.reveal(1, by=BOB, through=through)["phone"])
    expect(ledger, met, ("revealed", ("phone", "known", 0, 2, None)), [1, 2])


def two_first_needs_make_one_unlimited_lot(ledger: Ledger) -> None:
    ledger.change(ANN, unlimited_kind="phone")
    met = meet(ledger, outcome(ledger, 1), outcome(ledger, 2))
    expect(ledger, met, ("revealed", "revealed"), [9_998])


def what_expires_while_waiting_is_written_off_once(ledger: Ledger) -> None:
    """The due work passes a lot that is being spent, and does it next time."""
    ledger.give(2, to=None, days=1)
    later = ledger.now + timedelta(days=1)
    done: list[int] = []

    def work() -> None:
        done.append(tick(ledger.kernel.database.engine, [Expiry()], later).done)

    with held(ledger) as rival:
        outcome(ledger, 1)(rival)
        work()
        rival.connection.commit()
    work()
    work()
    expect(ledger, done, [0, 1, 0], [0])


def kinds_are_locked_in_one_order(ledger: Ledger) -> None:
    """Whoever asks for phone and email holds the email's lot while waiting for the phone's: two such calls cannot cross."""
    for kind in ("phone", "b2b_email"):
        ledger.give(5, kind, to=None)
    with held(ledger) as rival:
        outcome(ledger, 1)(rival)
        waiting = Waiting(ledger, lambda through: ledger.reveal(2, ("phone", "b2b_email"), through=through))
        try:
            ledger.owner.execute("SELECT FROM lots WHERE kind = 'b2b_email' FOR UPDATE NOWAIT")
        except psycopg.errors.LockNotAvailable:
            locked = True
        else:
            locked = False
        rival.connection.commit()
        expect(ledger, (locked, len(waiting.answer())), (True, 2), [3, 4])


MEETINGS: list[Callable[[Ledger], None]] = [
    the_last_credit_pays_once,
    who_comes_late_takes_the_next_lot,
    nobody_is_refused_while_credits_are_left,
    what_is_lost_first_is_waited_for,
    a_credit_granted_while_waiting_is_found,
    a_credit_given_back_while_waiting_is_found,
    the_same_person_on_the_last_credit_is_known,
    a_limit_lets_one_of_two_through,
    the_last_of_a_limit_is_known_to_who_waits,
    the_same_merged_person_is_charged_once,
    the_same_merged_person_on_the_last_credit_is_known,
    a_person_two_pay_for_from_their_own_is_charged_once,
    a_person_two_pay_for_from_their_own_is_reported_free,
    two_first_needs_make_one_unlimited_lot,
    what_expires_while_waiting_is_written_off_once,
    kinds_are_locked_in_one_order,
]
