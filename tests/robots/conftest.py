"""The score on the tests' Redis, and traces made by hand."""

from collections.abc import Iterator
from random import Random

import pytest
import redis

from backend.robots.scoring import Action, Scorer, Verdict, digest
from backend.up.embedded import Servers

NINE = 1_772_442_000.0  # Monday 2 March 2026, 10:00 in Paris


class Account:
    """An account whose actions are scored as they are written down."""

    def __init__(self, scorer: Scorer, name: str, seed: int = 1) -> None:
        self.scorer, self.name, self.at, self.people, self.reveals = scorer, name, NINE, 0, 0
        self.random = Random(seed)
        self.verdict = Verdict("none", 0.0, False)
        self.began: dict[str, int] = {}

    def do(self, after: float, action: str, person: str = "", **signs: object) -> Verdict:
        """One action, so many seconds after the last."""
        self.at += after
        act = Action(self.name, round(self.at * 1000), action, digest(person) if person else "", **signs)  # type: ignore[arg-type]
        self.verdict = self.scorer.score(act)
        if self.verdict.began:
            self.began.setdefault(self.verdict.step, self.reveals)
        self.reveals += action == "reveal"
        return self.verdict

    def reveal(self, after: float, **signs: object) -> Verdict:
        """Somebody new."""
        self.people += 1
        return self.do(after, "reveal", f"{self.name}/{self.people}", **signs)

    def batches(self, reveals: int, **signs: object) -> None:
        """The known adversary: 3 to 6 s, fifty at a time, ten minutes of pause."""
        for number in range(reveals):
            pause = 600 if number % 50 == 49 else 0
            self.reveal(pause + self.random.uniform(3, 6), **signs)

    def afternoon(self, people: int = 60) -> None:
        """A person at work: searches, looks, reveals some, writes notes, looks again."""
        random = self.random
        for number in range(people):
            if number % 20 == 0:
                self.do(random.lognormvariate(2.5, 0.5), "search")
            self.people += 1
            person = f"{self.name}/{self.people}"
            self.do(random.lognormvariate(3, 0.7), "lookup", person)
            if random.random() < 0.6:
                self.do(random.lognormvariate(1.5, 0.6), "reveal", person)
            if random.random() < 0.25:
                self.do(random.lognormvariate(2.5, 0.7), random.choice(("note", "tag", "crm_push")), person)
            if random.random() < 0.06:
                self.do(random.lognormvariate(2, 0.7), "known", f"{self.name}/{random.randrange(1, self.people + 1)}")


@pytest.fixture
def client(stand: Servers) -> Iterator["redis.Redis"]:
    """The tests' Redis, emptied."""
    client = redis.Redis.from_url(stand.redis_url)
    client.flushall()
    yield client
    client.flushall()


@pytest.fixture
def scorer(client: "redis.Redis") -> Scorer:
    """The production script."""
    return Scorer(client)
