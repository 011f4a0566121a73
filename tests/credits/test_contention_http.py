"""The race for the last credits once more, through the whole application."""

import random
from collections import Counter

import pytest
from flask import Flask

from backend.kernel.http import Caller
from backend.kernel.tokens import make_access_token
from tests.credits.conftest import ANN, BOB, Ledger
from tests.credits.races import Recorder, together
from tests.lookup.conftest import Directory, profile

CLIENTS, CALLS, PEOPLE, LOTS = 16, 6, 40, 10


@pytest.mark.clause("8.2.6", "14.2.4")
def test_16_clients_on_the_last_credits_are_told_what_some_order_explains(app: Flask, ledger: Ledger) -> None:
    ledger.join(BOB)
    directory = Directory(ledger.kernel, ledger.owner)
    people = {}
    for number in range(PEOPLE):
        name = f"p{number}"
        people[name] = directory.add(name, b2b_email=f"{name}@molen.example", phone=f"+31 6 1234 56{number:02}")
    with app.app_context():
        tokens = {caller: make_access_token(caller) for caller in (ANN, BOB)}
    recorder = Recorder(ledger)
    for to in (ANN, BOB):
        recorder.give(3, to)
    for number in range(LOTS):
        recorder.give(number % 3 + 1, None)
    seen: Counter[tuple[int, str]] = Counter()

    def ask(number: int) -> None:
        chance = random.Random(number)
        caller: Caller = ANN if number % 2 else BOB
        client = app.test_client()
        head = {"Authorization": f"Bearer {tokens[caller]}"}

        def reveal(vanity: str) -> str:
            answer = client.post("/v1/reveals", json={"profile": profile(vanity), "kinds": ["phone"]}, headers=head)
            result = answer.get_json()["results"]["phone"]
            assert bool(result["values"]) == (result["outcome"] in ("revealed", "known"))
            seen[answer.status_code, result["outcome"]] += 1
            return str(result["outcome"])

        for _ in range(CALLS):
            vanity = chance.choice(list(people))
            recorder.ask(caller, (people[vanity],), lambda: reveal(vanity))  # noqa: B023

    together([lambda number=number: ask(number) for number in range(CLIENTS)], ledger.kernel.database.close)  # type: ignore[misc]
    recorder.judge()
    assert set(seen) == {(200, "revealed"), (200, "known"), (402, "empty")}
    assert sum(seen.values()) == CLIENTS * CALLS
