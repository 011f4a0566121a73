"""Reports of wrong details, as those who run Candor answer them: confirmed, the value is closed and the reporter rewarded."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from backend.accounts import read_row
from backend.directory import KnownValue, close_wrong, list_values
from backend.kernel import Kernel
from backend.kernel.messages import Fact, Message, tell
from backend.lookup.reports import Report, read_report
from backend.lookup.tables import detail_reports
from backend.subscriptions.rewarding import WRONG_DETAIL, reward_account


class NoReport(LookupError):
    """There is no such report."""


class Answered(Exception):
    """The report was answered before; its argument says how."""


class WhichValue(Exception):
    """Several values of the kind are known: those that are wrong must be named, and exist."""


def list_open(connection: sa.Connection, kernel: Kernel, most: int) -> list[Report]:
    """Reports that wait, the oldest first."""
    waiting = sa.select(detail_reports).where(detail_reports.c.state == "open")
    rows = connection.execute(waiting.order_by(detail_reports.c.reported_at, detail_reports.c.report_id).limit(most))
    return [read_report(kernel, row) for row in rows]


def find_report(connection: sa.Connection, kernel: Kernel, workspace_id: int, report_id: int, *, lock: bool = False) -> Report:
    """One report. Raises NoReport."""
    this = sa.select(detail_reports).where(detail_reports.c.workspace_id == workspace_id, detail_reports.c.report_id == report_id)
    row = connection.execute(this.with_for_update() if lock else this).one_or_none()
    if row is None:
        raise NoReport
    return read_report(kernel, row)


def reported_values(connection: sa.Connection, kernel: Kernel, report: Report) -> list[KnownValue]:
    """What the report may be about: the values of its kind known today."""
    return list_values(connection, kernel, report.person_id, report.kind, kernel.clock.now())


def confirm_report(connection: sa.Connection, kernel: Kernel, report: Report, value_ids: Collection[int]) -> bool:
    """It is wrong: the values are shown no more, the reporter is told and has a credit of the kind; False where none was granted.

    Without `value_ids` the one value that is known is meant. What was paid stays paid. Raises Answered, NoReport, WhichValue.
    """
    now = kernel.clock.now()
    known = [each.value_id for each in reported_values(connection, kernel, report)]
    wrong = set(value_ids) or set(known)
    if not wrong <= set(known) or (not value_ids and len(known) > 1):
        raise WhichValue
    # An import may hold the directory for long: nobody waits for us meanwhile.
    close_wrong(connection, report.person_id, report.kind, wrong, now)
    _answer(connection, kernel, report, "confirmed", now)
    ref = report.name.replace("/", ":")
    granted = reward_account(connection, report.account_id, WRONG_DETAIL, now, ref, kind=report.kind)
    _tell(connection, kernel, report, "report-confirmed" if granted else "report-confirmed-unrewarded", now)
    return granted


def refuse_report(connection: sa.Connection, kernel: Kernel, report: Report, reason: str) -> None:
    """It is not wrong, as far as a person can see; the reporter reads why. Raises Answered, NoReport."""
    now = kernel.clock.now()
    _answer(connection, kernel, report, "refused", now)
    _tell(connection, kernel, report, "report-refused", now, {"reason": reason})


def _answer(connection: sa.Connection, kernel: Kernel, report: Report, state: str, at: datetime) -> None:
    read_row(connection, report.account_id, lock=True)
    found = find_report(connection, kernel, report.workspace_id, report.report_id, lock=True)
    if found.state != "open":
        raise Answered(found.state)
    this = sa.and_(detail_reports.c.workspace_id == report.workspace_id, detail_reports.c.report_id == report.report_id)
    connection.execute(detail_reports.update().where(this).values(state=state, answered_at=at))


def _tell(
    connection: sa.Connection, kernel: Kernel, report: Report, code: str, at: datetime, more: dict[str, Fact] | None = None
) -> None:
    facts: dict[str, Fact] = {"reported_at": report.reported_at, **(more or {})}
    tell(connection, kernel.sealer, Message(report.account_id, code, report.name, at, facts))
