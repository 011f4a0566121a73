"""`candor ops plant-person`: puts somebody who does not exist into the directory, known to ops only."""

import click

from backend.directory.planting import NoSuchSource, SomebodyThere, plant, read_planted
from backend.directory.rows import Refused
from backend.kernel import Kernel
from backend.kernel.ops import Act, log_act, ops_options


@click.command("plant-person")
@click.argument("profile")
@click.option("--name", "full_name", required=True)
@click.option("--email", "work_email", required=True, help="An address of your own that nobody else writes to.")
@click.option("--phone", "mobile_phone", default="", help="A number of your own.")
@click.option("--company", default="")
@click.option("--title", default="")
@click.option("--country", default="")
@click.option("--source", required=True, help="A source that the directory knows: it looks like others.")
@ops_options
def plant_person_command(kernel: Kernel, act: Act, profile: str, **record: str) -> None:
    """Plant a person who does not exist, under a PROFILE that nobody has. The reason is kept sealed beside it.

    Whoever reveals it is held at once, and a case is opened. Nobody is shown it unasked.
    """
    with kernel.database.begin() as connection:
        try:
            person_id = plant(connection, kernel, {**record, "linkedin_url": profile}, act.reason.strip())
        except NoSuchSource:
            raise click.ClickException("The directory knows no source of this name.") from None
        except SomebodyThere:
            raise click.ClickException("The directory knows somebody of this profile or address already.") from None
        except Refused as refused:
            raise click.UsageError(f"{refused.column or 'this person'}: {refused.reason}") from None
        log_act(connection, act, "person.plant", f"person {person_id}", kernel.clock.now())
    click.echo(f"Planted, as person {person_id}.")


@click.command("planted")
@ops_options
def planted_command(kernel: Kernel, act: Act) -> None:
    """List the planted people, by their number, with why each was planted."""
    with kernel.database.begin() as connection:
        log_act(connection, act, "planted.read", "planted people", kernel.clock.now())
        for person_id, why in read_planted(connection, kernel):
            click.echo(f"{person_id}  {why}")


commands = [plant_person_command, planted_command]
