"""HTTP: lookups and reveals, the contract of the main job."""

from datetime import datetime
from typing import Any, Literal, NotRequired

from flask import Response
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.credits import MEMBER_LIMIT, month_end
from backend.directory import CONTACT_FIELDS
from backend.kernel.http import JSON, Room, caller, kernel
from backend.kernel.limits import LOOKUPS, REVEALS
from backend.kernel.problems import Problem
from backend.lookup.bodies import LookupBody, RevealBody
from backend.lookup.callers import verdict_of_request
from backend.lookup.reveal import Looked, Revealed, look_up, reveal_details
from backend.lookup.rules import verdict_of

api = Room("lookup", __name__)

_LIMITED = "Your limit of this month is reached: an admin of your workspace can raise it. It starts anew next month."


class KindState(TypedDict):
    state: Literal["available", "owned", "none", "blocked"]
    reason: NotRequired[str]


class LookupAnswer(TypedDict):
    person_id: str | None
    found: bool
    kinds: dict[str, KindState]
    view: str


class Value(TypedDict):
    value: str
    source: str
    collected_at: datetime
    verified_at: datetime | None
    method: str
    basis: str
    confidence: float
    note: NotRequired[str]


class KindResult(TypedDict):
    outcome: Literal["revealed", "known", "not_found", "empty", "capped", "blocked", "pending"]
    values: list[Value]
    charged: int
    left: int
    reason: NotRequired[str]


class RevealAnswer(TypedDict):
    person_id: str | None
    results: dict[str, KindResult]


@api.post("/v1/lookups", who="spender", limit=LOOKUPS, body=LookupBody, answer=LookupAnswer, problems=("not-a-profile",),
          leads_to={"lookup.create_reveal": {"person_id": "/person_id"}})  # fmt: skip
def create_lookup(body: LookupBody) -> LookupAnswer:
    """Say what is available of the person whose profile this is. Free: no values, no names.

    `profile` is any LinkedIn profile URL, a vanity name or a member id. A person who objected is answered like one nobody knows.
    `view` says that this profile was looked up: a reveal of it brings it back as `client.proof`.
    """
    looked = look_up(kernel(), caller(), body.key)
    return {
        "person_id": looked.person_id,
        "found": looked.person_id is not None,
        "kinds": _show_states(looked),
        "view": looked.view,
    }


def _show_states(looked: Looked) -> dict[str, KindState]:
    kinds: dict[str, KindState] = {}
    for kind in CONTACT_FIELDS:
        kinds[kind] = {"state": looked.states[kind]}
        if looked.states[kind] == "blocked":
            kinds[kind]["reason"] = looked.reasons[kind]
    return kinds


@api.post(
    "/v1/reveals",
    who="spender",
    limit=REVEALS,
    body=RevealBody,
    answer=RevealAnswer,
    problems=(
        "not-a-profile",
        "person-unknown",
        "credits-exhausted",
        "fair-use-exceeded",
        "robot-suspected",
        "human-check-required",
        "notices-late",
    ),
    headers=("X-Credits-Charged", "X-Credits-Left"),
)
def create_reveal(body: RevealBody) -> Response:
    """Show the asked kinds of one person, and charge one credit for each that is shown for the first time.

    Asking again is free for the whole workspace, so a lost answer is simply asked for again. What cannot be shown costs nothing.
    """
    verdict = verdict_of_request()
    revealed = reveal_details(kernel(), caller(), body.kinds, key=body.key, person_id=body.person_id, verdict=verdict)
    results = _show_results(revealed)
    headers = {
        "X-Credits-Charged": ", ".join(f"{kind}={result['charged']}" for kind, result in results.items()),
        "X-Credits-Left": ", ".join(f"{kind}={result['left']}" for kind, result in results.items()),
    }
    said = verdict_of((result["outcome"], result.get("reason")) for result in results.values())
    if said in ("shown", "nothing"):
        return Response(to_json({"person_id": revealed.person_id, "results": results}), mimetype=JSON, headers=headers)
    members: dict[str, Any] = {"results": results}
    limited = False
    if said == "fair-use-exceeded":
        members["resets_at"] = month_end(kernel().clock.now())
    elif said == "credits-exhausted":
        short = next(kind for kind, result in results.items() if result["outcome"] in ("empty", "capped"))
        members |= {"kind": short, "needed": 1, "available": results[short]["left"]}
        limited = results[short].get("reason") == MEMBER_LIMIT
    raise Problem(said, _LIMITED if limited else "", headers=headers, **members)


def _show_results(revealed: Revealed) -> dict[str, KindResult]:
    results: dict[str, KindResult] = {}
    for charge in revealed.charges:
        reason = revealed.blocked.get(charge.kind, charge.reason)
        result: KindResult = {
            "outcome": "blocked" if charge.kind in revealed.blocked else charge.outcome,  # type: ignore[typeddict-item]
            "values": [],
            "charged": charge.charged,
            "left": charge.left,
        }
        if reason:
            result["reason"] = reason
        for detail in revealed.details.get(charge.kind, ()):
            value: Value = {
                "value": detail.value or "",
                "source": detail.source,
                "collected_at": detail.collected_at,
                "verified_at": detail.verified_at,
                "method": detail.method,
                "basis": detail.basis,
                "confidence": detail.confidence,
            }
            if detail.note:
                value["note"] = detail.note
            result["values"].append(value)
        results[charge.kind] = result
    return results
