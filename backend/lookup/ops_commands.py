"""`candor ops reports`, `report`, `confirm-report`, `refuse-report`: details that users reported wrong, looked at by a person."""

import re
from collections.abc import Callable
from typing import Any

import click
import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act, ops_options
from backend.kernel.problems import Problem
from backend.lookup import answering
from backend.lookup.reports import Report

_MOST = 200
_Place = tuple[int, int]


def _read_place(_context: click.Context, _parameter: click.Parameter, text: str) -> _Place:
    found = re.fullmatch(r"(\d{1,18})/(\d{1,18})", text)
    if found is None:
        raise click.BadParameter("a report is written like 11/3, as `candor ops reports` lists it")
    return int(found[1]), int(found[2])


_report = click.argument("place", metavar="REPORT", callback=_read_place)


def _do(kernel: Kernel, act: Act, action: str, place: _Place, do: Callable[[sa.Connection, Report], Any]) -> Any:
    """Do something about a report and log it, in one transaction; says in words what is in the way."""
    with kernel.database.begin() as connection:
        log_act(connection, act, action, f"report {place[0]}/{place[1]}", kernel.clock.now())
        try:
            return do(connection, answering.find_report(connection, kernel, *place))
        except (answering.NoReport, Problem):
            raise click.ClickException("There is no such report.") from None
        except answering.Answered as state:
            raise click.ClickException(f"This report is {state} already.") from None
        except answering.WhichValue:
            raise click.ClickException("Say which values are wrong: --value N, as `candor ops report` numbers them.") from None


@click.command("reports")
@ops_options
def list_command(kernel: Kernel, act: Act) -> None:
    """List the details that users reported wrong and nobody has answered, the oldest first."""
    with kernel.database.begin() as connection:
        log_act(connection, act, "reports.list", "reports that wait", kernel.clock.now())
        found = answering.list_open(connection, kernel, _MOST)
    for report in found:
        click.echo(_line(report))
    if not found:
        click.echo("Nothing waits.")


@click.command("report")
@_report
@ops_options
def show_command(kernel: Kernel, act: Act, place: _Place) -> None:
    """Show a report: what its user says, and the values it may be about, each with its number and its sources."""

    def look(connection: sa.Connection, report: Report) -> None:
        click.echo(_line(report))
        if report.text:
            click.echo(report.text)
        for known in answering.reported_values(connection, kernel, report):
            click.echo(f"{known.value_id:>8}  {known.value}  {', '.join(known.sources)}, {known.collected_at:%Y-%m-%d}")

    _do(kernel, act, "report.show", place, look)


@click.command("confirm-report")
@_report
@click.option("--value", "values", type=int, multiple=True, help="A value's number; needed where several are known.")
@ops_options
def confirm_command(kernel: Kernel, act: Act, place: _Place, values: tuple[int, ...]) -> None:
    """Confirm that a detail is wrong: it is shown no more, and its reporter is told and rewarded."""
    granted = _do(kernel, act, "report.confirm", place, lambda c, report: answering.confirm_report(c, kernel, report, values))
    credit = (
        "the reporter has a credit more" if granted else "no credit was granted: the most of the month is reached, or no plan runs"
    )
    click.echo(f"Confirmed; {credit}.")


@click.command("refuse-report")
@_report
@ops_options
def refuse_command(kernel: Kernel, act: Act, place: _Place) -> None:
    """Refuse a report: nothing changes. The reporter reads the reason."""
    _do(kernel, act, "report.refuse", place, lambda c, report: answering.refuse_report(c, kernel, report, act.reason.strip()))
    click.echo("Refused; the reporter is told why.")


def _line(report: Report) -> str:
    return f"{report.name:<17}  {report.reported_at:%Y-%m-%d %H:%M}  {report.state}, {report.kind}, {report.wrong}"


commands = [list_command, show_command, confirm_command, refuse_command]
"""What this room adds to `candor ops`."""
