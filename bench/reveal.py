"""`python -m bench.reveal`: Candor's `POST /v1/reveals` beside the shortest view that does the same (target: at least 0.75 of it).

Every request charges: persons are walked through workspace by workspace. The three applications stand side by side, each behind the
same door as under `candor up`, on one durable database, and are asked in short turns; the ratio is the median of the turns' own
ratios, which whatever else the machine does moves least.
"""

import argparse
import base64
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import product
from pathlib import Path

import httpx
import sqlalchemy as sa

from backend.app import create_app
from backend.credits import Grant, change_permit, grant, open_permit
from backend.directory import sample
from backend.directory.sample import sample_people
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.migrate import upgrade
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from backend.up.address import free_port
from backend.up.embedded import Servers, servers
from backend.up.launch import WORKERS
from bench.load import Load, post, run_load

VIEWS = {"full": "(a) Candor", "floor": "(b) shortest view that does the same", "one": "(c) token and one statement"}
WORKSPACES = 2000
"""Enough that the limit of 60 at once stops none of them."""
KIND = "b2b_email"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=1, help="of each turn")
    options.add_argument("--turns", type=int, default=15)
    options.add_argument("--connections", type=int, default=16)
    given = options.parse_args()
    with _folder() as folder, servers(folder, durable=True) as stand:
        os.environ.update(environment(stand))
        upgrade(stand.owner_url)
        app = create_app(Settings())
        kernel: Kernel = app.extensions["candor"]
        sample.load(kernel)
        _tell_everybody(kernel, stand)
        profiles = [person.profile for person in sample_people(kernel, 2000) if person.kinds.get(KIND) == "available"]
        with app.app_context():
            tokens = [make_access_token(_join(kernel, number)) for number in range(1, WORKSPACES + 1)]
        loads = _take_turns(profiles, tokens, given)
        kernel.database.close()
    _print(loads, given)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root the servers run as somebody else
        yield Path(folder) / "data"


def environment(stand: Servers) -> dict[str, str]:
    def ring(name: str) -> str:
        return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"

    return {
        "DATABASE_URL": stand.app_url,
        "DATABASE_OWNER_URL": stand.owner_url,
        "REDIS_URL": stand.redis_url,
        "JWT_SECRET": secrets.token_hex(32),
        "ID_KEY": secrets.token_hex(32),
        "DIGEST_KEYS": ring("d1"),
        "SEALING_KEYS": ring("s1"),
    }


def _tell_everybody(kernel: Kernel, stand: Servers) -> None:
    # A first disclosure writes one row more, once for each person: not what is compared here.
    import psycopg

    with psycopg.connect(stand.owner_url) as connection:
        connection.execute(
            "INSERT INTO notices (person_id, through_fact_id, cause, owed_at, due_at)"
            " SELECT person_id, max(fact_id), 'disclosure', now(), now() + interval '1 year' FROM facts GROUP BY person_id"
        )


def _join(kernel: Kernel, number: int) -> Caller:
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        open_permit(connection, number, number, terms_ok=True)
        ready = {"synced_until": now + timedelta(days=60), "extension_seen": True}
        forever = sa.literal_column("'infinity'::timestamptz")
        change_permit(connection, number, number, {**ready, "plan_until": forever})  # type: ignore[typeddict-item]
        grant(connection, Grant(number, number, KIND, "subscription", 1_000_000, now, None, "bench"))
    return Caller(number, number, number)


def _requests(port: int, profiles: list[str], tokens: list[str]) -> Iterator[bytes]:
    for profile, token in product(profiles, tokens):
        yield post(f"127.0.0.1:{port}", "/v1/reveals", token, json.dumps({"profile": profile, "kinds": [KIND]}).encode())
    raise SystemExit("Every person was shown to every workspace: ask for fewer seconds.")


def _take_turns(profiles: list[str], tokens: list[str], given: argparse.Namespace) -> dict[str, list[Load]]:
    loads: dict[str, list[Load]] = {view: [] for view in VIEWS}
    with ExitStack() as served:
        ports = {view: served.enter_context(_served(view)) for view in VIEWS}
        requests = {view: _requests(ports[view], profiles[start :: len(VIEWS)], tokens) for start, view in enumerate(VIEWS)}
        for turn in range(given.turns + 1):
            for view in VIEWS:
                load = run_load(ports[view], requests[view], given.seconds, given.connections)
                if turn:  # in the first, threads connect and statements are prepared
                    loads[view].append(load)
    return loads


@contextmanager
def _served(view: str) -> Iterator[int]:
    port = free_port("127.0.0.1", 18000)
    command = [
        *(sys.executable, "-m", "granian", f"bench.reveal_views:{view}", "--factory", "--interface", "rsgi", "--http", "1"),
        *("--port", str(port), "--workers", str(WORKERS), "--no-ws", "--log-level", "error"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                httpx.get(f"http://127.0.0.1:{port}/nothing")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _print(loads: dict[str, list[Load]], given: argparse.Namespace) -> None:
    print(f"{given.turns} turns of {given.seconds:g} s, {given.connections} connections, {WORKERS} workers; medians over the turns")
    print(f"{'':<40}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'of (b)':>9}{'from':>7}{'to':>7}")
    for view, name in VIEWS.items():
        speed = statistics.median(load.per_second for load in loads[view])
        middle = statistics.median(load.wait(0.5) for load in loads[view])
        slow = statistics.median(load.wait(0.99) for load in loads[view])
        pairs = zip(loads[view], loads["floor"], strict=True)
        low, ratio, high = statistics.quantiles((one.per_second / floor.per_second for one, floor in pairs), n=4)
        print(f"{name:<40}{speed:>10,.0f}{middle:>9.1f}{slow:>9.1f}{ratio:>9.2f}{low:>7.2f}{high:>7.2f}")
        wrong = {status: count for load in loads[view] for status, count in load.statuses.items() if status != 200}
        if wrong:
            print(f"  not answered with 200: {wrong}")
    print("from, to: the middle half of the turns")


if __name__ == "__main__":
    main()
