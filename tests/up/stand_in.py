"""`candor up` with an API and a worker that do nothing: what is tested is who starts, watches and stops them."""

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from backend.kernel import migrate
from backend.up import launch
from backend.up.children import die_with_parent
from backend.up.commands import up_command


def make() -> Callable[..., Iterable[bytes]]:
    """A WSGI application that is always well."""
    die_with_parent()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"well"]

    return answer


def upgrade(owner_url: str) -> None:
    """As much of a schema as the tests look at."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS suppression (digest bytea PRIMARY KEY, at timestamptz NOT NULL)")
        connection.execute("CREATE TABLE IF NOT EXISTS remembered (what text)")


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        time.sleep(3600)
    migrate.upgrade = upgrade
    launch.API = "tests.up.stand_in:make"
    launch.WORKER = ("-m", "tests.up.stand_in", "worker")
    up_command(sys.argv[1:])
