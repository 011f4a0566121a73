"""HTTP: lookups and reveals, the contract of the main job."""

from datetime import datetime
from typing import Annotated, Any, Literal, NotRequired

from flask import Response
from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.credits import MEMBER_LIMIT, month_end
from backend.directory import CONTACT_FIELDS, ContactField
from backend.kernel.http import JSON, Body, Room, caller, kernel
from backend.kernel.limits import LOOKUPS, REVEALS
from backend.kernel.problems import Problem
from backend.lookup.reveal import Looked, Revealed, look_up, reveal_details
from backend.lookup.rules import verdict_of

api = Room("lookup", __name__)

_LIMITED = "Your limit of this month is reached: an admin of your workspace can raise it. It starts anew next month."

Profile = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class LookupBody(Body):
    profile: Profile


class KindState(TypedDict):
    state: Literal["available", "owned", "none", "blocked"]
    reason: NotRequired[str]


class LookupAnswer(TypedDict):
    person_id: str | None
    found: bool
    kinds: dict[str, KindState]


class ClientSigns(Body):
    """What the extension says of the user's own act: evidence for the robot score, never trusted alone."""

    proof: Annotated[str, StringConstraints(max_length=512)] | None = None
    dwell_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    trusted: bool | None = None


_ONE_PERSON: list[JsonValue] = [
    {"required": [one], "properties": {one: {"type": "string"}, other: {"type": "null"}}}
    for one, other in (("profile", "person_id"), ("person_id", "profile"))
]


class RevealBody(Body):
    model_config = ConfigDict(json_schema_extra={"oneOf": _ONE_PERSON})

    profile: Profile | None = None
    person_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    kinds: Annotated[
        list[ContactField], Field(min_length=1, max_length=len(CONTACT_FIELDS), json_schema_extra={"uniqueItems": True})
    ]
    page: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$")] | None = None
    client: ClientSigns | None = None

    @model_validator(mode="after")
    def _name_one_person(self) -> "RevealBody":
        if (self.profile is None) == (self.person_id is None):
            raise ValueError("name the person by `profile` or by `person_id`, one of the two")
        if len(set(self.kinds)) != len(self.kinds):
            raise ValueError("`kinds` names a kind twice")
        return self


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
    """
    looked = look_up(kernel(), caller(), body.profile)
    return {"person_id": looked.person_id, "found": looked.person_id is not None, "kinds": _show_states(looked)}


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
    problems=("not-a-profile", "person-unknown", "credits-exhausted", "fair-use-exceeded", "notices-late"),
    headers=("X-Credits-Charged", "X-Credits-Left"),
)
def create_reveal(body: RevealBody) -> Response:
    """Show the asked kinds of one person, and charge one credit for each that is shown for the first time.

    Asking again is free for the whole workspace, so a lost answer is simply asked for again. What cannot be shown costs nothing.
    """
    revealed = reveal_details(kernel(), caller(), body.kinds, profile=body.profile, person_id=body.person_id)
    results = _show_results(revealed)
    headers = {
        "X-Credits-Charged": ", ".join(f"{kind}={result['charged']}" for kind, result in results.items()),
        "X-Credits-Left": ", ".join(f"{kind}={result['left']}" for kind, result in results.items()),
    }
    verdict = verdict_of(result["outcome"] for result in results.values())
    if verdict in ("shown", "nothing"):
        return Response(to_json({"person_id": revealed.person_id, "results": results}), mimetype=JSON, headers=headers)
    members: dict[str, Any] = {"results": results}
    limited = False
    if verdict == "fair-use-exceeded":
        members["resets_at"] = month_end(kernel().clock.now())
    else:
        short = next(kind for kind, result in results.items() if result["outcome"] in ("empty", "capped"))
        members |= {"kind": short, "needed": 1, "available": results[short]["left"]}
        limited = results[short].get("reason") == MEMBER_LIMIT
    raise Problem(verdict, _LIMITED if limited else "", headers=headers, **members)


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
