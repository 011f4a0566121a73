"""Runs the production score over a trace: when would each step have begun for whom, and why."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from backend.robots.scoring import STEPS, Action, Lot, Scorer, Verdict
from backend.robots.trace import Line

LOT = 500


@dataclass(frozen=True)
class Begun:
    """A step that began: when (milliseconds since 1970), how many reveals the account had made before, and the score's verdict."""

    step: str
    at: int
    reveals: int
    verdict: Verdict


@dataclass
class History:
    """An account in the trace: what it did, and the steps it was brought to; of each step the first time."""

    account: str
    actions: int = 0
    reveals: int = 0
    steps: list[Begun] = field(default_factory=list)


@dataclass
class Replay:
    """A trace's accounts, in the order of their first action; and the fields of the trace that no rule knows.

    `on_device` and `on_network` say how many accounts an account's device and network had shown when it last acted there, at most.
    """

    accounts: dict[str, History] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    on_device: dict[str, int] = field(default_factory=dict)
    on_network: dict[str, int] = field(default_factory=dict)
    actions: int = 0


def replay(scorer: Scorer, lines: Iterable[Line]) -> Replay:
    """Score the lines as they come. Only what is told about each account is kept, so the trace may be of any length."""
    found = Replay()
    with ThreadPoolExecutor(1) as beside:
        # While Redis scores a lot, the next one is read.
        note: Callable[[], None] | None = None
        for lot in _lots(_with_devices(lines, found)):
            scored = beside.submit(scorer.score_lot, lot)
            before = _count(found, lot)
            if note:
                note()
            note = partial(_note_lot, found, lot, before, scored)
        if note:
            note()
    return found


def _count(found: Replay, lot: list[Action]) -> list[int]:
    # Of each action, how many reveals its account had made before.
    before: list[int] = []
    for action in lot:
        history = found.accounts.get(action.account)
        if history is None:
            history = found.accounts[action.account] = History(action.account)
        before.append(history.reveals)
        history.actions += 1
        history.reveals += action.action == "reveal"
    found.actions += len(lot)
    return before


def _note_lot(found: Replay, lot: list[Action], before: list[int], scored: "Future[Lot]") -> None:
    for place, verdict in scored.result().verdicts.items():
        _note_steps(found.accounts[lot[place].account], lot[place].at, before[place], verdict)


def _note_steps(history: History, at: int, reveals: int, verdict: Verdict) -> None:
    # One action may climb several steps at once: each of them begins there.
    reached = {begun.step for begun in history.steps}
    for step in STEPS[1 : STEPS.index(verdict.step) + 1]:
        if step not in reached:
            history.steps.append(Begun(step, at, reveals, verdict))


def _with_devices(lines: Iterable[Line], found: Replay) -> Iterator[Action]:
    # A device on several accounts is evidence. A network on many is not: an office, a carrier and a tunnel each show one address.
    devices: dict[str, set[str]] = {}
    networks: dict[str, set[str]] = {}
    for line in lines:
        if line.unknown:
            found.unknown |= line.unknown
        action = line.action
        if action.network:
            _share(networks, action.network, action.account, found.on_network)
        if line.device:
            accounts = _share(devices, line.device, action.account, found.on_device)
            action = action._replace(on_device=len(accounts))
        yield action


def _share(places: dict[str, set[str]], place: str, account: str, most: dict[str, int]) -> set[str]:
    accounts = places.setdefault(place, set())
    accounts.add(account)
    most[account] = max(most.get(account, 0), len(accounts))
    return accounts


def _lots(actions: Iterable[Action]) -> Iterator[list[Action]]:
    lot: list[Action] = []
    for action in actions:
        lot.append(action)
        if len(lot) == LOT:
            yield lot
            lot = []
    if lot:
        yield lot
