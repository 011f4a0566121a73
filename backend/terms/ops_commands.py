"""`candor ops publish` and `candor ops announce-update`."""

from datetime import datetime
from typing import Any

import click

from backend.kernel import Kernel
from backend.kernel.clock import PARIS
from backend.kernel.ops import Act, ops_options
from backend.kernel.problems import Problem
from backend.kernel.writing import LANGUAGES
from backend.terms.publishing import publish
from backend.terms.tables import KINDS
from backend.terms.updates import Update, announce_update

_Both = tuple[str, str]


def _read_instant(_context: click.Context, _option: click.Parameter, text: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("write it like 2026-09-01 or 2026-09-01T08:00+02:00") from None
    return given if given.tzinfo else given.replace(tzinfo=PARIS)


@click.command("publish")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("version")
@click.option("--effective-at", required=True, callback=_read_instant, help="In force from then on; Paris where no zone is named.")
@ops_options
def publish_command(kernel: Kernel, act: Act, kind: str, version: str, effective_at: datetime) -> None:
    """Announce a version of a document: every user is told, by mail and in the account."""
    _do(lambda: publish(kernel, act, kind, version, effective_at))
    click.echo(f"{kind} {version} is announced, and in force from {effective_at.isoformat()}.")


@click.command("announce-update")
@click.argument("version")
@click.option("--availability", nargs=2, required=True, metavar="EN FR", help="Where it is to be had, from when.")
@click.option("--installation", nargs=2, required=True, metavar="EN FR", help="How it is installed.")
@click.option("--consequences", nargs=2, required=True, metavar="EN FR", help="What happens without it.")
@click.option("--security", is_flag=True, help="It closes a hole.")
@click.option("--minor", is_flag=True, help="Its effect is minor: nobody may end a subscription for it.")
@click.option("--old-version-allowed", is_flag=True, help="The version before stays allowed and compliant: likewise.")
@ops_options
def announce_update_command(
    kernel: Kernel,
    act: Act,
    version: str,
    availability: _Both,
    installation: _Both,
    consequences: _Both,
    security: bool,
    minor: bool,
    old_version_allowed: bool,
) -> None:
    """Tell every user of a necessary update: where, how, and what happens without it."""
    said = [dict(zip(LANGUAGES, part, strict=True)) for part in (availability, installation, consequences)]
    _do(lambda: announce_update(kernel, act, Update(version, security, *said, minor, old_version_allowed)))
    click.echo(f"Users are being told of version {version}.")


commands = [publish_command, announce_update_command]


def _do(action: Any) -> None:
    try:
        action()
    except Problem as problem:
        raise click.ClickException(f"{problem.kind.title} {problem.detail or problem.kind.way_out}") from None
