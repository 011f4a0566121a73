"""Two orders at once for one Workspace: one premium, one due, one grant of each kind."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.races.conftest import Race
from tests.subscriptions.conftest import Buyer

Buyers = Callable[..., Buyer]
Owner = psycopg.Connection[Any]


@pytest.mark.parametrize("means", ["sepa_debit", "wire"])
def test_one_of_two_orders_is_taken(buyer: Buyers, owner: Owner, race: Race, means: str) -> None:
    ada = buyer()
    quotes = [ada.quote("starter", 1).json, ada.quote("business", 1).json]
    answers = race(*[lambda quote=quote: ada.accept(quote, means) for quote in quotes])  # type: ignore[misc]
    taken, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (taken.status_code, refused.status_code, refused.json["code"]) == (201, 409, "premium-exists")
    assert [due[:2] for due in ada.dues] == [("start", taken.json["amount"])]
    assert owner.execute("SELECT count(*) FROM premiums").fetchone() == (1,)
    granted = {"49.00": 100, "79.00": 200}[taken.json["amount"]]
    assert ada.pool(owner).get("phone", 0) == (granted if means == "sepa_debit" else 0)


def test_one_order_sent_twice_is_one(buyer: Buyers, owner: Owner, race: Race) -> None:
    ada = buyer()
    quote = ada.quote("starter", 1).json
    answers = race(*[lambda: ada.accept(quote, key="order-1")] * 2)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    assert [due[:2] for due in ada.dues] == [("start", "49.00")]
    assert ada.pool(owner)["phone"] == 100


def test_without_a_key_a_quote_is_accepted_once(buyer: Buyers, owner: Owner, race: Race) -> None:
    ada = buyer()
    quote = ada.quote("starter", 1).json
    answers = race(*[lambda: ada.accept(quote)] * 2)
    assert sorted((answer.status_code, answer.json.get("code")) for answer in answers) == [(201, None), (409, "premium-exists")]
    assert ada.pool(owner)["phone"] == 100
