"""An account is deleted while it looks people up: what was revealed before is paid, what comes after is refused, nothing stays."""

from collections.abc import Callable
from typing import Any

import psycopg

from tests.lookup.conftest import Directory
from tests.races.conftest import Race, count, give_up_personal, pool_debits
from tests.subscriptions.conftest import Buyer
from tests.workspaces.conftest import PASSWORD, Person, code_of

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]
DELETE = {"phrase": "delete my account", "password": PASSWORD}
WANTED = 5
TOLD = {(200, "revealed"), (401, "session-ended")}


def told(who: Person, vanity: str) -> tuple[int, str]:
    """Status, and the outcome or the problem's code."""
    answer = who.reveal(vanity)
    body: Any = answer.json
    return answer.status_code, body["results"]["phone"]["outcome"] if "results" in body else body["code"]


def fill(directory: Directory) -> None:
    for number in range(WANTED):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010200{number}")


def lookers(who: Person) -> list[Callable[[], Any]]:
    return [lambda n=number: told(who, f"p{n}") for number in range(WANTED)]  # type: ignore[misc]


def test_of_an_account_of_ones_own_nothing_stays(buyer: Buyers, owner: Owner, directory: Directory, race: Race) -> None:
    fill(directory)
    ada = buyer()
    *outcomes, deleted = race(*lookers(ada), lambda: code_of(ada.post("/v1/me/deletion", DELETE)))
    assert deleted == (204, "")
    assert set(outcomes) <= TOLD
    here = (ada.caller.workspace_id,)
    for table in ("permits", "lots", "reveals", "entries", "members", "subscriptions"):
        assert owner.execute(f"SELECT count(*) FROM {table} WHERE workspace_id = %s", here).fetchone() == (0,), table  # type: ignore[call-overload]
    assert told(ada, "p0") == (401, "session-ended")


def test_what_a_member_revealed_is_paid_by_the_pool_and_stays_the_workspaces(
    buyer: Buyers, owner: Owner, directory: Directory, race: Race
) -> None:
    fill(directory)
    ada, bob = buyer(), buyer("bob", workspace=False)
    ada.subscribe("starter", 2)
    bob.enter(ada)
    give_up_personal(owner, bob.account_id)
    *outcomes, deleted = race(*lookers(bob), lambda: code_of(bob.post("/v1/me/deletion", DELETE)))
    assert deleted == (204, "")
    assert set(outcomes) <= TOLD
    revealed = count(outcomes, (200, "revealed"))
    assert pool_debits(owner, ada.caller.workspace_id) == revealed
    assert ada.pool(owner)["phone"] == 200 - revealed
    assert [told(ada, f"p{n}")[1] for n in range(WANTED)].count("known") == revealed
    assert owner.execute(
        "SELECT count(*) FROM permits WHERE account_id = %s AND state = 'active'", (bob.account_id,)
    ).fetchone() == (0,)
