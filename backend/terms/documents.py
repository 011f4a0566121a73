"""Documents in versions: the repository's files become rows that never change; which version is in force is asked of the clock.

Texts are `texts/<kind>.<version>.<language>.txt`, plan sheets `sheets/<version>.yaml`. Whoever runs Candor for others puts their
own name, address and counsel's wording into a new version, and publishes it with `candor ops publish`.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from backend.kernel.clock import PARIS
from backend.kernel.writing import LANGUAGES
from backend.terms.rules import Section, read_sections
from backend.terms.tables import KINDS, documents, publications

ROOM = Path(__file__).parent
_VERSION = re.compile(r"[0-9a-z.-]{1,40}")

_SHEET_TITLE = {"en": "Plan sheet", "fr": "Fiche des offres"}

Kind = Literal["terms", "plan-sheet", "privacy", "dpa"]


class DocumentChanged(RuntimeError):
    """A file is no longer what its version was: the message says which, and what to do."""


@dataclass(frozen=True)
class Document:
    """One version's text in one language. `sha256` is that of the text's UTF-8, in hexadecimal."""

    kind: str
    version: str
    lang: str
    sha256: str
    text: str

    @property
    def title(self) -> str:
        """What it is called."""
        return _SHEET_TITLE[self.lang] if self.kind == "plan-sheet" else self._parts[0]

    @property
    def sections(self) -> tuple[Section, ...]:
        """Its parts, as a page shows them; none for a plan sheet, which is shown as it stands."""
        return () if self.kind == "plan-sheet" else self._parts[1]

    @cached_property
    def _parts(self) -> tuple[str, tuple[Section, ...]]:
        return read_sections(self.text)

    @property
    def address(self) -> str:
        """Where this version is read, now and later (2.TCUS)."""
        return f"/{self.kind}/{self.version}"


@dataclass(frozen=True)
class Publication:
    """A version that was announced, and from when on it is in force."""

    kind: str
    version: str
    published_at: datetime
    effective_at: datetime


def load_documents(connection: sa.Connection, room: Path = ROOM) -> None:
    """Bring new versions in; a kind of which nothing was published yet begins with its newest. Raises DocumentChanged."""
    texts = _read_files(room)
    stored = {(row.kind, row.version, row.lang): row.sha256 for row in connection.execute(sa.select(documents))}
    for (kind, version, lang), (file, text) in texts.items():
        sha256 = hashlib.sha256(text.encode()).digest()
        known = stored.get((kind, version, lang))
        if known is None:
            row = {"kind": kind, "version": version, "lang": lang, "sha256": sha256, "text": text}
            connection.execute(documents.insert().values(**row))
        elif known != sha256:
            raise DocumentChanged(
                f"{file.name} has changed, but {kind} {version} is kept as people accepted it.\n"
                "Put the file back as it was, and give the new text a new version: a file of its own."
            )
    begun = set(connection.execute(sa.select(publications.c.kind)).scalars())
    for kind in KINDS:
        versions = sorted(version for known, version, _ in texts if known == kind)
        if versions and kind not in begun:
            begins = _first_day(versions[-1])
            done = {"published_at": begins, "effective_at": begins, "told_at": begins, "switched_at": begins}
            connection.execute(publications.insert().values(kind=kind, version=versions[-1], **done))


def _read_files(room: Path) -> dict[tuple[str, str, str], tuple[Path, str]]:
    found: dict[tuple[str, str, str], tuple[Path, str]] = {}
    for file in sorted(room.glob("texts/*.txt")):
        kind, version, lang = file.stem.split(".")
        found[kind, version, lang] = file, file.read_bytes().decode()
    for file in sorted(room.glob("sheets/*.yaml")):
        found["plan-sheet", file.stem, LANGUAGES[0]] = file, file.read_bytes().decode()
    return found


def _first_day(version: str) -> datetime:
    """A version is named by the month or day from which it is meant: `2026-03`, `2026-03-15`."""
    day = version if len(version) > len("2026-03") else f"{version}-01"
    return datetime.fromisoformat(day).replace(tzinfo=PARIS)


def find_in_force(connection: sa.Connection, kind: str, at: datetime) -> Publication:
    """What is in force at an instant; before the first version, the first."""
    of_kind = sa.select(publications).where(publications.c.kind == kind)
    newest = of_kind.where(publications.c.effective_at <= at).order_by(publications.c.effective_at.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return _publication(row or connection.execute(of_kind.order_by(publications.c.effective_at).limit(1)).one())


def find_announced(connection: sa.Connection, kind: str, at: datetime) -> Publication | None:
    """What was announced and is not in force yet; of several the last, which is the one to stay."""
    coming = sa.select(publications).where(
        publications.c.kind == kind, publications.c.published_at <= at, publications.c.effective_at > at
    )
    row = connection.execute(coming.order_by(publications.c.effective_at.desc()).limit(1)).one_or_none()
    return _publication(row) if row and row.version != find_in_force(connection, kind, at).version else None


def read_document(connection: sa.Connection, kind: str, version: str, lang: str) -> Document:
    """A published version's text, in English where it is not written in `lang`. KeyError where there is none."""
    if kind not in KINDS or not _VERSION.fullmatch(version):
        raise KeyError(version)
    this = sa.select(documents).join(
        publications, sa.and_(publications.c.kind == documents.c.kind, publications.c.version == documents.c.version)
    )
    rows = connection.execute(this.where(documents.c.kind == kind, documents.c.version == version)).all()
    by_language = {row.lang: row for row in rows}
    row = by_language.get(lang) or by_language.get(LANGUAGES[0])
    if row is None:
        raise KeyError(version)
    return Document(kind, version, row.lang, row.sha256.hex(), row.text)


def languages_of(connection: sa.Connection, kind: str, version: str) -> set[str]:
    """The languages in which a version is written, published or not."""
    this = sa.select(documents.c.lang).where(documents.c.kind == kind, documents.c.version == version)
    return set(connection.execute(this).scalars())


def _publication(row: sa.Row[Any]) -> Publication:
    return Publication(row.kind, row.version, row.published_at, row.effective_at)
