"""Two upgrades at once: one is done and due, the other is told so; the same one sent twice is one."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.races.conftest import Race
from tests.subscriptions.conftest import Buyer

Buyers = Callable[..., Buyer]
BUSINESS = {"plan": "business", "seats": 1, "interval": "month", "amount": "30.00"}


@pytest.mark.parametrize("other", [BUSINESS, {**BUSINESS, "plan": "starter", "seats": 2, "amount": "49.00"}])
def test_one_of_two_upgrades_is_done(buyer: Buyers, owner: psycopg.Connection[Any], race: Race, other: dict[str, Any]) -> None:
    ada = buyer()
    ada.pay(ada.subscribe("starter", 1))
    answers = race(*[lambda body=body: ada.post("/v1/subscription/change", body) for body in (BUSINESS, other)])  # type: ignore[misc]
    done, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert done.status_code == 200
    if refused.status_code == 200:  # it came second and found nothing to change
        assert (refused.json["due"], refused.json["change"]["now"]) == (None, None)
    else:
        assert (refused.status_code, refused.json["code"]) in [(409, "payment-open"), (409, "price-changed")]
    upgrades = [due for due in ada.dues if due[0] == "upgrade"]
    assert upgrades == [("upgrade", done.json["due"]["amount"], "submitted")]
    assert ada.pool(owner)["phone"] == 200


def test_one_upgrade_sent_twice_is_one(buyer: Buyers, owner: psycopg.Connection[Any], race: Race) -> None:
    ada = buyer()
    ada.pay(ada.subscribe("starter", 1))
    answers = race(*[lambda: ada.post("/v1/subscription/change", BUSINESS, "up-1")] * 2)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json["due"] == answers[1].json["due"]
    assert [due[:2] for due in ada.dues] == [("start", "49.00"), ("upgrade", "30.00")]
    assert ada.pool(owner)["phone"] == 200
