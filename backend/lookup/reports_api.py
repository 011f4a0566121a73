"""HTTP: a user reports details that turned out wrong, and sees how that was answered."""

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from backend.directory import ContactField
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import READS, WRITES
from backend.kernel.paging import Page, answer_list, read_cursor
from backend.lookup.reports import Report, list_reports, report_detail, show_report
from backend.lookup.tables import State, Wrong

api = Room("reports", __name__)


class ReportBody(Body):
    person_id: Annotated[str, Field(min_length=1, max_length=64)]
    kind: ContactField
    wrong: Wrong
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None


class ReportShown(TypedDict):
    report_id: str
    person_id: str
    kind: ContactField
    wrong: Wrong
    text: str | None
    state: State
    reported_at: datetime
    answered_at: datetime | None


class Reports(TypedDict):
    reports: list[ReportShown]
    next_cursor: str | None


@api.post(
    "/v1/reports",
    limit=WRITES,
    body=ReportBody,
    answer=ReportShown,
    status=201,
    problems=("person-unknown", "detail-not-shown"),
)
def create_report(body: ReportBody) -> dict[str, Any]:
    """Report that a detail your Workspace has paid for does not reach its person, is another person's, or is old.

    A person looks at it, and you are told either way. Confirmed, it is shown no more, and you get a credit of its kind, as the plan
    sheet says. While your report of it is open, reporting it again changes nothing.
    """
    house = kernel()
    return show_report(house, report_detail(house, caller(), body.person_id, body.kind, body.wrong, body.text))


@api.get("/v1/reports", limit=READS, query=Page, answer=Reports, headers=("Link",))
def list_own_reports(query: Page) -> Response:
    """What you reported in this Workspace, newest first, and how it was answered."""
    me, house = caller(), kernel()
    found = list_reports(house, me, read_cursor("report", me.workspace_id, query), query.limit + 1)
    return answer_list("reports", found, query, show=_show, id_of=_id)


def _show(report: Report) -> dict[str, Any]:
    return show_report(kernel(), report)


def _id(report: Report) -> str:
    return kernel().ids.encode("report", report.workspace_id, report.report_id)
