"""A downgrade takes force at a period's end while members look people up: no lot of the higher plan pays from that instant on."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg

from backend.kernel.clock import MovableClock
from backend.kernel.due import Tick
from tests.lookup.conftest import Directory
from tests.races.conftest import Race, count, give_up_personal
from tests.subscriptions.conftest import Buyer

Buyers = Callable[..., Buyer]
END = datetime.fromisoformat("2026-04-15T00:00:00+02:00")
WANTED = 6


def test_each_reveal_is_paid_by_the_lower_plan_or_by_nothing(
    buyer: Buyers, clock: MovableClock, owner: psycopg.Connection[Any], directory: Directory, race: Race, work: Callable[[], Tick]
) -> None:
    clock.set(datetime.fromisoformat("2026-03-15T10:00:00+01:00"))
    for number in range(WANTED):
        directory.add(f"p{number}", b2b_email=f"p{number}@found.example", phone=f"+3197010200{number}")
    ada = buyer()
    ada.subscribe("business", 1)
    assert ada.change("starter", 1)["change"]["later_at"] == "2026-04-14T22:00:00Z"
    give_up_personal(owner, ada.account_id)
    clock.set(END)
    ada.sign_in()
    lookers = [lambda n=number: ada.outcome(f"p{n}") for number in range(WANTED)]  # type: ignore[misc]
    *outcomes, _, _ = race(*lookers, work, work)
    assert count(outcomes, "revealed") + count(outcomes, "empty") == WANTED
    paid_by = owner.execute(
        "SELECT l.grant_key, -sum(e.delta) FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action IN ('reveal', 'give_back') GROUP BY 1 HAVING sum(e.delta) <> 0"
    ).fetchall()
    assert [(key.rsplit(":", 1)[1], int(paid)) for key, paid in paid_by] in [[("2", count(outcomes, "revealed"))], []]
    assert ada.pool(owner) == {"phone": 100 - count(outcomes, "revealed"), "direct_email": 5, "export": 500}
    lost = owner.execute(
        "SELECT e.delta, e.reason FROM entries e JOIN lots l USING (workspace_id, lot_id)"
        " WHERE e.action = 'expire' AND e.kind = 'phone' AND l.account_id IS NULL"
    ).fetchall()
    assert lost == [(-200, "downgrade")]
    assert ada.dues[-1][:2] == ("renewal", "49.00")
