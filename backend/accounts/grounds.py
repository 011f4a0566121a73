"""The one table of what a suspension can rest on: obligations of articles 11.1 and 14.2, by clause (11.1.3)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "grounds.toml"


class NoGround(ValueError):
    """No obligation of articles 11.1 and 14.2 stands under this clause."""


@cache
def all_grounds() -> Mapping[str, Mapping[str, str]]:
    """Each obligation's text by clause, then by language."""
    found: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return found


def read_ground(clause: str, lang: str) -> str:
    """The obligation in the reader's language, or else in English. Raises NoGround."""
    if clause not in all_grounds():
        raise NoGround(clause)
    texts = all_grounds()[clause]
    return texts.get(lang, texts["en"])
