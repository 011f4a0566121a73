"""What a call is to the robot score: read before the view, and taken along in the limiter's trip to Redis.

The score needs the instant, what is done, a keyed digest of the person, and how the extension says the click came about. The body
is read once, here, and left to the view.
"""

from typing import Any

from flask import g, request

from backend.accounts import network_of
from backend.directory import ProfileKey, read_profile_key
from backend.kernel import Kernel
from backend.kernel.http import body_of_request, caller
from backend.kernel.limits import Load, Rider
from backend.kernel.problems import Problem
from backend.lookup.bodies import ClientSigns, RevealBody
from backend.robots import IN_ONE_TRIP, Action, Sign, Verdict, arguments_of, judge_view, keys_of, read_verdict

_LOOKUP, _REVEAL = "lookup.create_lookup", "lookup.create_reveal"
_DIGEST = 8
_NETWORKS_KEPT = 10_000
_networks: dict[str, str] = {}
"""Digests of networks by address: a third of what a reveal's signs cost to read."""


def robot_score(kernel: Kernel) -> Rider:
    """The score's place in the limiter's trip."""

    def board() -> Load | None:
        action = _read_action(kernel)
        return None if action is None else Load(keys_of(action.account), arguments_of(action))

    def alight(answer: Any) -> None:
        g.verdict = read_verdict(answer)

    return Rider(IN_ONE_TRIP, board, alight)


def verdict_of_request() -> Verdict | None:
    """What the score said of this call; None where it was not asked, or Redis is away. A forged proof is among the signs."""
    verdict: Verdict | None = g.get("verdict")
    if verdict is not None and verdict.began and g.get("proof") == "forged":
        return Verdict(verdict.step, verdict.score, True, (Sign("forged", 1.0, verdict.score), *verdict.signs))
    return verdict


def _read_action(kernel: Kernel) -> Action | None:
    if "caller" not in g:  # a browser asks beforehand whether it may ask
        return None
    if request.endpoint == _LOOKUP:
        return Action(str(caller().account_id), _now(kernel), "lookup", network=_network(kernel))
    if request.endpoint != _REVEAL:
        return None
    try:
        body = body_of_request(RevealBody)
    except Problem:
        return None  # the view will say what is wrong
    assert isinstance(body, RevealBody)
    signs = body.client or ClientSigns()
    key = read_profile_key(body.profile) if body.profile is not None else None
    g.proof = _judge(kernel, key, signs)
    return Action(
        account=str(caller().account_id),
        at=_now(kernel),
        action="reveal",
        person=_digest(kernel, "robots-person", str(key) if key else f"id:{body.person_id}"),
        dwell_ms=signs.dwell_ms,
        proof=g.proof,
        network=_network(kernel),
    )


def _judge(kernel: Kernel, key: ProfileKey | None, signs: ClientSigns) -> Any:
    """A call by the extension that proves nothing is `no`; by anybody else that claims nothing, not said.

    The proof is about a page, so a person named by id has none; a click that no hand made is none, whatever comes with it.
    """
    by_extension = "X-Candor-Client" in request.headers
    if key is None or signs.proof is None:
        return "no" if by_extension else None
    proof = judge_view(kernel.settings.jwt_secret, caller().account_id, str(key), signs.proof, kernel.clock.now())
    return "no" if proof == "yes" and signs.trusted is False else proof


def _now(kernel: Kernel) -> int:
    return round(kernel.clock.now().timestamp() * 1000)


def _network(kernel: Kernel) -> str:
    address = request.remote_addr or ""
    found = _networks.get(address)
    if found is None:
        if len(_networks) >= _NETWORKS_KEPT:
            _networks.clear()
        found = _networks[address] = _digest(kernel, "robots-network", network_of(address))
    return found


def _digest(kernel: Kernel, kind: str, value: str) -> str:
    return kernel.digester.digest(kind, value)[:_DIGEST].hex()
