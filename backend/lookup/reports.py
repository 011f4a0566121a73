"""A user reports a detail wrong that their workspace has paid for: kept until a person has looked at it, then told either way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import AccountDeleted, ExportAsked
from backend.credits import has_paid
from backend.directory import find_person
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.lookup.tables import detail_reports

_ONCE = ["workspace_id", "account_id", "person_id", "kind"]
# In words, not as a parameter: a prepared statement does not find the partial index by one.
_OPEN = sa.text("state = 'open'")


@dataclass(frozen=True)
class Report:
    """A detail of one kind, reported wrong; `text` is None where nothing else was said."""

    workspace_id: int
    report_id: int
    account_id: int
    person_id: int
    kind: str
    wrong: str
    state: str
    reported_at: datetime
    answered_at: datetime | None
    text: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """What those who run Candor call it."""
        return f"{self.workspace_id}/{self.report_id}"


def report_detail(kernel: Kernel, caller: Caller, person_id: str, kind: str, wrong: str, text: str | None) -> Report:
    """Report what is shown of a person today. While the caller's report of it is open, that one is returned.

    Raises `person-unknown`; `detail-not-shown` where the workspace has not paid for it, or is not shown it any more.
    """
    now, known = kernel.clock.now(), kernel.ids.decode("person", caller.workspace_id, person_id)
    if known is None:
        raise Problem("person-unknown")
    found = find_person(kernel, known, [kind], now)
    if kind not in found.showable or found.notice == "impossible":
        raise Problem("detail-not-shown")
    mine = {"workspace_id": caller.workspace_id, "account_id": caller.account_id, "person_id": found.persons[0], "kind": kind}
    sealed = kernel.sealer.seal(text, _place(caller.workspace_id)) if text else None
    with kernel.database.begin() as connection:
        if not has_paid(connection, caller.workspace_id, found.persons, kind):
            raise Problem("detail-not-shown")
        made = insert(detail_reports).values(**mine, wrong=wrong, sealed=sealed, reported_at=now)
        connection.execute(made.on_conflict_do_nothing(index_elements=_ONCE, index_where=_OPEN))
        this = (detail_reports.c[name] == value for name, value in mine.items())
        return read_report(kernel, connection.execute(sa.select(detail_reports).where(_OPEN, *this)).one())


def list_reports(kernel: Kernel, caller: Caller, before: int, most: int) -> list[Report]:
    """The caller's newest `most` reports here that are older than report `before`."""
    reports = detail_reports.c
    mine = sa.and_(reports.workspace_id == caller.workspace_id, reports.account_id == caller.account_id)
    older = sa.select(detail_reports).where(mine, reports.report_id < before).order_by(reports.report_id.desc()).limit(most)
    with kernel.database.begin() as connection:
        return [read_report(kernel, row) for row in connection.execute(older)]


def export_reports(kernel: Kernel, connection: sa.Connection, asked: ExportAsked) -> None:
    """Add to an account's own export what it reported, wherever it was then."""
    mine = sa.select(detail_reports).where(detail_reports.c.account_id == asked.account_id)
    found = [read_report(kernel, row) for row in connection.execute(mine.order_by(detail_reports.c.report_id))]
    asked.document["reports"] = [show_report(kernel, report) for report in found]


def forget_reports(connection: sa.Connection, event: AccountDeleted) -> None:
    """The account is gone, and what it reported with it."""
    connection.execute(detail_reports.delete().where(detail_reports.c.account_id == event.account_id))


def show_report(kernel: Kernel, report: Report) -> dict[str, Any]:
    """A report as its user reads it."""
    return {
        "report_id": kernel.ids.encode("report", report.workspace_id, report.report_id),
        "person_id": kernel.ids.encode("person", report.workspace_id, report.person_id),
        "kind": report.kind,
        "wrong": report.wrong,
        "text": report.text,
        "state": report.state,
        "reported_at": report.reported_at,
        "answered_at": report.answered_at,
    }


def read_report(kernel: Kernel, row: sa.Row[Any]) -> Report:
    """A row, opened."""
    kept = {name: value for name, value in row._mapping.items() if name != "sealed"}
    return Report(**kept, text=kernel.sealer.open(row.sealed, _place(row.workspace_id)) if row.sealed else None)


def _place(workspace_id: int) -> str:
    return f"workspace:{workspace_id}:report"
