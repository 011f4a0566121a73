"""What Prometheus reads at `/metrics`: counts and times by route, never a name, an address or an id."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess, values

REQUESTS = Histogram(
    "candor_request_seconds",
    "Time to answer, by route and status",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REVEALS = Counter("candor_reveals", "Reveals by kind of credit and outcome", ["kind", "outcome"])
LIMITER_AWAY = Counter("candor_limiter_away", "Requests let through because Redis did not answer")
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


def render_metrics() -> bytes:
    """The exposition text, summed over the processes that share PROMETHEUS_MULTIPROC_DIR where it is set."""
    chosen: Any = values.ValueClass
    if chosen.__name__ == "MmapedValue":
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest()
