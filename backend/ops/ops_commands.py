"""`candor ops create` and `candor ops invite`: who runs this Candor, and the link by which they set their password and codes."""

import click

from backend.kernel import Kernel
from backend.kernel.ops import Act, is_operator, kernel_of_command, log_act, make_operator, ops_options
from backend.kernel.tables import OPERATOR_ROLES
from backend.ops.enrolment import ask_to_enrol


@click.command("create")
@click.argument("name")
@click.option("--role", type=click.Choice(OPERATOR_ROLES), default="admin", show_default=True)
def create_command(name: str, role: str) -> None:
    """Name somebody who runs this Candor; prints the link to their sign-in at /ops."""
    kernel = kernel_of_command()
    with kernel.database.begin() as connection:
        made = make_operator(connection, name, role, kernel.clock.now())
        if not made:
            raise click.ClickException(f"{name} is there already. Type: candor ops invite {name}")
        link = ask_to_enrol(connection, kernel, name)
    click.echo(f"{name} runs this Candor, as {role}.")
    _tell(link)


@click.command("invite")
@click.argument("name")
@ops_options
def invite_command(kernel: Kernel, act: Act, name: str) -> None:
    """Print a new link for an operator whose password or authenticator is lost."""
    with kernel.database.begin() as connection:
        log_act(connection, act, "operator.invite", f"operator {name}", kernel.clock.now())
        if not is_operator(connection, name):
            raise click.ClickException(f"Nobody called {name} runs this Candor.")
        link = ask_to_enrol(connection, kernel, name)
    _tell(link)


def _tell(link: str) -> None:
    click.echo(f"To set password and codes, once and within a day: {link}")


commands = [create_command, invite_command]
"""What this room adds to `candor ops`."""
