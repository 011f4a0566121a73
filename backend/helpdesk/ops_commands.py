"""`candor ops helpdesk…`: who waits and for how long, answers, states, letters on paper, inbound mail."""

import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from backend.accounts.ops_commands import act_on
from backend.helpdesk import mails
from backend.helpdesk.answering import NotNext, answer_thread, set_state
from backend.helpdesk.mail_text import LARGEST_MAIL
from backend.helpdesk.paper import NoScan, Paper, enter_letter, open_scan
from backend.helpdesk.reading import Pace, Thread, list_waiting, read_pace, read_thread
from backend.helpdesk.rules import CATEGORIES, SEVERITIES, Category, Severity, State
from backend.helpdesk.threads import Place
from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.ops import Act, log_act, ops_options
from backend.kernel.problems import Problem

_MOST = 200
_PACE_MONTHS = 3


def _read_place(_context: click.Context, _parameter: click.Parameter, text: str) -> Place:
    found = re.fullmatch(r"(\d{1,18})/(\d{1,18})", text)
    if found is None:
        raise click.BadParameter("a thread is written like 11/3, as `candor ops helpdesk` lists it")
    return Place(int(found[1]), int(found[2]))


def _read_instant(_context: click.Context, _parameter: click.Parameter, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write it like 2026-03-02 or 2026-03-02T18:20+01:00") from None
    return given if given.tzinfo else given.replace(tzinfo=PARIS)


_thread = click.argument("place", metavar="THREAD", callback=_read_place)


def _do(kernel: Kernel, act: Act, action: str, subject: str, do: Callable[[sa.Connection], Any]) -> Any:
    """Do something and log it, in one transaction; says in words what is in the way."""
    with kernel.database.begin() as connection:
        log_act(connection, act, action, subject, kernel.clock.now())
        try:
            return do(connection)
        except Problem:
            raise click.ClickException("There is no such thread.") from None
        except NotNext as state:
            raise click.ClickException(f"The thread is {state}: it cannot go there from here.") from None


@click.command("helpdesk")
@ops_options
def list_command(kernel: Kernel, act: Act) -> None:
    """List what waits, the oldest first, and how fast anomalies of late were diagnosed and fixed."""
    now = kernel.clock.now()
    since = datetime.fromtimestamp(now.timestamp() - _PACE_MONTHS * 30 * 86_400, now.tzinfo)
    found = _do(
        kernel,
        act,
        "helpdesk.list",
        "threads that wait",
        lambda c: (list_waiting(c, _MOST), mails.list_cases(c, kernel, _MOST), read_pace(c, since)),
    )
    threads, cases, pace = found
    for thread in threads:
        click.echo(_line(thread, now))
    for case in cases:
        click.echo(f"mail {case.mail_id:<12}  {_age(case.received_at, now):>7}  no account  {case.category}")
    if not threads and not cases:
        click.echo("Nothing waits.")
    for state, done in sorted(pace.items()):
        click.echo(_pace(state, done))


@click.command("helpdesk-show")
@_thread
@ops_options
def show_command(kernel: Kernel, act: Act, place: Place) -> None:
    """Show a thread: what was said, its states with their times, its scans with their SHA-256."""
    thread = _do(kernel, act, "helpdesk.show", f"thread {place}", lambda c: read_thread(c, kernel, place))
    click.echo(_line(thread, kernel.clock.now()))
    for step in thread.steps:
        click.echo(f"{step.at:%Y-%m-%d %H:%M}  {step.state}")
    for scan in thread.scans:
        click.echo(f"scan {scan.scan_id}  {scan.media}  {scan.size} bytes  sha256 {scan.sha256}")
    for words in thread.messages:
        click.echo(f"\n{words.at:%Y-%m-%d %H:%M}  {words.author}:\n{words.text}")


@click.command("helpdesk-answer")
@_thread
@click.option("--text", required=True, help="The answer, which its user reads in the account and by mail.")
@ops_options
def answer_command(kernel: Kernel, act: Act, place: Place, text: str) -> None:
    """Answer a thread."""
    if not text.strip():
        raise click.UsageError("An answer says something.")
    _do(kernel, act, "helpdesk.answer", f"thread {place}", lambda c: answer_thread(c, kernel, place, text.strip()))
    click.echo("Answered, in the account and by mail.")


@click.command("helpdesk-state")
@_thread
@click.argument("state", type=click.Choice(["diagnosed", "fixed", "closed"]))
@ops_options
def state_command(kernel: Kernel, act: Act, place: Place, state: State) -> None:
    """Say how far it is: an anomaly is diagnosed, then fixed; anything can be closed. Its user is told."""
    _do(kernel, act, f"helpdesk.{state}", f"thread {place}", lambda c: set_state(c, kernel, place, state))
    click.echo(f"The thread is {state}.")


@click.command("helpdesk-letter")
@click.argument("email")
@click.option("--received-at", required=True, callback=_read_instant, help="When the letter came; Paris where no zone is named.")
@click.option("--scan", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PDF or picture.")
@click.option("--text", required=True, help="What the letter is about.")
@click.option("--category", type=click.Choice(CATEGORIES), default="question", show_default=True)
@click.option("--severity", type=click.Choice(SEVERITIES), default="normal", show_default=True)
@ops_options
def letter_command(
    kernel: Kernel, act: Act, email: str, received_at: datetime, scan: Path, text: str, category: Category, severity: Severity
) -> None:
    """Enter a letter on paper: its user sees it in the account, with the day by which it is answered."""
    if received_at > kernel.clock.now():
        raise click.UsageError("A letter is entered once it is there.")
    paper = Paper(category, severity, text.strip(), received_at, scan.read_bytes())
    try:
        place, until = act_on(kernel, act, email, "helpdesk.letter", lambda c, i: enter_letter(c, kernel, i, paper))
    except NoScan:
        raise click.UsageError("A scan is a PDF or a picture (JPEG, PNG, TIFF) of 5 MB at most.") from None
    click.echo(f"Thread {place}, to be answered by {until.astimezone(PARIS):%Y-%m-%d %H:%M}.")


@click.command("helpdesk-scan")
@_thread
@click.argument("scan", type=int)
@click.option("--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file that is not there yet.")
@ops_options
def scan_command(kernel: Kernel, act: Act, place: Place, scan: int, to: Path) -> None:
    """Write a letter's scan into a file, to look at it."""
    content = _do(kernel, act, "helpdesk.scan", f"thread {place} scan {scan}", lambda c: open_scan(c, kernel, place, scan))
    if content is None:
        raise click.ClickException("The thread has no such scan.")
    try:
        with to.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise click.UsageError("There is such a file already.") from None
    click.echo(f"{len(content)} bytes.")


@click.command("helpdesk-mail")
@click.option("--received-at", callback=_read_instant, help="When the mail server had it; now where it is not said.")
@ops_options
def mail_command(kernel: Kernel, act: Act, received_at: datetime | None) -> None:
    """Take in one mail to the contact address, from standard input as it came."""
    raw = sys.stdin.buffer.read(LARGEST_MAIL)

    def take(connection: sa.Connection) -> mails.Taken:
        taken = mails.take(connection, kernel, raw, received_at)
        log_act(connection, act, "helpdesk.mail", f"{taken.outcome}: {taken.subject}", kernel.clock.now())
        return taken

    with kernel.database.begin() as connection:
        taken = take(connection)
    click.echo(f"{taken.outcome}: {taken.subject}")


@click.command("helpdesk-case")
@click.argument("mail", type=int)
@click.option("--close", is_flag=True, help="It was looked at; it is removed 90 days later.")
@ops_options
def case_command(kernel: Kernel, act: Act, mail: int, close: bool) -> None:
    """Show a mail from an address without an account, or close its case."""
    if close:
        closed = _do(kernel, act, "helpdesk.close", f"mail {mail}", lambda c: mails.close_case(c, mail, kernel.clock.now()))
        if not closed:
            raise click.ClickException("No such case is open.")
        click.echo("Closed.")
        return
    case = _do(kernel, act, "helpdesk.show", f"mail {mail}", lambda c: mails.read_case(c, kernel, mail))
    if case is None:
        raise click.ClickException("There is no such mail.")
    click.echo(f"{case.received_at:%Y-%m-%d %H:%M}  {case.category}  from {case.sender or 'nobody'}\n\n{case.text}")


def _line(thread: Thread, now: datetime) -> str:
    signs = [thread.state, thread.category, thread.channel]
    if thread.severity == "serious":
        signs.append("serious")
    if thread.answer_by is not None:
        signs.append(f"answer by {thread.answer_by.astimezone(PARIS):%Y-%m-%d}")
    taken = [f"{state} after {_age(thread.received_at, at)}" for state in ("diagnosed", "fixed") if (at := thread.first(state))]
    return f"{thread.place!s:<17}  {_age(thread.received_at, now):>7}  {', '.join([*signs, *taken])}"


def _age(since: datetime, now: datetime) -> str:
    return _long((now - since).total_seconds())


def _long(seconds: float) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours // 24} d {hours % 24} h" if hours >= 24 else f"{hours} h {minutes} m"


def _pace(state: str, done: Pace) -> str:
    return f"{state}: {done.count} anomalies in 90 days, half of them within {_long(done.seconds)}"


commands = [
    list_command, show_command, answer_command, state_command, letter_command, scan_command, mail_command, case_command,
]  # fmt: skip
"""What this room adds to `candor ops`."""
