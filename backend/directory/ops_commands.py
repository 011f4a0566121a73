"""`candor ops plant-person`, `planted`, `purge`: people who do not exist, known to ops only; taking back what a source gave."""

import click

from backend.directory.desk import list_sources
from backend.directory.planting import NoSuchSource, SomebodyThere, plant, read_planted
from backend.directory.rows import Refused
from backend.directory.tables import VISIBILITIES
from backend.directory.withdrawing import Way, take_back
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


@click.command("purge")
@click.option("--source", "name", required=True, help="The source's name.")
@click.option("--visibility", required=True, type=click.Choice(VISIBILITIES))
@click.option("--inform-only", is_flag=True, help="Keep it for three months, to tell its people; nothing of it is shown.")
@ops_options
def purge_command(kernel: Kernel, act: Act, name: str, visibility: str, inform_only: bool) -> None:
    """Take back what a source gave, of one visibility: the worker removes it with its values. Nothing else is touched."""
    way: Way = "inform_only" if inform_only else "removed"
    done, left = 0, 1
    while left:
        with kernel.database.begin() as connection:
            source = next((each for each in list_sources(connection) if each.name == name), None)
            if source is None:
                raise click.ClickException("The directory knows no source of this name.")
            taken = take_back(connection, act, source.source_id, visibility, way, kernel.clock.now())
        done, left = done + taken.done, taken.left
    click.echo(f"{done:,} details were taken back.")


commands = [plant_person_command, planted_command, purge_command]
