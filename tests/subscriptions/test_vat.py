"""VAT by the subscriber's country, and the totals that are asked for."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from backend.kernel.clock import MovableClock
from backend.subscriptions.vat import vat_of, vat_percent
from tests.subscriptions.conftest import FOR_WHOM, Buyer, Time

Buyers = Callable[..., Buyer]


@pytest.mark.parametrize(
    ("country", "percent"),
    [
        ("FR", "20"),
        ("MC", "20"),
        ("GP", "8.5"),
        ("MQ", "8.5"),
        ("RE", "8.5"),
        ("GF", "0"),
        ("YT", "0"),
        ("DE", "20"),
        ("GR", "20"),
        ("IE", "20"),
        ("GB", "0"),
        ("XI", "0"),
        ("US", "0"),
        ("CH", "0"),
    ],
)
def test_the_rate_is_that_of_the_country_and_never_too_low(country: str, percent: str) -> None:
    assert vat_percent(country) == Decimal(percent)


@pytest.mark.parametrize(
    ("amount", "percent", "vat"),
    [("49.00", "20", "9.80"), ("0.03", "8.5", "0.00"), ("0.06", "8.5", "0.01"), ("79.10", "8.5", "6.72")],
)
def test_vat_is_rounded_half_up_to_the_cent(amount: str, percent: str, vat: str) -> None:
    assert vat_of(Decimal(amount), Decimal(percent)) == Decimal(vat)


@pytest.mark.parametrize(("country", "vat", "total"), [("FR", "9.80", "58.80"), ("RE", "4.17", "53.17"), ("US", "0.00", "49.00")])
def test_what_is_due_says_amount_vat_and_total(buyer: Buyers, time: Time, country: str, vat: str, total: str) -> None:
    ada = buyer("ada")
    due = ada.accept(ada.quote("starter", 1).json, subscriber={"legal_name": "Acme", "country": country}).json
    assert (due["amount"], due["vat"], due["total"]) == ("49.00", vat, total)


def test_a_wire_counts_when_the_total_is_there(buyer: Buyers, clock: MovableClock) -> None:
    ada = buyer("ada")
    due = ada.accept(ada.quote("starter", 1).json, "wire", subscriber=FOR_WHOM).json
    assert ada.pay(due, amount="49.00") == {"state": "open", "received": "49.00"}
    assert ada.pay(due, amount="9.79")["state"] == "open"
    assert ada.premium["state"] == "pending"
    assert ada.pay(due, amount="0.01") == {"state": "paid", "received": "58.80"}
    assert ada.premium["state"] == "active"
