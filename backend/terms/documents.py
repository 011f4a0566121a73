"""The documents in force, their versions, and the text of those that anybody may read at /terms and /privacy.

The text is a plain summary of what Candor does. Whoever runs Candor for others puts their own name, address and counsel's wording
into the `.txt` files beside this one, and raises the version.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

DOCUMENTS: dict[str, str] = {"terms": "2026-03", "plan-sheet": "2026-03", "privacy": "2026-03"}
"""Kind → version in force. A higher version asks everybody to accept again."""

LABEL = "I accept the general conditions of use and service of Candor"
"""The words beside the box, kept literally with every acceptance (6.1.4)."""

Readable = Literal["terms", "privacy"]


@dataclass(frozen=True)
class Document:
    """A document as it is read: its title, and sections of a heading and paragraphs."""

    version: str
    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


@cache
def read_document(kind: Readable, lang: str) -> Document:
    """The version in force; `lang` is en or fr."""
    text = (Path(__file__).parent / f"{kind}.{lang}.txt").read_text(encoding="utf-8")
    head, *parts = text.split("\n## ")
    sections = []
    for part in parts:
        heading, *paragraphs = (piece.strip() for piece in part.strip().split("\n\n"))
        sections.append((heading, tuple(paragraphs)))
    return Document(DOCUMENTS[kind], head.removeprefix("# ").strip(), tuple(sections))
