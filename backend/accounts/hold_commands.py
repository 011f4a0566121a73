"""`candor ops`: lift or keep a hold of the robot score, and read an account's ladder."""

import click
import sqlalchemy as sa

from backend.accounts.holds import DecidedBefore, NotHeld, decide_hold, say_signs
from backend.accounts.ops_commands import act_on
from backend.kernel import Kernel
from backend.kernel.ops import Act, ops_options
from backend.robots import ScoreAway, read_steps


@click.command("release-hold")
@click.argument("email")
@ops_options
def release_hold_command(kernel: Kernel, act: Act, email: str) -> None:
    """Lift the hold of an account's unlimited credits. The user reads the reason; the score begins anew."""
    _decide(kernel, act, email, release=True)
    click.echo("Lifted. The user is told by mail.")


@click.command("keep-hold")
@click.argument("email")
@ops_options
def keep_hold_command(kernel: Kernel, act: Act, email: str) -> None:
    """Keep the hold of an account's unlimited credits. The user reads the reason, and can appeal."""
    _decide(kernel, act, email, release=False)
    click.echo("Kept. The user is told by mail, and how to appeal.")


@click.command("ladder")
@click.argument("email")
@ops_options
def ladder_command(kernel: Kernel, act: Act, email: str) -> None:
    """Show each step of an account's ladder, with its signs in words, appeals and decisions."""
    for step in act_on(kernel, act, email, "ladder.read", lambda c, i: read_steps(c, kernel, i)):
        score = "" if step.score is None else f" {step.score:.1f}"
        click.echo(f"{step.at:%Y-%m-%d %H:%M}  {step.step}{score}{f'  by {step.decided_by}' if step.decided_by else ''}")
        for line in [*(say_signs(step.signs, "en") if step.signs else []), *([step.words] if step.words else [])]:
            click.echo(f"    {line}")


def _decide(kernel: Kernel, act: Act, email: str, *, release: bool) -> None:
    def do(connection: sa.Connection, account_id: int) -> None:
        decide_hold(connection, kernel, act, account_id, release=release)

    try:
        act_on(kernel, act, email, "hold.release" if release else "hold.keep", do)
    except NotHeld:
        raise click.ClickException("The unlimited credits of this account are not held.") from None
    except DecidedBefore:
        raise click.ClickException("You kept this hold: somebody else answers the appeal against it.") from None
    except ScoreAway:
        raise click.ClickException("Redis does not answer, so the score would hold the account again: try later.") from None


commands = [release_hold_command, keep_hold_command, ladder_command]
