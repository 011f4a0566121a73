"""`python -m bench.faults`: steady load on a whole Candor while Redis, PostgreSQL, a process of its own or the mail server is away.

One fault after another, each with its figures. Answers must be a success or 503 with `Retry-After`, nothing acknowledged may be
lost or paid twice, no letter lost, and all must come back without a restart of what was not ended. `bench.crash` kills faster and
knows no rest; its judge judges here too.
"""

import argparse
import logging
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from backend.accounts.sample import PASSWORD, arrange
from bench.crash import candor_up, prepare, under_load
from bench.crash_judge import Run, Verdict
from bench.faults_clients import Reader, SignsIn
from bench.faults_figures import Figures, Slot, find_recovery, measure, print_figures, read_tries
from bench.faults_mail import MailServer
from tests.up.copies import Copy, until

_PATIENCE_S = 120


@dataclass
class Scene:
    """A Candor with its mail server, and what came of it."""

    copy: Copy
    mail: MailServer
    slots: list[Slot] = field(default_factory=list)
    restarted: list[str] = field(default_factory=list)
    undelivered: int = 0
    tries: Path | None = None

    def is_well(self, slot: Slot) -> bool:
        """Whether all was well again within the slot, as far as is written down."""
        return self.tries is None or find_recovery(slot, read_tries(self.tries)) is not None

    def processes(self) -> dict[str, set[int]]:
        """The processes by what they are called here."""
        names = {"Redis": "redis-server", "PostgreSQL": "postgres", "API": "granian", "worker": "backend.cli worker"}
        found = {name: {self.copy.child(word).pid} for name, word in names.items()}
        return {**found, "API workers": {one.pid for one in self.copy.api_workers()}}


@dataclass(frozen=True)
class Fault:
    """`happens` begins it and, after `hold_s`, ends it; `ends` names the processes it ends."""

    name: str
    happens: Callable[[Scene], Iterator[None]]
    hold_s: float = 0.0
    ends: str = ""


def _kill_redis(scene: Scene) -> Iterator[None]:
    scene.copy.child("redis-server").kill()
    yield


def _keep_redis_away(scene: Scene) -> Iterator[None]:
    # Stopped before it is killed: it comes back only when its supervisor has seen it end.
    redis = scene.copy.child("redis-server")
    scene.copy.process.send_signal(signal.SIGSTOP)
    redis.kill()
    yield
    scene.copy.process.send_signal(signal.SIGCONT)


def _freeze_redis(scene: Scene) -> Iterator[None]:
    redis = scene.copy.child("redis-server")
    redis.suspend()
    yield
    redis.resume()


def _end_connections(scene: Scene) -> Iterator[None]:
    scene.copy.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'candor_app'")
    yield


def _kill_postgres(scene: Scene) -> Iterator[None]:
    scene.copy.child("postgres").kill()
    yield


def _kill_api_worker(scene: Scene) -> Iterator[None]:
    scene.copy.api_workers()[0].kill()
    yield


def _kill_worker(scene: Scene) -> Iterator[None]:
    scene.copy.child("backend.cli worker").kill()
    yield


def _put_mail_off(scene: Scene) -> Iterator[None]:
    scene.mail.puts_off = True
    yield
    until(lambda: bool(scene.mail.refused["451"]), scene.copy.said)
    scene.mail.puts_off = False


def _close_mail(scene: Scene) -> Iterator[None]:
    scene.mail.close()
    yield
    scene.mail.open()


FAULTS = (
    Fault("mail put off (451)", _put_mail_off, 10),
    Fault("mail server away", _close_mail, 10),
    Fault("Redis killed", _kill_redis, ends="Redis"),
    Fault("Redis away", _keep_redis_away, 5, ends="Redis"),
    Fault("Redis frozen", _freeze_redis, 5),
    Fault("connections ended", _end_connections),
    Fault("PostgreSQL killed", _kill_postgres, ends="PostgreSQL"),
    Fault("API worker killed", _kill_api_worker, ends="API workers"),
    Fault("worker killed", _kill_worker, ends="worker"),
)
"""In this order: what mail was put off has time to be delivered while the rest goes on."""


@dataclass(frozen=True)
class Pace:
    """How much is asked: by how many clients, of how many workspaces and people, how long each fault holds and is watched."""

    pairs: int
    readers: int
    watch_s: float
    longest_hold_s: float = 60.0
    workspaces: int = 600
    people: int = 6
    signers: int = 12


def suffer(scene: Scene, fault: Fault, pace: Pace) -> None:
    """Let it happen, wait until everything runs again, watch for some seconds more; note who was restarted without being ended."""
    before, began = scene.processes(), time.monotonic()
    with contextmanager(fault.happens)(scene):
        time.sleep(min(fault.hold_s, pace.longest_hold_s))
    ended = time.monotonic()
    until(lambda: _is_back(scene, fault, before), scene.copy.said)
    time.sleep(pace.watch_s)
    # A slow machine may not be well again so soon.
    slot = Slot(fault.name, began, ended, time.monotonic())
    while not scene.is_well(slot) and time.monotonic() < ended + _PATIENCE_S:
        time.sleep(1)
        slot = Slot(fault.name, began, ended, time.monotonic())
    scene.slots.append(slot)
    after = scene.processes()
    scene.restarted += [
        f"{name} ended during {fault.name}" for name in before if name != fault.ends and before[name] != after[name]
    ]


def _is_back(scene: Scene, fault: Fault, before: dict[str, set[int]]) -> bool:
    try:
        return scene.copy.is_whole() and (not fault.ends or scene.processes()[fault.ends] != before[fault.ends])
    except (StopIteration, psutil.NoSuchProcess):
        return False


def run_with_faults(scene: Scene, folder: Path, pace: Pace) -> tuple[Run, list[Figures]]:
    """Load it steadily and let every fault happen once."""
    run, tokens = prepare(scene.copy, pace.workspaces)
    emails = tuple(f"faults-{number}@sample-company.example" for number in range(pace.signers))
    for email in emails:
        arrange(run.kernel, email, PASSWORD, "ready", "en", sub=email)
    # So seldom that the limits stop no one who may sign in.
    beside = (*map(Reader, range(pace.readers)), SignsIn(emails, PASSWORD, 7 / pace.signers))
    record, tries = folder / "told.jsonl", folder / "tries.jsonl"
    scene.tries = tries
    plan = {"seed": 1, "pairs": pace.pairs, "rest_s": 0.1, "beside": beside, "tries": tries}
    with under_load(scene.copy, run, tokens, people=pace.people, record=record, **plan):
        time.sleep(pace.watch_s)
        for fault in FAULTS:
            suffer(scene, fault, pace)
    scene.undelivered = _wait_for_letters(scene)
    return run, measure(scene.slots, read_tries(tries), scene.mail, pace.watch_s)


def _wait_for_letters(scene: Scene) -> int:
    """How many letters the mail server never got: those that were sent, as the database says, and those that wait for too long."""
    waiting = "SELECT (SELECT count(*) FROM mails) + (SELECT count(*) FROM notices WHERE state IN ('owed', 'posted'))"
    end = time.monotonic() + _PATIENCE_S
    while (left := _count(scene, waiting)) and time.monotonic() < end:
        time.sleep(0.5)
    sent = "SELECT count(DISTINCT mail_id) FROM (SELECT mail_id FROM notices UNION ALL SELECT mail_id FROM messages) posted"
    return left + _count(scene, sent) - len(scene.mail.times)


def _count(scene: Scene, statement: str) -> int:
    return int(str(scene.copy.sql(statement)[0][0]))


def find_failures(scene: Scene, run: Run, verdict: Verdict, figures: Sequence[Figures]) -> list[str]:
    """Everything that must not be; empty where all is well."""
    found = [*verdict.lost, *verdict.charged_twice, *verdict.without_notice, *verdict.unsound, *scene.restarted]
    found += [f"{what}: {count}" for what, count in run.faults.items()]
    found += [f"{one.slot.name}: not back" for one in figures if one.back_after is None]
    if scene.undelivered:
        found.append(f"{scene.undelivered} letters were not delivered")
    found += [f"{one.slot.name}: {one.twice} letters twice" for one in figures if one.twice and one.slot.name.startswith("mail")]
    return found


def main() -> None:
    """Print the table; 1 where anything is not as it must be."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=240, help="in all, less what coming back takes")
    options.add_argument("--pairs", type=int, default=3, help="of clients who ask for the same person at once")
    options.add_argument("--readers", type=int, default=3, help="clients who look up, ask again and read credits")
    given = options.parse_args()
    logging.getLogger("psycopg").setLevel(logging.ERROR)  # it warns of every connection that we break
    watch_s = max(3.0, (given.seconds - sum(fault.hold_s for fault in FAULTS)) / (len(FAULTS) + 1))
    mail = MailServer()
    mail.open()
    with candor_up(**mail.settings) as copy:
        scene = Scene(copy, mail)
        run, figures = run_with_faults(scene, copy.data.parent, Pace(given.pairs, given.readers, watch_s))
        verdict = run.judge()
        run.kernel.database.close()
    print_figures(figures, run, mail)
    failures = find_failures(scene, run, verdict, figures)
    print("\n".join(f"  {failure}" for failure in failures) or "nothing lost, nothing doubled, everything back")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
