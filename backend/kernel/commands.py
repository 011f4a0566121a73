"""`candor extension`: the switch that turns the card off everywhere, without an update of the extension."""

import click

from backend.kernel import build_kernel
from backend.kernel.switches import EXTENSION_OFF, switch
from backend.settings import Settings


@click.command("extension")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.option("--reason", default="", help="Kept beside the switch; needed to turn it off.")
def extension_command(state: str, reason: str) -> None:
    """Turn the extension's card on or off. Every answer says so from then on; the card obeys at the next click."""
    if state == "off" and not reason.strip():
        raise click.UsageError("Say why: candor extension off --reason '…'")
    with build_kernel(Settings()).database.begin() as connection:
        switch(connection, EXTENSION_OFF, on=state == "off", reason=reason)
    click.echo(f"The extension is {state}. Running processes know within two seconds.")
