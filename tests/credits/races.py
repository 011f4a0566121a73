"""Many connections at once on the last credits, and the record of what each was told."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from backend.kernel.http import Caller
from tests.credits.conftest import ANN, BOB, WORKSPACE, Ledger
from tests.credits.history import Call, Debit, History, Lot, find_faults

Answer = TypeVar("Answer")
_DEBITS = """
SELECT lot_id, account_id, person_id, balance, pg_xact_commit_timestamp(xmin) FROM entries
WHERE workspace_id = %s AND kind = 'phone' AND action = 'reveal'
"""
_LOTS = "SELECT lot_id, account_id, granted, grant_key FROM lots WHERE workspace_id = %s AND kind = 'phone'"


def together(calls: Sequence[Callable[[], Answer]], done: Callable[[], object] = lambda: None) -> list[Answer]:
    """Run the calls at once, each in a thread of its own (which ends with `done`); raise what one of them raised."""
    start = threading.Barrier(len(calls))
    answers: list[Answer] = []
    raised: list[Exception] = []

    def run(call: Callable[[], Answer]) -> None:
        try:
            start.wait()
            answers.append(call())
        except Exception as error:
            raised.append(error)
        finally:
            done()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
    return answers


class Recorder:
    """Keeps when each call and each grant began and ended."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.calls: list[Call] = []
        self.granted: dict[str, float] = {}

    def give(self, amount: int, to: Caller | None) -> None:
        """Grant phone credits."""
        key = f"race:{len(self.granted)}"
        self.ledger.give(amount, to=to, key=key)
        self.granted[key] = time.time()

    def ask(self, caller: Caller, persons: tuple[int, ...], call: Callable[[], str]) -> None:
        """Make a call that says what became of `phone`."""
        started = time.time()
        outcome = call()
        self.calls.append(Call(caller.account_id, persons, outcome, started, time.time()))

    def history(self) -> History:
        """All that happened, with what the server wrote."""
        owner = self.ledger.owner
        debits = [Debit(*row[:4], row[4].timestamp()) for row in owner.execute(_DEBITS, (WORKSPACE,)).fetchall()]
        lots = [Lot(*row[:3], self.granted[row[3]]) for row in owner.execute(_LOTS, (WORKSPACE,)).fetchall()]
        return History(lots, debits, self.calls)

    def judge(self) -> History:
        """Raise unless some order explains every answer and the ledger adds up."""
        history = self.history()
        if faults := find_faults(history):
            raise AssertionError("; ".join(faults))
        if findings := self.ledger.findings():
            raise AssertionError(findings)
        return history


def race(ledger: Ledger, *, connections: int = 24, calls: int = 8, seed: int = 1) -> History:
    """Two accounts on `connections` connections want more than there is, of persons partly merged; a few lots come late."""
    ledger.join(BOB)
    recorder = Recorder(ledger)
    for to in (ANN, BOB):
        recorder.give(4, to)
    for number in range(12):
        recorder.give(number % 3 + 1, None)

    def ask_for_many(number: int) -> None:
        chance = random.Random(seed * 1000 + number)
        caller = ANN if number % 2 else BOB
        for _ in range(calls):
            person = chance.randrange(1, 80)
            persons = (person + 1000, person) if person % 3 == 0 and chance.random() < 0.5 else (person,)
            recorder.ask(caller, persons, lambda: ledger.reveal(persons, by=caller)["phone"].outcome)  # noqa: B023

    def give_late() -> None:
        chance = random.Random(seed)
        for _ in range(10):
            time.sleep(chance.random() / 50)
            recorder.give(1, None)

    askers = [lambda number=number: ask_for_many(number) for number in range(connections)]  # type: ignore[misc]
    together([*askers, give_late], ledger.kernel.database.close)
    return recorder.judge()
