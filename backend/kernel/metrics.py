"""What Prometheus reads at `/metrics`: counts and times by route, never a name, an address or an id."""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess, values

REQUESTS = Histogram(
    "candor_request_seconds",
    "Time to answer, by route and status",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REVEALS = Counter("candor_reveals", "Reveals by kind of credit and outcome", ["kind", "outcome"])
LIMITER_AWAY = Counter("candor_limiter_away", "Requests let through because Redis did not answer")
BREACH_SECONDS_LEFT = Gauge(
    "candor_breach_seconds_left",
    "Until the first clock of an open breach of personal data ends: 24 h to tell LinkedIn, 72 h to tell the CNIL",
    ["clock"],
    multiprocess_mode="mostrecent",
)
MAINTENANCE_ON = Gauge("candor_maintenance", "Whether maintenance is on: users get 503", multiprocess_mode="mostrecent")
STARTED_AT = Gauge("candor_started_at_seconds", "When this Candor started: its uptime counts from then", multiprocess_mode="min")
DUE_DONE = Counter("candor_due_done", "Rows of due work done by the worker")
DUE_FAILED = Counter("candor_due_failed", "Pieces of due work that raised, by name", ["piece"])
NOTICES_OWED_SECONDS = Gauge(
    "candor_notices_oldest_owed_seconds", "Age of the oldest notice still owed", multiprocess_mode="mostrecent"
)
HELPDESK_WAITING = Gauge(
    "candor_helpdesk_waiting",
    "Threads of the helpdesk that are neither fixed nor answered, by state",
    ["state"],
    multiprocess_mode="mostrecent",
)
WORKER_TICKED = Gauge(
    "candor_worker_ticked_at_seconds", "When a worker last went through what is due", multiprocess_mode="mostrecent"
)
DUE_OLDEST = Gauge("candor_due_oldest_seconds", "How long the oldest due work has waited", multiprocess_mode="mostrecent")
MAILS_WAITING = Gauge(
    "candor_mails_waiting", "Mails to be sent: due, or put off after a failed attempt", ["state"], multiprocess_mode="mostrecent"
)
DATABASE_UP = Gauge("candor_database_up", "Whether the worker reached PostgreSQL", multiprocess_mode="mostrecent")
REDIS_UP = Gauge("candor_redis_up", "Whether the worker reached Redis", multiprocess_mode="mostrecent")

_MARK = "registry"
_THIS_PROCESS = uuid.uuid4().hex


def tell_ticked() -> None:
    """A worker went through what is due, by the machine's clock, as Prometheus counts."""
    WORKER_TICKED.set(time.time())


def tell_started() -> None:
    """A process of this Candor began to answer."""
    STARTED_AT.set(time.time())


def render_metrics() -> bytes:
    """The exposition text, summed over the processes that share PROMETHEUS_MULTIPROC_DIR where it is set."""
    return generate_latest(_choose_registry())


def read_counters() -> Iterator[tuple[str, dict[str, str], int]]:
    """Every sample of counters and histograms that only grows: its name, its labels, where it stands."""
    for family in _choose_registry().collect():
        for sample in family.samples:
            if family.type in ("counter", "histogram") and sample.name.endswith(("_total", "_count", "_bucket")):
                yield sample.name, sample.labels, int(sample.value)


def name_registry() -> str:
    """Which counters these are: another name after a start that let them begin at 0, one name for all processes that share them."""
    if not _is_shared():
        return _THIS_PROCESS
    mark = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]) / _MARK
    if not mark.exists():
        mine = mark.with_name(f"{_MARK}.{_THIS_PROCESS}")
        mine.write_text(_THIS_PROCESS)
        try:
            os.link(mine, mark)  # whole, or not at all
        except FileExistsError:
            pass
        finally:
            mine.unlink()
    return mark.read_text()


def _is_shared() -> bool:
    chosen: Any = values.ValueClass
    return bool(chosen.__name__ == "MmapedValue")


def _choose_registry() -> CollectorRegistry:
    if not _is_shared():
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
