"""The score's face: an account's action goes in, the step of the ladder comes out. The work is done by `score.lua`, inside Redis.

The same function is compiled into three scripts, so that nothing can drift: alone (one action), in lots (`candor robots replay`,
bench) and in one trip with the bucket of the limiter. kernel stands below and knows nothing of robots: `backend/app.py` hands
`IN_ONE_TRIP` to the limiter's storage, with `keys_of` and `arguments_of` for what follows the bucket's own key and three arguments;
the answer is the bucket's three numbers and, when the request may pass, a list for `read_verdict`.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import redis

from backend.kernel.limits import TAKE
from backend.robots.scripts import write_lua
from backend.robots.thresholds import THRESHOLDS, Thresholds

Proof = Literal["yes", "no", "forged"]

ACTIONS = (
    "sign_in", "lookup", "reveal", "known", "search", "filter", "note", "tag", "group", "export", "crm_push", "view_contact",
    "settings",
)  # fmt: skip
STEPS = ("none", "watch", "ask", "hold")

_LOT = """
local keys, args, found, highest = cjson.decode(ARGV[1]), cjson.decode(ARGV[2]), {}, 0
for i = 0, #keys / 3 - 1 do
  local verdict = score(keys, 3 * i, args, 9 * i)
  highest = math.max(highest, tonumber(verdict[2]))
  if verdict[3] == 1 or args[9 * i + 9] == '1' then found[#found + 1] = {i, verdict} end
end
return {tostring(highest), found}
"""
# While the score stands at `ask`, each request takes five times as much from the bucket: the next one waits the longer.
_TOGETHER = """
local bucket = take()
if bucket[1] == 1 then
  bucket[4] = score(KEYS, 1, ARGV, 3)
  if bucket[4][1] == 2 then
    local more, left = 4 * tonumber(ARGV[1]) * tonumber(ARGV[3]), redis.call('PTTL', KEYS[1])
    local full_at = tonumber(redis.call('GET', KEYS[1])) + more
    redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.max(left, 1) + math.ceil(more / 1000))
    bucket[2] = math.max(0, bucket[2] - 4 * tonumber(ARGV[3]))
  end
end
return bucket
"""


def script_alone(thresholds: Thresholds = THRESHOLDS) -> str:
    """One action: KEYS are `keys_of`, ARGV `arguments_of`."""
    return _function(thresholds) + "return score(KEYS, 0, ARGV, 0)\n"


def script_for_lots(thresholds: Thresholds = THRESHOLDS) -> str:
    """Many actions in their order; answers the highest score, and (place, verdict) of those that began a step or were to tell.

    For a Redis that is one server: keys and arguments of all come as two JSON lists, quicker than as words of the protocol.
    """
    return _function(thresholds) + _LOT


def script_in_one_trip(thresholds: Thresholds = THRESHOLDS) -> str:
    """The limiter's bucket, then the score of what it lets pass."""
    return f"local function take()\n{TAKE}\nend\n" + _function(thresholds) + _TOGETHER


def _function(thresholds: Thresholds) -> str:
    return write_lua(thresholds, "state.lua", "hearing.lua", "score.lua")


IN_ONE_TRIP = script_in_one_trip()


class Action(NamedTuple):
    """What an account did, and what is known of how. Everything but the first three may be unknown.

    `at` in milliseconds since 1970; `person`, `network` are digests (hexadecimal); `on_device` says how many accounts were seen
    on the device; `proof` whether the extension's proof came with the call.
    """

    account: str
    at: int
    action: str
    person: str = ""
    list_position: int | None = None
    dwell_ms: int | None = None
    proof: Proof | None = None
    network: str = ""
    on_device: int | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """A kind of evidence as it was when a step began: what was measured, and what it added."""

    name: str
    measure: float
    evidence: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the account stands on the ladder, whether it has just climbed, and on which evidence, strongest first."""

    step: str
    score: float
    began: bool
    signs: tuple[Sign, ...] = field(default=())


class Lot(NamedTuple):
    """By place the verdicts that began a step (all, where they were to tell), and the highest score of any."""

    verdicts: Mapping[int, Verdict]
    highest: float


def keys_of(account: str) -> list[str]:
    """The account's state and two lists of people; one slot of a cluster."""
    stem = f"{{account:{account}}}:robots"
    return [stem, f"{stem}:even", f"{stem}:odd"]


def arguments_of(action: Action, tell: bool = False) -> list[str | int]:
    """As the script takes them: the unknown is empty."""
    return [
        action.at, action.action, action.person, _known(action.list_position), _known(action.dwell_ms), action.proof or "",
        action.network, _known(action.on_device), "1" if tell else "",
    ]  # fmt: skip


def _known(value: int | None) -> str | int:
    return "" if value is None else value


def digest(text: str) -> str:
    """A short digest for what a trace names in clear; production has keyed ones already."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def read_verdict(answer: Sequence[Any]) -> Verdict:
    """What the script answered."""
    told = [part.decode() for part in answer[3:]]
    signs = [Sign(name, float(measure), float(weight)) for name, measure, weight in _in_threes(told)]
    signs.sort(key=lambda sign: (-sign.evidence, sign.name))
    return Verdict(STEPS[int(answer[0])], float(answer[1]), answer[2] == 1, tuple(signs))


def _in_threes(told: list[str]) -> Iterator[tuple[str, str, str]]:
    return zip(told[::3], told[1::3], told[2::3], strict=True)


class Scorer:
    """Runs the score on a Redis: one action at a time, or a lot in one call."""

    def __init__(self, client: "redis.Redis", thresholds: Thresholds = THRESHOLDS) -> None:
        self._redis = client
        self._alone = client.register_script(script_alone(thresholds))
        self._lot = client.register_script(script_for_lots(thresholds))

    def score(self, action: Action, tell: bool = False) -> Verdict:
        """Move the account's state by one action."""
        return read_verdict(self._alone(keys=keys_of(action.account), args=arguments_of(action, tell)))

    def score_lot(self, actions: Sequence[Action], tell: bool = False) -> Lot:
        """Move the states by many actions, in their order."""
        keys = [key for action in actions for key in keys_of(action.account)]
        arguments = [argument for action in actions for argument in arguments_of(action, tell)]
        highest, found = self._lot(args=[json.dumps(keys), json.dumps(arguments)])
        return Lot({place: read_verdict(answer) for place, answer in found}, float(highest))
