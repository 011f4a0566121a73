"""`python -m bench.ledger`: the SQL function that charges, alone on a durable server, beside house marks and a floor.

The floor is one row's UPDATE and another's INSERT in one statement (for replays: one SELECT by key), with the same driver, the same
connections, in short turns with the ledger: `of floor` is the median of the turns' own ratios, which a busy machine moves least.
Marks were measured on two shared cores.
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from backend.credits.audit import audit
from backend.kernel.database import GENERIC_PLANS
from backend.kernel.migrate import upgrade
from backend.up.embedded import servers

WORKSPACES = 5000
LEDGER = "SELECT outcome FROM reveal(%s, 1, 1, ARRAY[%s]::bigint[], '{phone}', '{phone}', %s)"
FLOOR = """
WITH paid AS (UPDATE floor_lots SET remaining = remaining - 1 WHERE workspace_id = %s RETURNING *)
INSERT INTO floor_entries SELECT workspace_id, %s, remaining, %s FROM paid RETURNING 'revealed'
"""
FLOOR_REPLAY = "SELECT 'known' FROM floor_entries WHERE workspace_id = %s AND person_id = %s AND at <> %s"
PREPARE = """
INSERT INTO permits (workspace_id, account_id, terms_ok, synced_until, extension_seen, plan_until)
SELECT number, 1, true, 'infinity', true, 'infinity' FROM generate_series(0, %(most)s) number;
INSERT INTO lots (workspace_id, kind, source, rank, granted, remaining, valid_from, grant_key)
SELECT number, 'phone', 'subscription', 1, 100000000, 100000000, 'epoch', 'bench' FROM generate_series(0, %(most)s) number;
INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at)
SELECT workspace_id, lot_id, kind, 'grant', granted, granted, valid_from FROM lots;
CREATE TABLE floor_lots (workspace_id bigint PRIMARY KEY, remaining integer NOT NULL) WITH (fillfactor = 50);
CREATE TABLE floor_entries (
  workspace_id bigint, person_id bigint, balance integer NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (workspace_id, person_id));
INSERT INTO floor_lots SELECT number, 100000000 FROM generate_series(0, %(most)s) number;
GRANT SELECT, INSERT, UPDATE ON floor_lots, floor_entries TO candor_app;
"""


@dataclass(frozen=True)
class Work:
    """What is asked: of which workspaces, with which answer, and the mark to beat."""

    name: str
    mark: int
    workspaces: int
    answer: str
    ledger: str
    floor: str


WORKS = (
    Work("one hot workspace", 2033, 1, "revealed", LEDGER, FLOOR),
    Work("5,000 workspaces", 6348, WORKSPACES, "revealed", LEDGER, FLOOR),
    Work("replays", 20024, WORKSPACES, "known", LEDGER, FLOOR_REPLAY),
)


@dataclass(frozen=True)
class Turn:
    """Calls a second, and every waiting time in milliseconds."""

    per_second: float
    waits: list[float]

    def wait(self, share: float) -> float:
        """What `share` of the calls did not exceed."""
        return sorted(self.waits)[min(len(self.waits) - 1, int(share * len(self.waits)))]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=1, help="of each turn")
    options.add_argument("--turns", type=int, default=7)
    options.add_argument("--connections", type=int, default=16)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="candor-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root the servers run as somebody else
        with servers(Path(folder) / "data", durable=True) as stand:
            upgrade(stand.owner_url)
            with psycopg.connect(stand.owner_url, autocommit=True) as owner:
                psycopg.ClientCursor(owner).execute(PREPARE, {"most": WORKSPACES})
                owner.execute("VACUUM ANALYZE")
            print(f"{given.turns} turns of {given.seconds:g} s, {given.connections} connections, fsync on; medians")
            head = ("", "ledger/s", "p50 ms", "p99 ms", "mark/s", "of mark", "floor/s", "of floor", "from", "to")
            print("{:<20}{:>10}{:>9}{:>9}{:>9}{:>9}{:>10}{:>10}{:>6}{:>6}".format(*head))
            for work in WORKS:
                _print(work, *_take_turns(stand.app_url, work, given))
            _print_audit(stand.owner_url)


def _print(work: Work, ledger: list[Turn], floor: list[Turn]) -> None:
    rate, below = (statistics.median(turn.per_second for turn in turns) for turns in (ledger, floor))
    p50, p99 = (statistics.median(turn.wait(share) for turn in ledger) for share in (0.5, 0.99))
    ledgers = f"{work.name:<20}{rate:>10,.0f}{p50:>9.2f}{p99:>9.2f}{work.mark:>9,}{rate / work.mark:>9.2f}"
    ratios = [one.per_second / other.per_second for one, other in zip(ledger, floor, strict=True)]
    print(f"{ledgers}{below:>10,.0f}{statistics.median(ratios):>10.2f}{min(ratios):>6.2f}{max(ratios):>6.2f}", flush=True)


def _print_audit(url: str) -> None:
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        findings = audit(connection)
        (count,) = connection.execute(sa.text("SELECT count(*) FROM entries")).one()
    print(f"audit of {count:,} entries: " + ("; ".join(finding.rule for finding in findings) or "clean"))
    engine.dispose()
    if findings:
        raise SystemExit(1)


def _take_turns(url: str, work: Work, given: Any) -> tuple[list[Turn], list[Turn]]:
    ledger, floor = [], []
    for number in range(given.turns):
        floor.append(_turn(url, work, work.floor, number, given))
        ledger.append(_turn(url, work, work.ledger, number, given))
    return ledger, floor


def _turn(url: str, work: Work, statement: str, number: int, given: Any) -> Turn:
    """Every connection is a process of its own, so that none waits for another's interpreter."""
    context = multiprocessing.get_context("fork")
    start, results = context.Barrier(given.connections), context.SimpleQueue()

    def run(worker: int) -> None:
        with psycopg.connect(url, autocommit=True, options=GENERIC_PLANS) as connection:
            cursor = connection.cursor()
            asked = _asked(work, worker, number, connection)
            _ask(cursor, statement, next(asked), work.answer)
            start.wait()
            results.put(_measure(lambda: _ask(cursor, statement, next(asked), work.answer), given.seconds))

    workers = [context.Process(target=run, args=(worker,)) for worker in range(given.connections)]
    for worker in workers:
        worker.start()
    found = []
    while len(found) < len(workers):
        if results.empty():
            time.sleep(0.05)
            if any(worker.exitcode for worker in workers):
                raise SystemExit("a connection failed")
        else:
            found.append(results.get())
    for worker in workers:
        worker.join()
    return Turn(sum(len(waits) / seconds for seconds, waits in found), [wait for _, waits in found for wait in waits])


def _measure(call: Callable[[], None], seconds: float) -> tuple[float, list[float]]:
    waits = []
    begun = now = time.perf_counter()
    while now < begun + seconds:
        call()
        done = time.perf_counter()
        waits.append((done - now) * 1000)
        now = done
    return now - begun, waits


def _ask(cursor: psycopg.Cursor[Any], statement: str, asked: tuple[int, int], answer: str) -> None:
    found = cursor.execute(statement, (*asked, datetime.now(UTC)), prepare=True).fetchall()
    if found != [(answer,)]:
        raise SystemExit(f"expected {answer}, found {found}")


def _asked(work: Work, worker: int, turn: int, connection: psycopg.Connection[Any]) -> Iterator[tuple[int, int]]:
    """Workspaces and persons: new ones for charges, for replays those that are paid both in the ledger and on the floor."""
    if work.answer == "known":
        paid = connection.execute(
            "SELECT workspace_id, person_id FROM reveals JOIN floor_entries USING (workspace_id, person_id)"
            " WHERE workspace_id > 0 ORDER BY person_id %% 997, person_id LIMIT 5000 OFFSET %s",
            (worker * 100,),
        ).fetchall()
        if not paid:
            raise SystemExit("Nothing is paid for yet: ask for more seconds.")
        while True:
            yield from paid
    person = (turn * 1000 + worker) * 1_000_000
    while True:
        person += 1
        yield (0 if work.workspaces == 1 else 1 + person * 7919 % work.workspaces), person


if __name__ == "__main__":
    main()
