"""Could these answers have been given one after the other? Judges calls that ran at once by the instants of the commits.

What is known: when each call began and ended, and when each debit was committed (taken by the server just before it can be seen).
A debit is therefore seen at some instant between its commit and the end of its call; a lot at some instant before its grant's end.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Lot:
    """A lot, and the instant from which it was surely there."""

    number: int
    owner: int | None
    amount: int
    granted: float


@dataclass(frozen=True)
class Debit:
    """One credit of a lot, spent on a person; `balance` is the lot's after it."""

    lot: int
    account: int
    person: int
    balance: int
    committed: float


@dataclass(frozen=True)
class Call:
    """What an account asked of a person (the root, then all merged into it) and was told."""

    account: int
    persons: tuple[int, ...]
    outcome: str
    started: float
    ended: float


@dataclass(frozen=True)
class History:
    """All that happened to one kind of one workspace."""

    lots: list[Lot]
    debits: list[Debit]
    calls: list[Call]


def find_faults(history: History) -> list[str]:
    """Every answer that no order of the calls explains; none when all is well."""
    return [*_unpaired(history), *_misjudged(history)]


def _unpaired(history: History) -> Iterator[str]:
    """A call that says `revealed` has one debit, committed while it ran; a debit has one such call."""
    debits = {(debit.account, debit.person): debit for debit in history.debits}
    if len({debit.person for debit in history.debits}) != len(history.debits):
        yield "a person is charged for twice"
    paid = [(call.account, call.persons[0]) for call in history.calls if call.outcome == "revealed"]
    if sorted(paid) != sorted(debits):
        yield f"revealed {sorted(paid)}, charged {sorted(debits)}"
    for call in history.calls:
        debit = debits.get((call.account, call.persons[0]))
        if call.outcome == "revealed" and debit and not call.started <= debit.committed <= call.ended:
            yield f"{call} was charged outside its time, at {debit.committed}"
    for lot in history.lots:
        balances = sorted((debit.balance for debit in history.debits if debit.lot == lot.number), reverse=True)
        if balances != list(range(lot.amount - 1, lot.amount - 1 - len(balances), -1)) or (balances and balances[-1] < 0):
            yield f"{lot} went down by {balances}"


def _misjudged(history: History) -> Iterator[str]:
    ends = {(call.account, call.persons[0]): call.ended for call in history.calls if call.outcome == "revealed"}
    for call in history.calls:
        others = [debit for debit in history.debits if debit.person in call.persons]
        if call.outcome == "known":
            if not any(debit.committed <= call.ended for debit in others):
                yield f"{call}: nobody had paid yet"
            continue
        if call.outcome == "revealed":
            others = [debit for debit in others if (debit.account, debit.person) != (call.account, call.persons[0])]
        surely_known = min((ends.get((debit.account, debit.person), debit.committed) for debit in others), default=float("inf"))
        if call.outcome == "revealed" and surely_known < call.started:
            yield f"{call}: it was paid before"
        if call.outcome == "empty" and not _could_be_empty(history, call, surely_known):
            yield f"{call}: at every moment a credit or the reveal itself was there"


def _could_be_empty(history: History, call: Call, surely_known: float) -> bool:
    """Whether at one moment of the call no lot of its account may have held a credit and nobody may have paid for the person."""
    lots = [lot for lot in history.lots if lot.owner in (None, call.account)]
    gone = {lot.number: _earliest_gone(history, lot, call) for lot in lots}
    moments = {call.started, *(gone_at for gone_at in gone.values() if call.started < gone_at <= call.ended)}
    return any(
        moment < surely_known and all(moment < lot.granted or gone[lot.number] <= moment for lot in lots) for moment in moments
    )


def _earliest_gone(history: History, lot: Lot, call: Call) -> float:
    """When the lot can first have been seen without a credit. Where it paid for the person asked, seeing it gone is seeing that."""
    debits = [debit for debit in history.debits if debit.lot == lot.number]
    if len(debits) < lot.amount or any(debit.person in call.persons for debit in debits):
        return float("inf")
    return max(debit.committed for debit in debits)
