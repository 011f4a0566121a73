"""The worker: every second, does what is due. Any number of them may run beside each other."""

import signal
import threading

import structlog

from backend.app import build_wired, due_pieces
from backend.kernel import Kernel
from backend.kernel.due import tick
from backend.kernel.failures import note_failures
from backend.kernel.logs import configure_logs
from backend.kernel.metrics import DUE_DONE, DUE_FAILED, tell_ticked
from backend.kernel.watching import Watch
from backend.settings import Settings

_PAUSE_SECONDS = 1.0


def run() -> None:
    """Work until SIGTERM or SIGINT."""
    configure_logs()
    kernel = build_wired(Settings())
    watch = Watch(kernel, due_pieces(kernel))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log = structlog.get_logger()
    while not stop.is_set():
        try:
            work_once(kernel)
        except Exception as error:
            log.error("worker", raised=error)
        watch.look()
        stop.wait(_PAUSE_SECONDS)


def work_once(kernel: Kernel) -> int:
    """One tick of everything due now; returns the rows done."""
    now, pieces = kernel.clock.now(), due_pieces(kernel)
    result = tick(kernel.database.engine, pieces, now)
    note_failures(kernel.database.engine, result, pieces, now)
    tell_ticked()
    DUE_DONE.inc(result.done)
    for name in result.failed:
        DUE_FAILED.labels(name).inc()
    return result.done
