"""`candor ops`: breaches of contract and formal notices, as those who run Candor enter, settle and carry them out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import click
import sqlalchemy as sa

from backend.accounts import NoGround, all_grounds, find_account_row, find_row, login_digests, read_ground
from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.emails import NotAnEmail, read_email
from backend.kernel.ops import Act, log_act, ops_options
from backend.kernel.problems import Problem
from backend.kernel.writing import write_moment
from backend.subscriptions import breaches, notices
from backend.subscriptions.after_notice import terminate_after
from backend.subscriptions.endings import lock_to_end
from backend.subscriptions.premiums import Premium
from backend.workspaces import read_membership

_NUMBER = click.option("--registered-number", "number", required=True, help="Of the registered letter.")


def act_for(
    kernel: Kernel,
    act: Act,
    email: str,
    action: str,
    do: Callable[[sa.Connection, int, int, Premium | None], Any],
    *,
    anybody: bool = False,
) -> Any:
    """Do something about the contract that an account acts for, all of it locked, and log it; says in words what is in the way.

    `do` is called with the workspace, the account and the premium, or None where the account is on a freemium; with `anybody`
    also for a mere member of a premium, about their own freemium alone.
    """
    try:
        address = read_email(email)
    except NotAnEmail:
        raise click.UsageError("This is not an email address.") from None
    with kernel.database.begin() as connection:
        found = find_row(connection, login_digests(kernel, address))
        if found is None or found.workspace_id is None:
            raise click.ClickException("Nobody has an account with this address.")
        premium = lock_to_end(connection, kernel, found.workspace_id)
        row = find_account_row(connection, found.account_id)
        if row is None or row.workspace_id != found.workspace_id:
            raise click.ClickException("This account left a moment ago: look again.")
        membership = read_membership(connection, row.workspace_id, row.account_id)
        if premium is not None and (membership is None or membership.role != "admin"):
            premium = None
            if not anybody:
                raise click.ClickException("This account does not act for the subscriber: name an admin of the Workspace.")
        log_act(connection, act, action, f"workspace {row.workspace_id} account {row.account_id}", kernel.clock.now())
        try:
            return do(connection, row.workspace_id, row.account_id, premium)
        except NoGround as ground:
            raise click.UsageError(f"No obligation stands under {ground}. Name one of: {', '.join(all_grounds())}") from None
        except breaches.AlreadyOpen:
            raise click.ClickException("A breach is open already.") from None
        except notices.NotEnterable as why:
            raise click.ClickException(str(why)) from None
        except Problem as problem:
            raise click.ClickException(f"{problem.kind.title} {problem.detail}") from None


@click.command("breach")
@click.argument("email")
@click.option("--clause", required=True, help="The obligation it rests on, of article 11.1 or 14.2.")
@ops_options
def breach_command(kernel: Kernel, act: Act, email: str, clause: str) -> None:
    """Suspend the subscription that an admin acts for, or a Free plan, for breach. The reason is in words the subscriber reads."""

    def do(connection: sa.Connection, workspace_id: int, account_id: int, premium: Premium | None) -> datetime:
        read_ground(clause, "en")
        now, reason = kernel.clock.now(), act.reason.strip()
        return breaches.open_breach(connection, kernel, workspace_id, account_id, clause, now, reason=reason)

    due_at = act_for(kernel, act, email, "breach.open", do)
    click.echo(f"Suspended. Unless it is put right, it ends for breach on {write_moment(due_at, 'en')}.")


@click.command("breach-cured")
@click.argument("email")
@ops_options
def breach_cured_command(kernel: Kernel, act: Act, email: str) -> None:
    """Say that a breach was put right: the subscription works again. A suspended account is lifted by `lift`."""

    def do(connection: sa.Connection, workspace_id: int, account_id: int, premium: Premium | None) -> int:
        cured = breaches.cure_breaches(connection, kernel, premium, workspace_id, account_id, kernel.clock.now())
        if not cured:
            raise click.ClickException("No breach is open here.")
        return cured

    act_for(kernel, act, email, "breach.cured", do, anybody=True)
    click.echo("Put right: it works again.")


@click.command("formal-notice")
@click.argument("email")
@click.option("--from", "sender", type=click.Choice(["provider", "subscriber"]), required=True)
@click.option("--cause", type=click.Choice(["breach", "non-payment"]), required=True)
@click.option("--sent-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]), required=True, help="In Paris.")
@_NUMBER
@ops_options
def formal_notice_command(kernel: Kernel, act: Act, email: str, sender: str, cause: str, sent_at: datetime, number: str) -> None:
    """Enter a formal notice by registered letter, ours or the subscriber's. The reason is in words that are told to them."""

    def do(connection: sa.Connection, workspace_id: int, account_id: int, premium: Premium | None) -> notices.FormalNotice:
        return notices.enter_notice(
            connection, kernel, workspace_id, account_id, cast(notices.Sender, sender), cast(notices.Cause, cause),
            sent_at.replace(tzinfo=PARIS), number.strip(), act.reason.strip(),
        )  # fmt: skip

    notice = act_for(kernel, act, email, "notice.enter", do)
    click.echo(f"Entered. Unless it is remedied, the {sender} may terminate from {write_moment(notice.due_at, 'en')} on.")


@click.command("notice-remedied")
@click.argument("email")
@_NUMBER
@ops_options
def notice_remedied_command(kernel: Kernel, act: Act, email: str, number: str) -> None:
    """Say that what a formal notice asked for was put right: nobody may terminate on it."""

    def do(connection: sa.Connection, workspace_id: int, account_id: int, premium: Premium | None) -> None:
        notices.remedy(connection, kernel, _find(connection, premium, account_id, number), kernel.clock.now())

    act_for(kernel, act, email, "notice.remedied", do, anybody=True)
    click.echo("Remedied.")


@click.command("terminate-after-notice")
@click.argument("email")
@_NUMBER
@ops_options
def terminate_after_notice_command(kernel: Kernel, act: Act, email: str, number: str) -> None:
    """Terminate after a formal notice that was not remedied: for breach where it was ours, at their word where it was theirs."""

    def do(connection: sa.Connection, workspace_id: int, account_id: int, premium: Premium | None) -> Any:
        notice = _find(connection, premium, account_id, number)
        return terminate_after(connection, kernel, premium, notice, kernel.clock.now())

    returned = act_for(kernel, act, email, "notice.terminate", do, anybody=True)
    click.echo(f"Terminated. EUR {returned} without VAT are returned." if returned else "Terminated.")


def _find(connection: sa.Connection, premium: Premium | None, account_id: int, number: str) -> notices.FormalNotice:
    notice = notices.find_notice(connection, premium, account_id, number.strip())
    if notice is None:
        raise click.ClickException("No formal notice of this number was entered.")
    return notice


commands = [
    breach_command, breach_cured_command, formal_notice_command, notice_remedied_command, terminate_after_notice_command,
]  # fmt: skip
"""What this room adds to `candor ops`."""
