"""`python -m bench.soak`: ten minutes at half of what Candor can do, by a clock that does not wait: no error, no growth of memory.

The capacity is measured first, with the same mix and sixteen connections that ask again as soon as they are answered. Times count
from the instant at which a request was to be sent.
"""

import argparse
import math
import sys
from collections import deque
from collections.abc import Sequence

import psycopg
import sqlalchemy as sa

from backend.accounts.sample import PASSWORD, arrange
from backend.credits.audit import audit
from bench.crash import Writers, candor_up, prepare
from bench.load import Heard, run_at_rate
from bench.soak_memory import Sample, Watcher, find_growth, slope
from bench.soak_traffic import PEOPLE, SHARES, Signer, Traffic
from tests.up.copies import Copy

WORKSPACES = 1000
SIGNERS = 40


def main() -> None:
    """Print the tables; 1 where an answer was wrong, the ledger does not add up, or something grew."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--capacity-seconds", type=float, default=30)
    given = options.parse_args()
    with candor_up(TRUSTED_PROXIES="127.0.0.1/32") as copy:
        traffic, owner_url = _prepare(copy)
        asks = traffic.asks(1)
        run_at_rate(copy.port, asks, math.inf, 5, 16)  # threads connect, statements are prepared
        fast = run_at_rate(copy.port, asks, math.inf, given.capacity_seconds, 16)
        capacity = sum(each.right for each in fast) / given.capacity_seconds
        before = len(traffic.wrong)
        print(f"capacity {capacity:,.0f} a second; {given.minutes:g} minutes at {capacity / 2:,.0f}", flush=True)
        watcher = Watcher(copy)
        with watcher.at_work():
            heard = run_at_rate(copy.port, asks, capacity / 2, given.minutes * 60)
        unsound = _audit(owner_url)
    _print_times(heard)
    _print_memory(watcher.samples)
    failures = [*traffic.wrong[:20], *unsound, *find_growth(watcher.samples)]
    unsent = int(capacity / 2 * given.minutes * 60) - len(heard)
    if unsent > 1:
        failures.append(f"{unsent:,} requests could not be sent: less than half of the capacity was left")
    print(f"{len(heard):,} answers, {len(traffic.wrong) - before} of them wrong; while the capacity was measured {before}")
    print("\n".join(f"  {failure}" for failure in failures) or "no error, no growth")
    sys.exit(bool(failures))


def _prepare(copy: Copy) -> tuple[Traffic, str]:
    run, tokens = prepare(copy, WORKSPACES)
    Writers(run).bring(PEOPLE)
    emails = [f"soak-{number}@sample-company.example" for number in range(SIGNERS)]
    for email in emails:
        arrange(run.kernel, email, PASSWORD, "ready", "en", sub=email)
    run.kernel.database.close()
    signers = deque(Signer(email, f"203.0.113.{number}") for number, email in enumerate(emails, 1))
    return Traffic(tokens, PASSWORD, signers), run.owner_url


def _audit(owner_url: str) -> list[str]:
    with sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(owner_url)).begin() as connection:
        return [f"{found.rule}: {found.rows}" for found in audit(connection)]


def _print_times(heard: Sequence[Heard]) -> None:
    print(f"{'minute':<12}{'answers':>9}{'wrong':>7}{'p50 ms':>9}{'p95':>8}{'p99':>8}{'longest':>9}")
    for minute in range(int(max(each.planned for each in heard) // 60) + 1):
        _print_row(str(minute + 1), [each for each in heard if each.planned // 60 == minute])
    for what in SHARES:
        _print_row(what, [each for each in heard if each.what == what])
    _print_row("all", heard)


def _print_row(name: str, heard: Sequence[Heard]) -> None:
    waits = sorted(each.wait * 1000 for each in heard) or [0.0]
    p50, p95, p99 = (waits[min(len(waits) - 1, int(share * len(waits)))] for share in (0.5, 0.95, 0.99))
    wrong = sum(not each.right for each in heard)
    print(f"{name:<12}{len(heard):>9,}{wrong:>7,}{p50:>9.1f}{p95:>8.1f}{p99:>8.1f}{waits[-1]:>9.1f}")


def _print_memory(samples: Sequence[Sample]) -> None:
    names = sorted(samples[-1].own)
    titles = {name: f"worker {n}" for n, name in enumerate((each for each in names if each.startswith("API w")), 1)}
    print(
        "\nMB, PSS/RSS"
        + "".join(f"{titles.get(name, name):>13}" for name in names)
        + f"{'connections':>13}{'in Redis':>10}{'keys':>8}"
    )
    by_minute = {int(sample.at // 60): sample for sample in reversed(samples)}
    for minute, sample in sorted(by_minute.items()):
        figures = "".join(f"{sample.pss.get(name, 0):>6.1f}/{sample.rss.get(name, 0):<6.1f}" for name in names)
        print(f"minute {minute:<4}{figures}{sample.connections:>13}{sample.redis_mb:>10.2f}{sample.redis_keys:>8,}")
    half = [sample for sample in samples if sample.at >= samples[-1].at / 2]
    if len(half) > 1:
        own = "".join(f"{slope([(each.at, each.own.get(name, 0.0)) for each in half]):>13.3f}" for name in names)
        print(f"own, a minute{own[2:]}{'':>13}{slope([(each.at, each.redis_mb) for each in half]):>10.3f}   second half")


if __name__ == "__main__":
    main()
