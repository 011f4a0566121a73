"""Pure rules of lookups and reveals: what a kind's state is, and what the answer as a whole says."""

from collections.abc import Iterable, Mapping
from typing import Literal

State = Literal["available", "owned", "none", "blocked"]
Verdict = Literal["shown", "nothing", "fair-use-exceeded", "credits-exhausted"]

NO_NOTICE_CHANNEL = "no-notice-channel"


def state_of(kind: str, showable: Iterable[str], blocked: Mapping[str, str], owned: Iterable[str]) -> State:
    """What a lookup says of one kind. A paid kind that can no longer be shown is `none`, like one that never was."""
    if kind in blocked:
        return "blocked"
    if kind not in showable:
        return "none"
    return "owned" if kind in owned else "available"


def verdict_of(outcomes: Iterable[str]) -> Verdict:
    """The answer's status: shown as soon as one kind is; else why the credits did not do (api.md, outcomes)."""
    found = list(outcomes)
    if any(outcome in ("revealed", "known") for outcome in found):
        return "shown"
    if found and all(outcome == "capped" for outcome in found):
        return "fair-use-exceeded"
    if any(outcome in ("empty", "capped") for outcome in found):
        return "credits-exhausted"
    return "nothing"
