"""`candor up`, from the first check to the last child stopped. Read it top to bottom."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from backend.up.address import Address, check_port, settle_address
from backend.up.banner import show_banner
from backend.up.children import last_lines, spawn
from backend.up.data_folder import REPOSITORY, DataFolder, Samples, open_data_folder
from backend.up.failures import CannotStart
from backend.up.fresh import drop_all_but_kept, drop_cache
from backend.up.progress import say, step
from backend.up.samples import load_samples
from backend.up.supervise import Supervisor, Watched
from backend.up.surroundings import (
    Options,
    Surroundings,
    asked_folder,
    migrate,
    needs_embedded,
    start_servers,
    stop_on_signals,
    surround,
)

API = "backend.up.rsgi:make"
WORKER = ("-m", "backend.cli", "worker")
WORKERS = 2
REQUESTS = 1024  # of each worker at a time, most of them still arriving
_LONGEST_LOG = 5_000_000


@dataclass(frozen=True)
class Launched:
    """A Candor that runs in our hands."""

    folder: DataFolder
    address: Address
    samples: Samples | None
    supervisor: Supervisor


def up(host: str, port: int, options: Options) -> None:
    """Run Candor until it is interrupted. Raises CannotStart with the way out."""
    with suppress(KeyboardInterrupt), launched(host, port, options) as running:
        show_banner(running.folder, running.address, running.samples)
        running.supervisor.watch()


@contextmanager
def launched(host: str, port: int, options: Options) -> Iterator[Launched]:
    """Start everything, and stop it at the end of the block."""
    address = settle_address(host, port, os.environ, options.sandbox)
    folder, remark = open_data_folder(asked_folder(), needs_embedded())
    if remark:
        say(remark)
    with ExitStack() as undo:
        undo.enter_context(stop_on_signals())
        undo.enter_context(folder.locked())
        check_port(address)
        _put_old_logs_away(folder)
        around = surround(folder, address, options)
        os.environ.update(around.environment)
        undo.callback(around.forget_sockets)
        supervisor = Supervisor()
        undo.callback(_stop, supervisor)
        samples = _start(around, address, options, supervisor)
        folder.announce({"pid": os.getpid(), "url": address.local_url, "samples": samples, "environment": around.environment})
        yield Launched(folder, address, samples, supervisor)


def _start(around: Surroundings, address: Address, options: Options, supervisor: Supervisor) -> Samples | None:
    if options.fresh:
        if around.database is None:
            raise CannotStart("--fresh empties the embedded database only; empty a server of your own by its own means.")
        drop_cache(around.folder)
    start_servers(around, supervisor)
    if options.fresh and around.database is not None:
        with step("Emptying the database", "The database is empty; the suppression list and the keys are kept"):
            drop_all_but_kept(around.folder, around.database)
    migrate(around)
    samples = load_samples() if around.database is not None and not os.environ.get("SMTP_URL") else None
    with step("Starting the API", f"The API answers at {address.local_url}"):
        supervisor.add(_api(around, address))
    with step("Starting the worker", "The worker runs"):
        supervisor.add(_worker(around))
    return samples


def _stop(supervisor: Supervisor) -> None:
    # From here on a second Ctrl-C changes nothing: every wait below has an end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    with step("Stopping", "Everything is stopped"):
        supervisor.stop()


def _api(around: Surroundings, address: Address) -> Watched:
    log = around.folder.logs / "api.log"
    command = [
        *(sys.executable, "-m", "granian", API, "--factory", "--interface", "rsgi"),
        *("--host", address.ip, "--port", str(address.port), "--http", "1", "--no-ws"),
        *("--workers", str(WORKERS), "--respawn-failed-workers", "--workers-kill-timeout", "5"),
        *("--backpressure", str(REQUESTS), "--log-level", "error"),
    ]

    def wait(process: subprocess.Popen[bytes]) -> None:
        _wait_for_answer(f"{address.local_url}/healthz", process, log)

    return Watched("The API", log, _starter(command, log), wait, signal.SIGTERM, 10)


def _worker(around: Surroundings) -> Watched:
    log = around.folder.logs / "worker.log"

    def wait(process: subprocess.Popen[bytes]) -> None:
        # It says nothing when it is ready; one that cannot start ends within its imports.
        time.sleep(0.3)
        if process.poll() is not None:
            raise CannotStart(f"The worker did not start. Its log ends:\n{last_lines(log)}")

    return Watched("The worker", log, _starter([sys.executable, *WORKER], log), wait, signal.SIGTERM, 10)


def _starter(command: Sequence[str], log: Path) -> Callable[[], subprocess.Popen[bytes]]:
    def start() -> subprocess.Popen[bytes]:
        return spawn(command, log=log, env=os.environ, death=signal.SIGKILL, folder=REPOSITORY)

    return start


def _wait_for_answer(url: str, process: subprocess.Popen[bytes], log: Path, patience: float = 60) -> None:
    until = time.monotonic() + patience
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            direct.open(url, timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code < 500:
                return
        except OSError:
            pass
        else:
            return
        if process.poll() is not None:
            raise CannotStart(f"The API did not start. Its log ends:\n{last_lines(log, 12)}")
        if time.monotonic() > until:
            raise CannotStart(f"The API does not answer after {patience:.0f} s. Its log ends:\n{last_lines(log, 12)}")
        time.sleep(0.05)


def _put_old_logs_away(folder: DataFolder) -> None:
    """One generation is kept, and the counters of the last run's processes go."""
    for log in folder.logs.glob("*.log"):
        if log.stat().st_size > _LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
    for old in folder.metrics.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()
