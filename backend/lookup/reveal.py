"""The hot path: one directory read, one notice at a first disclosure, one call of the ledger, then the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.credits import Charge, quote, reveal
from backend.directory import CONTACT_FIELDS, NOBODY, Detail, Found, ProfileKey, find_person, owe_notice
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.metrics import REVEALS
from backend.kernel.problems import Problem
from backend.kernel.switches import NOTICES_LATE
from backend.lookup.rules import NO_NOTICE_CHANNEL, State, state_of
from backend.robots import Sign, Verdict, climb, follow_score, make_view


@dataclass(frozen=True)
class Looked:
    """What could be shown: nothing of it is personal. `person_id` is None where nobody may be shown."""

    person_id: str | None
    states: dict[str, State]
    reasons: dict[str, str]
    view: str


@dataclass(frozen=True)
class Revealed:
    """What was asked, charged and shown, by kind."""

    person_id: str | None
    charges: list[Charge]
    blocked: dict[str, str]
    details: dict[str, list[Detail]]


def look_up(kernel: Kernel, caller: Caller, key: ProfileKey | None) -> Looked:
    """Say which kinds are available, owned, none or blocked. Free. Raises Problem: what is in the way, or `not-a-profile`."""
    at = kernel.clock.now()
    found = find_person(kernel, key, CONTACT_FIELDS, at, open_values=False) if key else NOBODY
    owned = quote(kernel.database, caller, found.persons, at).owned
    if key is None:
        raise Problem("not-a-profile")
    blocked = _blocked(found)
    states = {kind: state_of(kind, found.showable, blocked, owned) for kind in CONTACT_FIELDS}
    view = make_view(kernel.settings.jwt_secret, caller.account_id, str(key), at)
    return Looked(_public_id(kernel, caller, found), states, blocked, view)


def reveal_details(
    kernel: Kernel,
    caller: Caller,
    kinds: Sequence[str],
    *,
    key: ProfileKey | None = None,
    person_id: str | None = None,
    verdict: Verdict | None = None,
) -> Revealed:
    """Show the asked kinds of one person and charge each once; `verdict` is what the robot score says of this call.

    The person is named by `person_id`, or else by the profile's key, None where it was no profile.

    Raises Problem: what is in the account's way first, then `human-check-required`, `not-a-profile`, `person-unknown` or
    `notices-late`. What could not be shown is an outcome, never an exception.
    """
    asked = verdict is not None and follow_score(kernel, caller.account_id, verdict)
    at = kernel.clock.now()
    named = key if person_id is None else kernel.ids.decode("person", caller.workspace_id, person_id)
    found = find_person(kernel, named, kinds, at, open_values=True) if named is not None else NOBODY
    blocked = {kind: reason for kind, reason in _blocked(found).items() if kind in kinds}
    showable = [kind for kind in kinds if kind in found.showable and kind not in blocked]
    if asked and not set(showable) <= quote(kernel.database, caller, found.persons, at).owned:
        raise Problem("human-check-required")
    late = bool(showable) and kernel.switches.is_on(NOTICES_LATE)
    if late:
        showable = []
    if showable and found.notice == "owed" and not found.planted:
        owe_notice(kernel, found.persons[0], at)
    charges = reveal(kernel.database, caller, found.persons, kinds, showable, at)
    if named is None:
        raise Problem("not-a-profile" if person_id is None else "person-unknown")
    if late:
        raise Problem("notices-late", headers={"Retry-After": "600"})
    for charge in charges:
        REVEALS.labels(charge.kind, "blocked" if charge.kind in blocked else charge.outcome).inc()
    if found.planted and any(charge.outcome == "revealed" for charge in charges):
        climb(kernel, caller.account_id, "hold", [Sign("planted", 1.0, 0.0)], None)
    details = {c.kind: found.showable[c.kind] for c in charges if c.outcome in ("revealed", "known")}
    return Revealed(_public_id(kernel, caller, found), charges, blocked, details)


def _blocked(found: Found) -> dict[str, str]:
    if found.notice == "impossible":
        return {**found.blocked, **dict.fromkeys(found.showable, NO_NOTICE_CHANNEL)}
    return found.blocked


def _public_id(kernel: Kernel, caller: Caller, found: Found) -> str | None:
    return kernel.ids.encode("person", caller.workspace_id, found.persons[0]) if found.persons else None
