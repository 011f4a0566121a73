"""What `bench.soak` asks: lookups, reveals of new people, replays, balances, sign-ins and refreshes; each answer is looked at."""

import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bench.crash import Tokens
from bench.crash_clients import KINDS, profile_of
from bench.load import Ask, get, post

SHARES = {"lookup": 35, "reveal": 25, "replay": 20, "credits": 15, "refresh": 4, "sign-in": 1}
"""Of a hundred requests. A sign-in costs as much as many reveals: its password is hashed."""
PEOPLE = 1999
"""A prime: so workspaces and people, walked through together, meet once only."""
_HOST = "127.0.0.1"


@dataclass
class Signer:
    """An account with a password, at an address of its own; its newest refresh token."""

    email: str
    address: str
    refresh_token: str = ""


@dataclass
class Traffic:
    """An endless mix."""

    tokens: Tokens
    password: str
    signers: deque[Signer]
    revealed: int = 0
    shown: deque[tuple[str, bytes]] = field(default_factory=lambda: deque(maxlen=5000))
    wrong: list[str] = field(default_factory=list)

    def asks(self, seed: int) -> Iterator[Ask]:
        """One after another, in an order that follows from `seed`."""
        chance = random.Random(seed)
        makers: dict[str, Callable[[random.Random], Ask]] = {
            "lookup": self._look_up, "reveal": self._reveal, "replay": self._replay, "credits": self._read_credits,
            "refresh": self._refresh, "sign-in": self._sign_in,
        }  # fmt: skip
        while True:
            [what] = chance.choices(list(SHARES), list(SHARES.values()))
            yield makers[what](chance)

    def _look_up(self, chance: random.Random) -> Ask:
        body = json.dumps({"profile": profile_of(chance.randrange(PEOPLE))}).encode()
        return self._ask("lookup", post(_HOST, "/v1/lookups", self._any_token(chance), body), b'"found":true')

    def _read_credits(self, chance: random.Random) -> Ask:
        return self._ask("credits", get(_HOST, "/v1/credits", self._any_token(chance)), b'"available":')

    def _reveal(self, _chance: random.Random) -> Ask:
        number = self.revealed
        self.revealed += 1
        token = self.tokens[number % len(self.tokens)][1][number // len(self.tokens) % 2][1]
        body = json.dumps({"profile": profile_of(number * 7919 % PEOPLE), "kinds": KINDS}).encode()

        def remember(_answer: bytes) -> None:
            self.shown.append((token, body))

        return self._ask("reveal", post(_HOST, "/v1/reveals", token, body), b'"outcome":"revealed"', remember)

    def _replay(self, chance: random.Random) -> Ask:
        if not self.shown:
            return self._look_up(chance)
        token, body = chance.choice(self.shown)
        return self._ask("replay", post(_HOST, "/v1/reveals", token, body), b'"charged":0', never=b'"charged":1')

    def _sign_in(self, chance: random.Random) -> Ask:
        if not self.signers:
            return self._look_up(chance)
        signer = self.signers.popleft()
        body = json.dumps({"email": signer.email, "password": self.password}).encode()
        return self._ask_for_tokens("sign-in", "/v1/sessions", signer, body)

    def _refresh(self, chance: random.Random) -> Ask:
        if not self.signers or not self.signers[0].refresh_token:
            return self._sign_in(chance)
        return self._ask_for_tokens("refresh", "/v1/sessions/refresh", self.signers.popleft(), b"")

    def _ask_for_tokens(self, what: str, path: str, signer: Signer, body: bytes) -> Ask:
        request = post(_HOST, path, signer.refresh_token or "none", body)
        request = request.replace(b"\r\n\r\n", f"\r\nX-Forwarded-For: {signer.address}\r\n\r\n".encode(), 1)

        def keep(answer: bytes) -> None:
            signer.refresh_token = json.loads(answer)["refresh_token"]

        def back() -> None:
            self.signers.append(signer)

        return self._ask(what, request, b'"refresh_token"', keep, after=back)

    def _any_token(self, chance: random.Random) -> str:
        return chance.choice(chance.choice(self.tokens)[1])[1]

    def _ask(
        self,
        what: str,
        request: bytes,
        expected: bytes,
        then: Callable[[bytes], None] = lambda _: None,
        never: bytes = b"\0",
        after: Callable[[], None] = lambda: None,
    ) -> Ask:
        def hear(status: int, body: bytes) -> bool:
            right = status == 200 and expected in body and never not in body
            if right:
                then(body)
            else:
                code = json.loads(body).get("code", "another answer") if body else "no answer"
                self.wrong.append(f"{what}: {status} {code}")
            after()
            return right

        return Ask(what, request, hear)
