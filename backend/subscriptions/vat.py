"""Pure rule of VAT on what is due: by the subscriber's country, always on the careful side; numbers are not checked here yet."""

from decimal import Decimal
from typing import Final

from backend.subscriptions.prices import to_cents

_FRENCH: Final = Decimal(20)
# By ISO 3166: Monaco counts as France; of the overseas departments three have a rate of their own and two have none.
_OWN_RATES: Final = {
    "FR": _FRENCH,
    "MC": _FRENCH,
    "GP": Decimal("8.5"),
    "MQ": Decimal("8.5"),
    "RE": Decimal("8.5"),
    "GF": Decimal(0),
    "YT": Decimal(0),
}
_UNION: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)


def vat_percent(country: str) -> Decimal:
    """The rate for a subscriber in this country: France's in the whole Union while no number was validated, none outside it."""
    return _OWN_RATES.get(country, _FRENCH if country in _UNION else Decimal(0))


def vat_of(amount: Decimal, percent: Decimal) -> Decimal:
    """The VAT of an amount, half up to the cent."""
    return to_cents(amount * percent / 100)
