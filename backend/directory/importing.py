"""The import: rows of a file become people, identities and facts, in batches, each in one transaction.

It may be run again at any time: a known person is found by their identities, a known fact by its digest and source, and nothing is
written twice. `expires_at` is set when a fact is written and never again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from backend.directory.batches import Arrival, Batch
from backend.directory.files import Line, UnreadableFile, open_rows
from backend.directory.rows import SOURCE_COLUMNS, Refused, Row, read_row
from backend.directory.tables import imports
from backend.kernel import Kernel

BATCH = 500

# One import at a time, and no objection in the middle of one: what the suppression list says must hold until the rows are in.
DIRECTORY_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('candor.directory'))")

Report = Callable[[int | None, Refused], None]
Progress = Callable[[str], None]


@dataclass
class Imported:
    """What an import did, in rows; `suppressed` are among the refused. `unevidenced` rows name a consent and no
    evidence of it; `unknown_columns` of the file were not read."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    suppressed: int = 0
    unevidenced: int = 0
    unknown_columns: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """Rows that did not go in."""
        return sum(self.reasons.values())

    @property
    def rows(self) -> int:
        """Rows read."""
        return self.added + self.changed + self.unchanged + self.refused


def import_file(
    kernel: Kernel, path: Path, defaults: Mapping[str, str], report: Report, progress: Progress | None = None
) -> Imported:
    """Import `path`; `defaults` fill its empty columns. Every refused row is told to `report` with its line and reason.

    Raises UnreadableFile where nothing of the file can be read, before anything is written.
    """
    with open_rows(path) as opened:
        if missing := [name for name in SOURCE_COLUMNS if not defaults.get(name) and name not in opened.columns]:
            raise MissingPapers(missing)
        done = import_lines(kernel, opened.lines, defaults, report, progress)
        done.unknown_columns = opened.unknown_columns
        return done


class MissingPapers(UnreadableFile):
    """Neither the file nor a flag says where its rows come from."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(f"The file does not say {', '.join(columns)}.")
        self.columns = tuple(columns)


def import_lines(
    kernel: Kernel, lines: Iterator[Line], defaults: Mapping[str, str], report: Report, progress: Progress | None = None
) -> Imported:
    """Import records, wherever they come from."""
    done = Imported()
    given = {name: text for name, text in defaults.items() if text}
    import_id = _begin(kernel, given.get("source"))
    while batch := list(islice(lines, BATCH)):
        now = kernel.clock.now()
        rows: list[tuple[int, Row]] = []
        for line in batch:
            try:
                if isinstance(line.record, Refused):
                    raise line.record
                filled = {**given, **{name: text for name, text in line.record.items() if text}}
                row = read_row(filled, now)
                rows.append((line.number, row))
            except Refused as refused:
                done.reasons[refused.code] += 1
                report(line.number, refused)
        _take(kernel, rows, now, done, report)
        _note(kernel, import_id, done, now)
        if progress is not None:
            progress(f"{done.rows:,} rows read, {done.refused:,} refused")
    _note(kernel, import_id, done, kernel.clock.now(), ended=True)
    if done.suppressed:
        report(None, Refused("suppressed", f"{done.suppressed:,} rows left out: they are on the suppression list"))
    return done


def _begin(kernel: Kernel, source: str | None) -> int:
    """A row that those who run Candor can watch; nothing of the file stands in it."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        made = imports.insert().values(source=source, started_at=now, seen_at=now).returning(imports.c.import_id)
        return int(connection.execute(made).scalar_one())


def _note(kernel: Kernel, import_id: int, done: Imported, at: datetime, *, ended: bool = False) -> None:
    """How far it is, after each batch."""
    so_far = {name: getattr(done, name) for name in ("added", "changed", "unchanged", "refused")}
    with kernel.database.begin() as connection:
        change = {**so_far, "seen_at": at, **({"ended_at": at} if ended else {})}
        connection.execute(imports.update().where(imports.c.import_id == import_id).values(change))


def _take(kernel: Kernel, rows: list[tuple[int, Row]], now: datetime, done: Imported, report: Report) -> None:
    today = datetime.combine(now.date(), time(), UTC)
    with kernel.database.begin() as connection:
        connection.execute(DIRECTORY_LOCK)
        batch = Batch(kernel, connection, [row for _, row in rows], now, today)
        outcomes = []
        for number, row in rows:
            try:
                outcomes.append(batch.take(row))
            except Refused as refused:
                done.reasons[refused.code] += 1
                if refused.code == "suppressed":
                    done.suppressed += 1
                else:
                    report(number, refused)
                continue
            done.unevidenced += row.source.basis == "consent" and not row.consent_evidence
        batch.write()
    done.added += outcomes.count(Arrival.ADDED)
    done.changed += outcomes.count(Arrival.CHANGED)
    done.unchanged += outcomes.count(Arrival.UNCHANGED)
