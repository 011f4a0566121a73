"""`candor ops`: suspend and lift, answer cures, ask questions, look at cases, end what was compromised, note mail come back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa

from backend.accounts import appeals, bounces, cases, closing, compromise, questions, replies, suspensions, update_report
from backend.accounts.grounds import NoGround, all_grounds
from backend.accounts.records import find_row, login_digests
from backend.kernel import Kernel
from backend.kernel.emails import NotAnEmail, read_email
from backend.kernel.ops import Act, log_act, ops_options
from backend.terms import current_sheet


def act_on(kernel: Kernel, act: Act, email: str, action: str, do: Callable[[sa.Connection, int], Any]) -> Any:
    """Do something to the account of an address, and log it, in one transaction; says in words what is in the way."""
    try:
        address = read_email(email)
    except NotAnEmail:
        raise click.UsageError("This is not an email address.") from None
    with kernel.database.begin() as connection:
        row = find_row(connection, login_digests(kernel, address), lock=True)
        if row is None or row.state == "pending":
            raise click.ClickException("Nobody has an account with this address.")
        log_act(connection, act, action, f"account {row.account_id}", kernel.clock.now())
        try:
            return do(connection, row.account_id)
        except NoGround as ground:
            known = ", ".join(all_grounds())
            raise click.UsageError(f"No obligation stands under {ground}. A suspension rests on one of: {known}") from None
        except suspensions.NotSuspendable as state:
            raise click.ClickException(f"This account is {state}: only an active one can be suspended.") from None
        except suspensions.NotSuspended:
            raise click.ClickException("This account is not suspended.") from None
        except replies.NothingHandedIn:
            raise click.ClickException("No cure of this account waits for an answer.") from None
        except appeals.NoAppeal:
            raise click.ClickException("No appeal of this account waits for an answer.") from None
        except appeals.NotAnswered:
            raise click.ClickException("This appeal waits for an answer: `lift` or `refuse-appeal`.") from None
        except appeals.HoldStands:
            raise click.ClickException("The hold stands: `release-hold` or `keep-hold`.") from None
        except appeals.SameDecider:
            raise click.ClickException("Who suspended does not answer the appeal: somebody else does.") from None


@click.command("suspend")
@click.argument("email")
@click.option("--ground", required=True, help="The clause it rests on: an obligation of article 11.1 or 14.2.")
@ops_options
def suspend_command(kernel: Kernel, act: Act, email: str, ground: str) -> None:
    """Suspend an account. The reason is in words that its user reads."""
    reason = act.reason.strip()
    act_on(kernel, act, email, "account.suspend", lambda c, i: suspensions.suspend(c, kernel, i, ground, reason, by=act.by))
    click.echo("Suspended. The user is told by mail, with the reason, the clause and a link to put it right.")


@click.command("lift")
@click.argument("email")
@ops_options
def lift_command(kernel: Kernel, act: Act, email: str) -> None:
    """Lift a suspension: the account works again."""
    act_on(kernel, act, email, "account.lift", lambda c, i: suspensions.lift(c, kernel, i, by=act.by))
    click.echo("Lifted.")


@click.command("answer-cure")
@click.argument("email")
@click.argument("answer", type=click.Choice(["accept", "refuse"]))
@ops_options
def answer_cure_command(kernel: Kernel, act: Act, email: str, answer: str) -> None:
    """Answer what a suspended user handed in. The user reads the reason of a refusal."""
    given: replies.Answer = "accepted" if answer == "accept" else "refused"
    words = act.reason.strip()
    act_on(kernel, act, email, f"cure.{answer}", lambda c, i: replies.answer_cure(c, kernel, i, given, words, by=act.by))
    click.echo("Accepted: the account works again." if given == "accepted" else "Refused: the clock goes on.")


@click.command("refuse-appeal")
@click.argument("email")
@ops_options
def refuse_appeal_command(kernel: Kernel, act: Act, email: str) -> None:
    """Answer an appeal: the suspension stands. The user reads the reason. Who suspended does not answer."""
    words = act.reason.strip()
    act_on(kernel, act, email, "appeal.refuse", lambda c, i: appeals.refuse_appeal(c, kernel, i, words, by=act.by))
    click.echo("Refused: the suspension stands, and the user is told why.")


@click.command("ask")
@click.argument("email")
@click.option("--question", required=True, help="What the user is asked, in words.")
@click.option("--days", type=click.IntRange(1, 90), default=None, help="How long they have; the days of a cure by default.")
@ops_options
def ask_command(kernel: Kernel, act: Act, email: str, question: str, days: int | None) -> None:
    """Ask a user about identity or eligibility."""
    with kernel.database.begin() as connection:
        within = days or current_sheet(connection, kernel.clock.now()).policy.conduct_cure_days
    act_on(kernel, act, email, "question.ask", lambda c, i: questions.ask(c, kernel, i, question.strip(), within))
    click.echo(f"Asked, to be answered within {within} days.")


@click.command("look")
@click.argument("email")
@click.option("--contacts/--no-contacts", default=None, help="Whether the LinkedIn account has contacts.")
@click.option("--activity/--no-activity", default=None, help="Whether it shows activity.")
@ops_options
def look_command(kernel: Kernel, act: Act, email: str, contacts: bool | None, activity: bool | None) -> None:
    """Write down what a person saw of a LinkedIn account; three signals together open a case."""
    now = kernel.clock.now()
    act_on(kernel, act, email, "linkedin.look", lambda c, i: cases.note_look(c, i, contacts=contacts, activity=activity, at=now))
    click.echo("Noted.")


@click.command("cases")
@click.argument("email")
@ops_options
def cases_command(kernel: Kernel, act: Act, email: str) -> None:
    """Show the cases of an account, and what was handed in."""
    for case in act_on(kernel, act, email, "cases.read", lambda c, i: cases.read_cases(c, kernel, i)):
        click.echo(f"{case.opened_at:%Y-%m-%d}  {case.state:6}  {case.kind}: {', '.join(case.signals)}")
        for taken_on, step in case.steps:
            click.echo(f"    {taken_on}  {step}")
    for reply in act_on(kernel, act, email, "replies.read", lambda c, i: replies.read_open_replies(c, kernel, i)):
        click.echo(f"{reply.at:%Y-%m-%d}  {reply.answer or 'waits':6}  {reply.kind}: {reply.text}")


@click.command("close-case")
@click.argument("email")
@click.argument("kind")
@ops_options
def close_case_command(kernel: Kernel, act: Act, email: str, kind: str) -> None:
    """Close a case that was looked at. What stands about a hold is closed by its decision."""
    if kind in ("robots", "robots-appeal"):
        raise click.UsageError("Decide about the hold: candor ops release-hold, or keep-hold.")
    if not act_on(kernel, act, email, "case.close", lambda c, i: appeals.close_looked_at(c, i, kind, by=act.by)):
        raise click.ClickException("No such case is open.")
    click.echo("Closed.")


@click.command("legal-step")
@click.argument("email")
@click.option("--on", "taken_on", type=click.DateTime(["%Y-%m-%d"]), required=True)
@click.option("--step", required=True, help="What was done: notice, complaint, summons.")
@ops_options
def legal_step_command(kernel: Kernel, act: Act, email: str, taken_on: datetime, step: str) -> None:
    """Write the date of a legal step into the case of a suspension."""
    done = act_on(
        kernel, act, email, "case.step", lambda c, i: cases.note_step(c, kernel, i, "suspension", taken_on.date(), step.strip())
    )
    if not done:
        raise click.ClickException("No suspension of this account is open.")
    click.echo("Noted.")


@click.command("compromised")
@click.argument("email")
@ops_options
def compromised_command(kernel: Kernel, act: Act, email: str) -> None:
    """Misuse was reported by mail: end every session and the password at once."""
    act_on(kernel, act, email, "account.compromised", lambda c, i: compromise.report(c, kernel, i, "reported by mail"))
    click.echo("Every session has ended; a new password comes by mail.")


@click.command("terminate")
@click.argument("email")
@ops_options
def terminate_command(kernel: Kernel, act: Act, email: str) -> None:
    """End an account whose sign-in details were disclosed or misused (6.2): at once, for good, without anything given back."""
    act_on(kernel, act, email, "account.terminate", lambda c, i: closing.terminate(c, kernel, i, act.reason.strip()))
    click.echo("Terminated.")


@click.command("bounced")
@click.argument("email")
@ops_options
def bounced_command(kernel: Kernel, act: Act, email: str) -> None:
    """Mail to an address came back: nothing it was told by mail counts as told, and the copies in the account stand."""
    count = act_on(kernel, act, email, "mail.bounced", lambda c, i: bounces.note_bounce(c, kernel, i))
    click.echo(f"{count} messages no longer count as told by mail; `candor ops tasks` has it.")


@click.command("update-report")
@click.argument("version")
@ops_options
def update_report_command(kernel: Kernel, act: Act, version: str) -> None:
    """List who was told of an update, and who has installed it: for each account since when."""
    with kernel.database.begin() as connection:
        log_act(connection, act, "update.report", f"version {version}", kernel.clock.now())
        lines = update_report.list_standings(connection, kernel, version)
    if lines is None:
        raise click.ClickException(f"No update {version} was announced.")
    for line in lines:
        told = f"told {line.told_at:%Y-%m-%d %H:%M}" if line.told_at else "not told"
        installed = f"installed {line.installed_at:%Y-%m-%d %H:%M}" if line.installed_at else "not installed"
        click.echo(f"{line.email}  {told}  {installed}")


commands = [
    suspend_command, lift_command, answer_cure_command, refuse_appeal_command, ask_command, look_command, cases_command,
    close_case_command, legal_step_command, compromised_command, terminate_command, bounced_command, update_report_command,
]  # fmt: skip
"""What this room adds to `candor ops`."""
