"""The words for what deleting an account does, chosen for exactly one account."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from backend.accounts.leaving import Departure

_FILE = Path(__file__).parent / "consequences.toml"

_KINDS = {
    "en": {"b2b_email": "B2B email", "phone": "phone", "direct_email": "direct email", "export": "export"},
    "fr": {"b2b_email": "email professionnel", "phone": "téléphone", "direct_email": "email direct", "export": "export"},
}


@dataclass(frozen=True)
class Consequence:
    """One thing that happens; `code` stays the same in every language."""

    code: str
    text: str


def list_consequences(departure: Departure, own: Mapping[str, int], pool: Mapping[str, int], lang: str) -> list[Consequence]:
    """What happens, most important first; `own` and `pool` are the credits lost, by kind."""
    facts = {
        "name": departure.name or "",
        "others": str(departure.others),
        "own": _count(own, lang),
        "pool": _count(pool, lang),
    }
    codes = _codes(departure, own=bool(own), pool=bool(pool))
    return [Consequence(code, _words()[code][lang].format(**facts)) for code in codes]


def phrase_in(lang: str) -> str:
    """What must be typed."""
    return _words()["phrase"][lang]


def _count(credits: Mapping[str, int], lang: str) -> str:
    return ", ".join(f"{credits[kind]} {name}" for kind, name in _KINDS[lang].items() if kind in credits)


def _codes(departure: Departure, *, own: bool, pool: bool) -> Iterator[str]:
    yield from ("access", "irrevocable", departure.effect)
    if own:
        yield "own-credits"
    if pool:
        yield "pool-credits"
    yield from ("address", "linkedin", "archive", "export")


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found
