"""Runs the production score over a trace: when would each step have begun for whom, and why."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from backend.robots.scoring import STEPS, Action, Scorer, Verdict, digest
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
    """A trace's accounts, in the order of their first action; and the fields of the trace that no rule knows."""

    accounts: dict[str, History] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    actions: int = 0


def replay(scorer: Scorer, lines: Iterable[Line]) -> Replay:
    """Score the lines as they come. Only what is told about each account is kept, so the trace may be of any length."""
    found = Replay()
    for lot in _lots(_with_devices(scorer, lines, found)):
        before: list[int] = []
        for action in lot:
            history = found.accounts.get(action.account)
            if history is None:
                history = found.accounts[action.account] = History(action.account)
            before.append(history.reveals)
            history.actions += 1
            history.reveals += action.action == "reveal"
        found.actions += len(lot)
        for place, verdict in scorer.score_lot(lot).verdicts.items():
            _note_steps(found.accounts[lot[place].account], lot[place].at, before[place], verdict)
    return found


def _note_steps(history: History, at: int, reveals: int, verdict: Verdict) -> None:
    # One action may climb several steps at once: each of them begins there.
    reached = {begun.step for begun in history.steps}
    for step in STEPS[1 : STEPS.index(verdict.step) + 1]:
        if step not in reached:
            history.steps.append(Begun(step, at, reveals, verdict))


def _with_devices(scorer: Scorer, lines: Iterable[Line], found: Replay) -> Iterator[Action]:
    # As at a sign-in: how many accounts the device has seen is asked when an account comes with another device.
    last: dict[str, str] = {}
    for line in lines:
        if line.unknown:
            found.unknown |= line.unknown
        action = line.action
        if line.device and last.get(action.account) != line.device:
            last[action.account] = line.device
            seen = scorer.count_on_device(action.account, digest(line.device), action.at)
            action = action._replace(on_device=seen)
        yield action


def _lots(actions: Iterable[Action]) -> Iterator[list[Action]]:
    lot: list[Action] = []
    for action in actions:
        lot.append(action)
        if len(lot) == LOT:
            yield lot
            lot = []
    if lot:
        yield lot
