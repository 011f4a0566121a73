"""`candor ops`: ends that came by email, the legal rates of interest, and what a workspace owes."""

import re
from datetime import datetime
from decimal import Decimal
from typing import cast

import click
import sqlalchemy as sa

from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.ops import Act, log_act, open_task, ops_options
from backend.subscriptions.debts import enter_rate, read_debt
from backend.subscriptions.endings import Ending, Way
from backend.subscriptions.interest import NoRate
from backend.subscriptions.mailed_ends import end_by_mail
from backend.subscriptions.ops_commands import act_for
from backend.subscriptions.premiums import Premium


@click.command("end-subscription")
@click.argument("email")
@click.option("--received-at", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"]), required=True, help="In Paris.")
@click.option("--way", type=click.Choice(["non-renewal", "early"]), default="non-renewal", show_default=True)
@ops_options
def end_subscription_command(kernel: Kernel, act: Act, email: str, received_at: datetime, way: str) -> None:
    """Enter an end that an admin asked for by email: it counts from when the email was received."""
    received = received_at.replace(tzinfo=PARIS)
    if received > kernel.clock.now():
        raise click.UsageError("That is still to come.")

    def do(connection: sa.Connection, _workspace_id: int, account_id: int, premium: Premium | None) -> Ending:
        return end_by_mail(connection, kernel, premium, account_id, cast(Way, way), received)

    ending: Ending = act_for(kernel, act, email, "subscription.end", do)
    click.echo(f"It ends at {ending.ends_at.astimezone(PARIS):%Y-%m-%d %H:%M}.")


@click.command("legal-rate")
@click.argument("half_year")
@click.argument("percent")
@click.option("--decree", required=True, help="Where the rate stands.")
@ops_options
def legal_rate_command(kernel: Kernel, act: Act, half_year: str, percent: str, decree: str) -> None:
    """Enter the legal rate of interest of a half-year, like 2026-H1 2.62; entered again, it is corrected."""
    if not re.fullmatch(r"\d{4}-H[12]", half_year) or not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", percent):
        raise click.UsageError("Write it like 2026-H1 2.62.")
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        log_act(connection, act, "legal-rate.enter", f"{half_year} {percent}", now)
        enter_rate(connection, half_year, Decimal(percent), decree.strip(), now)
    click.echo(f"The legal rate of {half_year} is {percent} %.")


@click.command("debt")
@click.argument("workspace", type=int)
@ops_options
def debt_command(kernel: Kernel, act: Act, workspace: int) -> None:
    """Say what a workspace owes now: VAT, late interest and indemnities included."""
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        log_act(connection, act, "debt.read", f"workspace {workspace}", now)
        try:
            debt = read_debt(connection, workspace, now)
        except NoRate as missing:
            open_task(connection, "legal-rate-missing", str(missing), now)
            debt = None
    if debt is None:
        raise click.ClickException("A legal rate is missing: `candor ops tasks` says which. Nothing was worked out.")
    for each in debt.owed:
        click.echo(f"{each.due.due_at:%Y-%m-%d}  unpaid {each.unpaid}  interest {each.interest}  indemnity {each.indemnity}")
    click.echo(f"EUR {debt.total} in all.")


commands = [end_subscription_command, legal_rate_command, debt_command]
"""What this adds to `candor ops`."""
