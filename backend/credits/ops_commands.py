"""`candor ops transfer` and `candor ops correct`: what those who run Candor may do exceptionally, each with a reason."""

from datetime import datetime

import click

from backend.credits.exceptional import Holder, TooFew, correct, transfer
from backend.credits.rules import day_begins
from backend.credits.tables import KINDS
from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act, ops_options

_REF = click.option(
    "--ref", required=True, metavar="NAME", help="Names it, as a ticket's number does: typed twice, it is done once."
)


@click.command("transfer")
@click.argument("out", metavar="FROM")
@click.argument("into", metavar="TO")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("amount", type=click.IntRange(min=1))
@_REF
@ops_options
def transfer_command(kernel: Kernel, act: Act, out: str, into: str, kind: str, amount: int, ref: str) -> None:
    """Transfer credits, exceptionally: void them at FROM, grant them at TO with the same end.

    FROM and TO are a workspace's id for its pool, or WORKSPACE/ACCOUNT for an account's own, as /v1/me shows them. The reason is
    kept in the log, and both read it in their ledgers.
    """
    source, target, now = _find(kernel, out), _find(kernel, into), kernel.clock.now()
    with kernel.database.begin() as connection:
        try:
            done = transfer(connection, source, target, kind, amount, now, ref=ref, reason=act.reason)
        except TooFew as few:
            raise click.ClickException(f"Only {few.args[0]} are there.") from None
        if done:
            subject = f"{ref}: {amount} {kind} from {_say(source)} to {_say(target)}"
            log_act(connection, act, "credits.transfer", subject, now)
    click.echo(f"{amount} {kind} transferred." if done else f"{ref} was done before: nothing to do.")


@click.command("correct")
@click.argument("holder", metavar="WHOSE")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("amount", type=int)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The Paris day on which the granted credits end.")
@_REF
@ops_options
def correct_command(kernel: Kernel, act: Act, holder: str, kind: str, amount: int, until: datetime | None, ref: str) -> None:
    """Correct a balance: grant AMOUNT credits until a day, or void them where it is negative (write it after `--`).

    WHOSE is a workspace's id for its pool, or WORKSPACE/ACCOUNT for an account's own. No entry is changed; the reason is kept in
    the log, and the ledger says it.
    """
    whose, now = _find(kernel, holder), kernel.clock.now()
    if amount == 0 or (amount > 0 and until is None):
        raise click.UsageError("Say how many, and for a grant until when: --until 2026-12-31")
    ends_at = day_begins(until.date()) if until else None
    if ends_at is not None and ends_at <= now:
        raise click.UsageError("That day is over.")
    with kernel.database.begin() as connection:
        try:
            done = correct(connection, whose, kind, amount, now, ends_at=ends_at, ref=ref, reason=act.reason)
        except TooFew as few:
            raise click.ClickException(f"Only {few.args[0]} are there.") from None
        if done:
            log_act(connection, act, "credits.correct", f"{ref}: {amount:+} {kind} of {_say(whose)}", now)
    click.echo(f"{amount:+} {kind} corrected." if done else f"{ref} was done before: nothing to do.")


def _find(kernel: Kernel, text: str) -> Holder:
    shown_workspace, slash, shown_account = text.partition("/")
    workspace_id = kernel.ids.decode("workspace", 0, shown_workspace)
    account_id = kernel.ids.decode("account", 0, shown_account) if slash else None
    if workspace_id is None or (slash and account_id is None):
        raise click.UsageError(f"There is no such workspace or account: {text}")
    if account_id is not None and not _has_permit(kernel, workspace_id, account_id):
        raise click.UsageError("This account is not in this workspace.")
    return Holder(workspace_id, account_id)


def _has_permit(kernel: Kernel, workspace_id: int, account_id: int) -> bool:
    asked = "SELECT FROM permits WHERE workspace_id = %s AND account_id = %s AND state <> 'ended'"
    return bool(kernel.database.call(asked, (workspace_id, account_id)))


def _say(holder: Holder) -> str:
    return f"workspace {holder.workspace_id}" + (f" account {holder.account_id}" if holder.account_id is not None else "")


commands = [transfer_command, correct_command]
"""What this room adds to `candor ops`."""
