"""Imports for the directory's tests, said in one line."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from backend.directory import Found, ProfileKey, find_person
from backend.directory.files import Line
from backend.directory.importing import Imported, import_lines
from backend.directory.rows import Refused
from backend.kernel import Kernel

PAPERS = {
    "source": "Annuaire Exemple",
    "licence": "LIC-1",
    "kind": "supplier",
    "visibility": "everyone",
    "basis": "legitimate_interest",
    "country": "FR",
}
JANE = {
    "full_name": "Jane Doe",
    "linkedin_url": "https://www.linkedin.com/in/jane-doe-candor-sample/",
    "work_email": "jane.doe@firm.example",
    "mobile_phone": "06 39 98 00 01",
    "company": "Firm SAS",
    "title": "Buyer",
}
KEY = ProfileKey("vanity", "jane-doe-candor-sample")


@dataclass
class Directory:
    """Puts rows in, and looks at what came of them."""

    kernel: Kernel

    def put(self, *rows: dict[str, str], **papers: str) -> Imported:
        """Import these rows; every row is Jane's unless it says otherwise."""
        self.refusals: list[tuple[int | None, Refused]] = []
        lines: Iterator[Line] = (Line(number, {**JANE, **row}) for number, row in enumerate(rows, 2))
        return import_lines(self.kernel, lines, {**PAPERS, **papers}, lambda n, r: self.refusals.append((n, r)))

    def find(self, key: ProfileKey | int = KEY) -> Found:
        """Everything showable now, opened."""
        return find_person(self.kernel, key, ("b2b_email", "phone", "direct_email"), self.kernel.clock.now(), True)

    def values(self, kind: str, key: ProfileKey | int = KEY) -> list[str | None]:
        """The showable values of a kind, best first."""
        return [detail.value for detail in self.find(key).showable.get(kind, [])]


@pytest.fixture
def directory(kernel: Kernel) -> Directory:
    """The directory, empty."""
    return Directory(kernel)


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows of dicts as a CSV file."""

    def write(rows: list[dict[str, Any]], name: str = "people.csv", **options: Any) -> Path:
        path = tmp_path / name
        with path.open("w", encoding=options.pop("encoding", "utf-8"), newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), **options)
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write
