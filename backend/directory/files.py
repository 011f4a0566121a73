"""Reads an import file, CSV or JSON Lines, row by row, never holding it whole. A line it cannot read is refused with its reason."""

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from backend.directory.rows import COLUMNS, Refused

LONGEST_LINE = 1_000_000
_DELIMITERS = ",;\t|"


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the message says what to do about it."""


@dataclass(frozen=True)
class Line:
    """One record with the line it starts on; what could not be read is a refusal in its place."""

    number: int
    record: Mapping[str, str] | Refused


@dataclass(frozen=True)
class Opened:
    """An import file: the known columns that its first line names, how many it names besides, its lines."""

    columns: frozenset[str]
    unknown_columns: int
    lines: Iterator[Line]


@contextmanager
def open_rows(path: Path) -> Iterator[Opened]:
    """Open a file and read what its first line says. Raises UnreadableFile."""
    try:
        with path.open("rb") as raw:
            head = raw.read(4096)
        encoding = _encoding_of(head)
        with path.open("rb") as raw, TextIOWrapper(raw, encoding, errors="surrogateescape", newline="") as text:
            yield _open_objects(text) if _holds_objects(path, head, encoding) else _open_table(text)
    except UnicodeError:
        raise UnreadableFile("This file is neither UTF-8 nor UTF-16. Save it as UTF-8, then import that.") from None
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error


def _encoding_of(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")):
        raise UnreadableFile("This is not a text file. Save the table as “CSV UTF-8”, then import that.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        raise UnreadableFile("This is not a text file. Save the table as “CSV UTF-8”, then import that.")
    return "utf-8-sig"


def _holds_objects(path: Path, head: bytes, encoding: str) -> bool:
    first = head.decode(encoding, errors="ignore").lstrip()[:1]
    if first == "[":
        raise UnreadableFile("One JSON object a line is read, not an array of them (jq -c '.[]' FILE makes the lines).")
    return first == "{" or path.suffix.lower() in (".jsonl", ".ndjson", ".json")


def _lines(text: TextIO) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise UnreadableFile(f"Line {number:,} is longer than {LONGEST_LINE:,} characters. Is this a table?")
        yield line


def _name_of(header: str) -> str:
    return "_".join(header.strip().lower().replace("-", " ").split())


def _open_table(text: TextIO) -> Opened:
    lines = _lines(text)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    headers = [_name_of(cell) for cell in next(csv.reader([first], delimiter=delimiter), [])]
    known = [name for name in headers if name in COLUMNS]
    if not known:
        raise UnreadableFile(
            "The first line must name the columns: full_name, linkedin_url, work_email, mobile_phone, personal_email, company, "
            "title, country."
        )
    for name in known:
        if known.count(name) > 1:
            raise UnreadableFile(f"The column {name} stands twice in the first line: which of the two is meant?")
    return Opened(frozenset(known), len(headers) - len(known), _read_table(lines, headers, delimiter))


def _read_table(lines: Iterator[str], headers: list[str], delimiter: str) -> Iterator[Line]:
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        number = reader.line_num + 2
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Line(number, Refused("unreadable-row", "not a row of a table (a quotation mark left open?)"))
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(headers) :]):
            yield Line(number, Refused("too-many-cells", "more cells than the first line names columns"))
            continue
        named = zip(headers, cells, strict=False)
        yield Line(number, {name: cell.strip() for name, cell in named if name in COLUMNS})


def _open_objects(text: TextIO) -> Opened:
    lines = _read_objects(_lines(text))
    first = next(lines, None)
    columns = frozenset(first.record) if first and not isinstance(first.record, Refused) else frozenset[str]()
    return Opened(columns, 0, chain([first] if first else [], lines))


def _read_objects(lines: Iterator[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            pairs = json.loads(line, object_pairs_hook=list)
            yield Line(number, _read_pairs(pairs))
        except Refused as refused:
            yield Line(number, refused)
        except (ValueError, RecursionError):
            yield Line(number, Refused("not-json", "not one JSON object"))


def _read_pairs(pairs: Any) -> dict[str, str]:
    # An object comes as a list of pairs, so that a name given twice is seen; an array of objects would come as a list of lists.
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise Refused("not-json", "not one JSON object")
    record: dict[str, str] = {}
    for header, value in pairs:
        name = _name_of(header)
        if name not in COLUMNS or value is None:
            continue
        if name in record:
            raise Refused("named-twice", "this name stands twice", name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise Refused("not-text", "a text or a number is read here", name)
        record[name] = str(value).strip()
    return record
