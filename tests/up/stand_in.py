"""`candor up` and a command, with an API and a worker that do nothing: what is tested is who starts and stops them."""

import os
import sys
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import click
import psycopg

from backend.up.children import die_with_parent
from backend.up.data_option import data_option


def make() -> Any:
    """An application that is always well."""
    from backend.up.door import Door

    die_with_parent()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"well"]

    return Door(answer, 2)


def upgrade(owner_url: str) -> None:
    """As much of a schema as the tests look at."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS suppression (digest bytea PRIMARY KEY, at timestamptz NOT NULL)")
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (what text)")
        connection.execute("GRANT SELECT ON remembered TO candor_app")


@click.command()
def recall() -> None:
    """A command that needs the database."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT what FROM remembered").fetchall()
    click.echo(" ".join(row[0] for row in rows))


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        time.sleep(3600)
    # In place of the whole kernel, which would double the seconds these tests take.
    sys.modules["backend.kernel.migrate"] = SimpleNamespace(upgrade=upgrade)  # type: ignore[assignment]
    sys.modules["backend.up.samples"] = SimpleNamespace(load_samples=lambda: None)  # type: ignore[assignment]
    from backend.up import launch
    from backend.up.commands import stop_command, up_command
    from backend.up.surroundings import with_servers

    launch.WORKERS = 1
    launch.API = "tests.up.stand_in:make"
    launch.WORKER = ("-m", "tests.up.stand_in", "worker")
    commands = click.Group(commands=[up_command, stop_command, with_servers(recall)])
    data_option(commands)
    commands()
