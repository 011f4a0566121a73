"""The commands that start and stop things: `candor up`, `stop`, `worker`, `migrate`, `demo`."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack, suppress
from pathlib import Path

import click

from backend.up.address import free_port
from backend.up.data_folder import open_data_folder
from backend.up.data_option import data_option
from backend.up.failures import CannotStart
from backend.up.launch import launched, up
from backend.up.progress import say, step
from backend.up.surroundings import Options, asked_folder, needs_embedded


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@data_option
@click.option("--sandbox", is_flag=True, help="Adds the sandbox: a clock to turn, the mail to read, people to try.")
@click.option("--limits", is_flag=True, help="Keeps the rate limits on in the sandbox.")
@click.option("--fresh", is_flag=True, help="Empties the database first; keeps the suppression list and the keys.")
def up_command(port: int, host: str, sandbox: bool, limits: bool, fresh: bool) -> None:
    """Start Candor, with everything it needs, and keep it running."""
    try:
        up(host, port, Options(sandbox, limits, fresh))
    except CannotStart as failure:
        raise click.ClickException(str(failure)) from failure


@click.command("stop")
@data_option
def stop_command() -> None:
    """Stop the Candor that runs on this data folder."""
    try:
        folder, _ = open_data_folder(asked_folder(), needs_embedded())
        running = folder.running()
        if running is None:
            raise CannotStart(f"No Candor runs on {folder.path}.")
        with step("Stopping", f"Candor at {running['url']} is stopped"):
            os.kill(running["pid"], signal.SIGTERM)
            until = time.monotonic() + 60
            while folder.is_held():
                if time.monotonic() > until:
                    raise CannotStart(f"Process {running['pid']} has not stopped within a minute.")
                time.sleep(0.1)
    except CannotStart as failure:
        raise click.ClickException(str(failure)) from failure


@click.command("demo")
@data_option
@click.option(
    "--screenshot",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Works without a screen: reveals what there is and writes a PNG.",
)
def demo_command(screenshot: Path | None) -> None:
    """Open Chromium with the extension on a sample profile, signed in. Uses the running Candor, or starts one."""
    from backend.up.demo import check_demo, show_demo

    try:
        check_demo(screenshot)
        folder, _ = open_data_folder(asked_folder(), needs_embedded())
        running = folder.running()
        with suppress(KeyboardInterrupt), ExitStack() as undo:
            if running is not None:
                server, samples = running["url"], running["samples"]
            else:
                candor = undo.enter_context(launched("127.0.0.1", free_port("127.0.0.1", 8000), Options()))
                server, samples = candor.address.public_url, candor.samples
            if samples is None:
                raise CannotStart("This Candor has no sample account: it does not run on the embedded default.")
            show_demo(server, samples, screenshot)
    except CannotStart as failure:
        raise click.ClickException(str(failure)) from failure


@click.command("worker")
def worker_command() -> None:
    """Do what is due, every second. `candor up` runs one; more may run beside it."""
    from backend.worker import run

    run()


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the present. `candor up` does it at each start."""
    from backend.kernel.migrate import upgrade
    from backend.terms import DocumentChanged

    try:
        upgrade(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
    except DocumentChanged as error:
        raise click.ClickException(str(error)) from error
    say("The database is up to date.")
