"""What a call is to the robot score: read before the view, and taken along in the limiter's trip to Redis.

The score needs the instant, what is done, a keyed digest of the person, and how the extension says the click came about. The body
is read once, here, and left to the view.
"""

from datetime import datetime
from typing import Any

from flask import g

from backend.accounts.arrivals import digest_network
from backend.kernel import Kernel
from backend.kernel.http import Caller, body_of_request, this_request
from backend.kernel.limits import Load, Rider
from backend.kernel.problems import Problem
from backend.lookup.bodies import ClientSigns, RevealBody
from backend.robots import IN_ONE_TRIP, Action, Proof, Sign, Verdict, arguments_of, judge_view, keys_of, read_verdict

_LOOKUP, _REVEAL = "lookup.create_lookup", "lookup.create_reveal"
_DIGEST = 8
_NO_SIGNS = ClientSigns()


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
    who: Caller | None = g.get("caller")  # None: a browser asks beforehand whether it may ask
    asked = this_request()
    if who is None or asked.endpoint not in (_LOOKUP, _REVEAL):
        return None
    account, at = str(who.account_id), kernel.clock.now()
    instant, network = round(at.timestamp() * 1000), digest_network(kernel, asked.remote_addr or "")
    if asked.endpoint == _LOOKUP:
        return Action(account, instant, "lookup", network=network)
    try:
        body = body_of_request(RevealBody)
    except Problem:
        return None  # the view will say what is wrong
    assert isinstance(body, RevealBody)
    signs, person = body.client or _NO_SIGNS, str(body.key) if body.key else f"id:{body.person_id}"
    g.proof = None if body.key is None else _judge(kernel, who, person, signs, at)
    if g.proof is None and "X-Candor-Client" in asked.headers:
        g.proof = "no"  # the extension proves what it does; of whoever else claims nothing, nothing is said
    digest = kernel.digester.digest("robots-person", person)[:_DIGEST].hex()
    return Action(account, instant, "reveal", digest, dwell_ms=signs.dwell_ms, proof=g.proof, network=network)


def _judge(kernel: Kernel, who: Caller, person: str, signs: ClientSigns, at: datetime) -> Proof | None:
    """The proof is about a page, so a person named by id has none; a click that no hand made is none, whatever comes with it."""
    if signs.proof is None:
        return None
    proof = judge_view(kernel.settings.jwt_secret, who.account_id, person, signs.proof, at)
    return "no" if proof == "yes" and signs.trusted is False else proof
