"""An upgrade brings credits while members look people up: nobody is charged twice, and what it brings is spent or there."""

from collections.abc import Callable
from typing import Any

import psycopg

from tests.lookup.conftest import Directory
from tests.races.conftest import Race, count, drain, give_up_personal, pool_debits
from tests.subscriptions.conftest import Buyer

Buyers = Callable[..., Buyer]
LEFT, WANTED = 2, 8


def test_each_reveal_is_paid_by_what_was_there_or_by_what_came(
    buyer: Buyers, owner: psycopg.Connection[Any], directory: Directory, race: Race
) -> None:
    for number in range(WANTED):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010200{number}")
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.pay(ada.subscribe("starter", 2))
    bob.enter(ada)
    for someone in (ada, bob):
        give_up_personal(owner, someone.account_id)
    drain(owner, ada.caller.workspace_id, "phone", LEFT)
    lookers = [lambda n=number: (ada, bob)[n % 2].outcome(f"p{n}") for number in range(WANTED)]  # type: ignore[misc]
    *outcomes, upgraded = race(*lookers, lambda: ada.change("business", 2))
    assert upgraded["due"]["amount"] == "60.00"
    revealed = count(outcomes, "revealed")
    assert revealed >= LEFT
    assert revealed + count(outcomes, "empty") == WANTED
    assert pool_debits(owner, ada.caller.workspace_id) == revealed
    assert ada.pool(owner)["phone"] == LEFT + 200 - revealed
    assert {bob.outcome(f"p{number}") for number in range(WANTED)} <= {"revealed", "known"}
    assert ada.pool(owner)["phone"] == LEFT + 200 - WANTED
