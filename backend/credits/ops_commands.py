"""`candor ops transfer` and `candor ops correct`: what those who run Candor may do exceptionally, each with a reason."""

from datetime import datetime

import click

from backend.credits.exceptional import Holder, NotCorrectable, TooFew, correct_for, is_holder, transfer_for
from backend.credits.tables import KINDS
from backend.kernel import Kernel
from backend.kernel.ops import Act, ops_options

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
            done = transfer_for(connection, act, source, target, kind, amount, now, ref=ref)
        except TooFew as few:
            raise click.ClickException(f"Only {few.args[0]} are there.") from None
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
    with kernel.database.begin() as connection:
        try:
            day = until.date() if until else None
            done = correct_for(connection, act, whose, kind, amount, now, until=day, ref=ref)
        except TooFew as few:
            raise click.ClickException(f"Only {few.args[0]} are there.") from None
        except NotCorrectable as why:
            said = {"over": "That day is over."}
            raise click.UsageError(said.get(why.args[0], "Say how many, and for a grant until when: --until 2026-12-31")) from None
    click.echo(f"{amount:+} {kind} corrected." if done else f"{ref} was done before: nothing to do.")


def _find(kernel: Kernel, text: str) -> Holder:
    shown_workspace, slash, shown_account = text.partition("/")
    workspace_id = kernel.ids.decode("workspace", 0, shown_workspace)
    account_id = kernel.ids.decode("account", 0, shown_account) if slash else None
    if workspace_id is None or (slash and account_id is None):
        raise click.UsageError(f"There is no such workspace or account: {text}")
    found = Holder(workspace_id, account_id)
    with kernel.database.begin() as connection:
        if not is_holder(connection, found):
            raise click.UsageError("This account is not in this workspace.")
    return found


commands = [transfer_command, correct_command]
"""What this room adds to `candor ops`."""
