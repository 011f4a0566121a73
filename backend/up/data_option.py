"""`--data DIR`, the same before and after a command's name: everything that follows reads CANDOR_DATA."""

from __future__ import annotations

import os

import click


def _choose(_context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    if value:
        os.environ["CANDOR_DATA"] = os.path.abspath(value)


data_option = click.option(
    "--data",
    metavar="DIR",
    type=click.Path(file_okay=False),
    callback=_choose,
    expose_value=False,
    is_eager=True,
    help="The folder with the database, the keys and the logs.  [default: data/ beside bin/]",
)
