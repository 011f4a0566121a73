"""How days, instants, sums and counts are written in the two languages of users. Instants are told in Paris time."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from backend.kernel.clock import PARIS

LANGUAGES = ("en", "fr")
_LOCALES = {"en": "en_GB", "fr": "fr_FR"}
_MOMENTS = {"en": "{day} at {time} (Paris time)", "fr": "{day} à {time} (heure de Paris)"}

_WIDE, _NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
_FRENCH = (
    (re.compile(r" (?=[:»])|(?<=«) "), _WIDE),
    (re.compile(r" (?=[;!?])"), _NARROW),
    (re.compile(r"(?<=\w)'(?=\w)"), "\N{RIGHT SINGLE QUOTATION MARK}"),
)
"""What a French typesetter does: spaces that do not break before marks of two parts and inside quotation marks, apostrophes."""


def set_words(words: str, lang: str) -> str:
    """Words of ours as the language is printed; they are written with plain spaces and apostrophes."""
    if lang == "fr":
        for found, instead in _FRENCH:
            words = found.sub(instead, words)
    return words


def write_day(day: date, lang: str) -> str:
    """1 April 2026, 1er avril 2026."""
    written = format_date(day, "long", _LOCALES[lang])
    return written.replace("1 ", "1er ", 1) if day.day == 1 and lang == "fr" else written


def write_moment(at: datetime, lang: str) -> str:
    """1 April 2026 at 01:00 (Paris time)."""
    there = at.astimezone(PARIS)
    return _MOMENTS[lang].format(day=write_day(there.date(), lang), time=f"{there:%H:%M}")


def write_money(amount: Decimal, lang: str) -> str:
    """Euros: €1,234.50, 1 234,50 €."""
    return format_currency(amount, "EUR", locale=_LOCALES[lang])


def write_number(number: Decimal, lang: str) -> str:
    """1,234; 1 234."""
    return format_decimal(number, locale=_LOCALES[lang])
