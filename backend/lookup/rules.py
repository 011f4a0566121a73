"""Pure rules of lookups and reveals: what a kind's state is, and what the answer as a whole says."""

from collections.abc import Iterable, Mapping
from typing import Literal

State = Literal["available", "owned", "none", "blocked"]
Verdict = Literal["shown", "nothing", "fair-use-exceeded", "robot-suspected", "credits-exhausted"]

HELD = "held"
NO_NOTICE_CHANNEL = "no-notice-channel"


def state_of(kind: str, showable: Iterable[str], blocked: Mapping[str, str], owned: Iterable[str]) -> State:
    """What a lookup says of one kind. A paid kind that can no longer be shown is `none`, like one that never was."""
    if kind in blocked:
        return "blocked"
    if kind not in showable:
        return "none"
    return "owned" if kind in owned else "available"


def verdict_of(outcomes: Iterable[tuple[str, str | None]]) -> Verdict:
    """The answer's status, from each kind's outcome and reason: shown as soon as one kind is; else why the credits did not do."""
    told = list(outcomes)
    found = [outcome for outcome, _ in told]
    if any(outcome in ("revealed", "known") for outcome in found):
        return "shown"
    if found and all(outcome == "capped" for outcome in found):
        return "robot-suspected" if any(reason == HELD for _, reason in told) else "fair-use-exceeded"
    if any(outcome in ("empty", "capped") for outcome in found):
        return "credits-exhausted"
    return "nothing"
