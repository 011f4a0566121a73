"""The words of the objection page, in every language a notice is written in."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import request


@dataclass(frozen=True)
class PageTexts:
    """One language's words; each is required."""

    title: str
    what: str
    effect: str
    button: str
    done_title: str
    done: str
    nobody_title: str
    nobody: str


@cache
def _read_all() -> dict[str, PageTexts]:
    words = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))
    return {lang: PageTexts(**texts) for lang, texts in words.items()}


def read_page_texts(lang: str) -> PageTexts:
    """The words in `lang`."""
    return _read_all()[lang]


def choose_reader_language() -> str:
    """What the browser asks for, where no person tells it."""
    return request.accept_languages.best_match(list(_read_all())) or "en"
