"""`python -m bench.crash`: a whole Candor is killed piece by piece under load; what clients were told is held against the database.

Candor is started by `candor up`: durable, limits on; everything that is killed is brought back by its own supervisor. The machine
stays up: what a power cut does to a disk is not shown here.
"""

import argparse
import logging
import multiprocessing as mp
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import sqlalchemy as sa

from backend.app import create_app
from backend.credits import Grant, grant
from backend.directory.files import Line
from backend.directory.importing import import_lines
from backend.directory.rows import Refused
from backend.kernel.http import Caller
from backend.kernel.tokens import make_access_token
from backend.settings import Settings
from bench.crash_clients import KINDS, Plan, profile_of, start_clients
from bench.crash_judge import Run, Verdict, digest_of
from tests.up.copies import Copy

CANDOR = ("-m", "backend.cli")
Tokens = list[tuple[int, list[tuple[int, str]]]]
"""Workspaces, each with two accounts and a token of each."""
FIRST_WORKSPACE = 1_000_000
FIRST_PEOPLE = 200
PEOPLE_AT_ONCE = 12
_PAPERS = {"licence": "BENCH-1", "kind": "supplier", "visibility": "everyone", "basis": "legitimate_interest", "country": "FR"}
_PERMITS = """
INSERT INTO permits (workspace_id, account_id, terms_ok, synced_until, extension_seen, plan_until)
SELECT workspace, 2 * workspace + teammate, true, 'infinity', true, 'infinity'
FROM generate_series(%s::bigint, %s::bigint) workspace, generate_series(0, 1) teammate
"""
# What is in one snapshot was committed: a reveal whose person nobody has to tell must never be seen, at no moment.
_UNTOLD = """
SELECT count(*) FROM (SELECT DISTINCT person_id FROM reveals) shown
WHERE NOT EXISTS (SELECT FROM notices n WHERE n.person_id = shown.person_id AND n.state <> 'impossible')
"""
A_MINUTE = {
    "backends terminated": 24.0, "backends killed": 6.0, "server stopped at once": 0.5, "server killed": 0.5,
    "API workers killed": 2.0, "API killed": 0.5, "worker killed": 1.0, "Redis killed": 1.0,
}  # fmt: skip
"""How often each thing is done to it; each at least once."""


def run_and_kill(copy: Copy, seconds: float, *, pairs: int = 8, seed: int = 1, record: Path) -> Run:
    """Load a running Candor for `seconds` and kill what belongs to it, evenly spread, in an order that follows from `seed`."""
    # So many workspaces that the limits stop few calls.
    run, tokens = prepare(copy, max(100, int(5 * seconds)))
    with under_load(copy, run, tokens, pairs=pairs, seed=seed, record=record):
        _kill_all_along(copy, run, random.Random(seed), seconds)
    return run


@contextmanager
def under_load(copy: Copy, run: Run, tokens: Tokens, *, people: int = PEOPLE_AT_ONCE, record: Path, **plan: Any) -> Iterator[None]:
    """Clients ask and writers bring `people` at a time until the end of the block; then `run` knows what they were told."""
    writers = Writers(run, people)
    writers.bring(FIRST_PEOPLE)
    begun, over = mp.get_context("spawn").Event(), mp.get_context("spawn").Event()
    clients = start_clients(Plan(copy.port, tokens, writers.people, begun, over, record=record, **plan))
    try:
        assert begun.wait(60), "the clients did not start"
        since = time.monotonic()
        with writers.at_work():
            yield
            over.set()
            clients.join(90)
        assert clients.exitcode == 0, "the clients did not come to an end"
    finally:
        over.set()
        clients.kill()
    run.read(record, since)


def prepare(copy: Copy, count: int) -> tuple[Run, Tokens]:
    """So many workspaces of two, with tokens for an hour; their credits come through the ledger's own verb."""
    environment = {name.lower(): value for name, value in copy.environment().items()}
    settings: Any = {name: environment[name] for name in Settings.model_fields if name in environment}
    app = create_app(Settings(**settings, access_token_minutes=60))
    workspaces = range(FIRST_WORKSPACE, FIRST_WORKSPACE + count)
    run = Run(app.extensions["candor"], environment["database_owner_url"], workspaces)
    with psycopg.connect(run.owner_url) as owner:
        owner.execute(_PERMITS, (workspaces.start, workspaces.stop - 1))
    now = run.kernel.clock.now()
    with run.kernel.database.begin() as connection:
        for workspace in workspaces:
            for kind in KINDS:
                grant(connection, Grant(workspace, None, kind, "subscription", 1_000_000, now, None, "bench"))

    def token(account: int, workspace: int) -> tuple[int, str]:
        return account, make_access_token(Caller(account, workspace, 1))

    with app.app_context():
        return run, [(place, [token(2 * place, place), token(2 * place + 1, place)]) for place in workspaces]


class Writers:
    """What goes on beside the calls: people are imported, credits granted, the notices looked at."""

    def __init__(self, run: Run, people_at_once: int = PEOPLE_AT_ONCE) -> None:
        self._run = run
        self._people_at_once = people_at_once
        self._over = threading.Event()
        self.people = mp.get_context("spawn").Value("q", 0)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Go on until the end of the block."""
        work = (self._bring_some, self._grant, self._look)
        threads = [threading.Thread(target=self._repeat, args=(what,), daemon=True) for what in work]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(30)

    def _repeat(self, what: Callable[[], None]) -> None:
        while not self._over.wait(0.5):
            try:
                what()
            except (psycopg.OperationalError, sa.exc.OperationalError):
                continue  # not acknowledged: done again, as whoever typed it would

    def bring(self, count: int) -> None:
        """Import `count` people more, and of some who are there already what another supplier knows."""
        first = self.people.value
        rows = [_row(number, "House One") for number in range(first, first + count)]
        rows += [_row(number, "House Two", "second.") for number in range(max(0, first - 3 * count), first, 5)]
        done = import_lines(self._run.kernel, (Line(n, row) for n, row in enumerate(rows, 1)), _PAPERS, _refuse)
        assert done.refused == 0
        self._run.said.imports += [digest_of(self._run.kernel, "b2b_email", row["work_email"]) for row in rows]
        self.people.value = first + count

    def _bring_some(self) -> None:
        self.bring(self._people_at_once)

    def _grant(self) -> None:
        run, now = self._run, self._run.kernel.clock.now()
        key = f"crash-{len(run.said.grants)}"
        place = random.Random(key).choice(run.workspaces)
        with run.kernel.database.begin() as connection:
            grant(connection, Grant(place, None, "phone", "purchased", 5, now, now + timedelta(days=30), key))
        run.said.grants[key] = 5

    def _look(self) -> None:
        with psycopg.connect(self._run.owner_url) as owner:
            found = owner.execute(_UNTOLD).fetchone()
        assert found is not None
        self._run.looks += 1
        self._run.untold += found[0]


def _row(number: int, source: str, prefix: str = "") -> dict[str, str]:
    row = {
        "full_name": f"Person {number}", "linkedin_url": profile_of(number), "company": "Bench", "title": "Invented",
        "work_email": f"{prefix}person.{number}@bench.example", "source": source,
    }  # fmt: skip
    if not prefix:  # a French range kept for fiction
        row |= {"mobile_phone": f"+3363998{number % 10_000:04d}", "personal_email": f"person.{number}@home.example"}
        row["consent_evidence"] = f"BENCH-{number}"
    return row


def _refuse(_line: int | None, refused: Refused) -> None:
    raise AssertionError(f"{refused.column}: {refused.reason}")


def _kill_all_along(copy: Copy, run: Run, chance: random.Random, seconds: float) -> None:
    kills = [what for what, often in A_MINUTE.items() for _ in range(max(1, round(often * seconds / 60)))]
    chance.shuffle(kills)
    begun = time.monotonic()
    for place, what in enumerate(kills, 1):
        time.sleep(max(0.0, begun + place * seconds / (len(kills) + 1) - time.monotonic()))
        end = time.monotonic() + 60
        while not _kill(copy, what, chance):
            assert time.monotonic() < end, f"nothing came back to be killed: {what}\n{copy.said()}"
            time.sleep(0.1)
        run.killed.append((time.monotonic(), what))
    time.sleep(max(0.0, begun + seconds - time.monotonic()))


def _kill(copy: Copy, what: str, chance: random.Random) -> bool:
    """False where it is not there now: down since the last kill, and not up again yet."""
    hard, quit_now, term = signal.SIGKILL, signal.SIGQUIT, signal.SIGTERM
    try:
        match what:
            case "backends terminated" | "backends killed":
                found = copy.child("postgres").children()
                backends = [one for one in found if "postgres: candor_app" in " ".join(one.cmdline())]
                busy = [one for one in backends if not " ".join(one.cmdline()).strip().endswith("idle")]
                os.kill(chance.choice(busy or backends).pid, term if what == "backends terminated" else hard)
            case "server stopped at once":
                copy.child("postgres").send_signal(quit_now)
            case "server killed":
                copy.child("postgres").kill()
            case "API workers killed":
                chance.choice(copy.api_workers()).kill()
            case _:
                copy.child({"API": "granian", "worker": "backend.cli worker", "Redis": "redis-server"}[what.split()[0]]).kill()
    except (StopIteration, IndexError, psutil.NoSuchProcess, ProcessLookupError):
        return False
    return True


@contextmanager
def candor_up(**settings: str) -> Iterator[Copy]:
    """A Candor of our own, with these settings, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # as root the servers run as somebody else
        copy = Copy(Path(name) / "data", program=CANDOR, settings=settings)
        try:
            yield copy.up()
        finally:
            with suppress(subprocess.TimeoutExpired):
                copy.stop()
            copy.process.kill()


def main() -> None:
    """Print the table; 1 where anything was lost, paid twice, shown untold, or not answered as it should be."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=240)
    options.add_argument("--pairs", type=int, default=8, help="of clients who ask for the same person at once")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of every connection that we break
    with candor_up() as copy:
        record = copy.data.with_name("told.jsonl")
        run = run_and_kill(copy, given.seconds, pairs=given.pairs, seed=given.seed, record=record)
        verdict = run.judge()
        run.kernel.database.close()
    _print(run, verdict)
    sys.exit(bool(verdict or run.faults))


def _print(run: Run, verdict: Verdict) -> None:
    rows: list[tuple[str, int | str]] = [("calls acknowledged", run.calls), ("unanswered, asked again", run.counts["unanswered"])]
    rows += sorted((what, n) for what, n in run.counts.items() if what != "unanswered" and what not in run.faults)
    rows += [(what, run.kills[what]) for what in A_MINUTE]
    rows += [("imports and grants acknowledged", len(run.said.imports) + len(run.said.grants)), ("looks at the notices", run.looks)]
    rows += [("longest outage, s", f"{run.longest_outage:.1f}"), ("  the last before it", run.before_outage)]
    rows += [("lost", len(verdict.lost)), ("charged twice", len(verdict.charged_twice))]
    rows += [("shown without notice", len(verdict.without_notice)), ("ledger unsound", len(verdict.unsound))]
    rows += [("answers of a wrong form", sum(run.faults.values()))]
    for what, n in rows:
        print(f"{what:<32}{n:>24,}" if isinstance(n, int) else f"{what:<32}{n:>24}")
    for fault in (*verdict.lost, *verdict.charged_twice, *verdict.without_notice, *verdict.unsound, *run.faults):
        print(f"  {fault}")


if __name__ == "__main__":
    main()
