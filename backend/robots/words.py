"""What caused a step, in plain sentences: for the account's own user, for ops and for `candor robots replay`."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from backend.robots.scoring import Sign

MOST = 4


@cache
def all_words() -> dict[str, dict[str, str]]:
    """Of each kind of evidence its sentence, by language."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def say_why(signs: Iterable[Sign], lang: str = "en", most: int = MOST) -> list[str]:
    """The signs that spoke for a robot, the strongest first, each as a sentence."""
    speaking = [sign for sign in signs if sign.evidence > 0.05][:most]
    return [_say(sign, lang) for sign in speaking]


def _say(sign: Sign, lang: str) -> str:
    sentence = all_words()[sign.name][lang]
    return sentence.format(
        measure=sign.measure, percent=round(100 * sign.measure), whole=round(sign.measure), one=_decimal(sign.measure, lang)
    )


def _decimal(value: float, lang: str) -> str:
    return f"{value:.1f}".replace(".", "," if lang == "fr" else ".")
