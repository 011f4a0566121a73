"""Pure rules of the figures of the day: which counters go into them, in which groups of routes, and what buckets tell of times."""

from collections.abc import Mapping
from itertools import pairwise

REVEALS, ANSWERS, TIMES, DUE_FAILED, LIMITER_AWAY = "reveals", "answers", "times", "due-failed", "limiter-away"
GROUPS = ("reveals", "lookups", "sign-in", "account", "pages", "operations")
_BEGINNINGS = (
    ("/v1/reveals", "reveals"),
    ("/v1/lookups", "lookups"),
    ("/v1/sessions", "sign-in"),
    ("/v1/accounts", "sign-in"),
    ("/v1/password", "sign-in"),
    ("/linkedin", "sign-in"),
    ("/v1/linkedin", "sign-in"),
    ("/v1/", "account"),
    ("/ops", "operations"),
)
_NOT_COUNTED = ("/healthz", "/readyz", "/metrics")


def group_of(route: str) -> str | None:
    """The group of a route, of `GROUPS`; None for what machines ask to see whether we live."""
    if route in _NOT_COUNTED:
        return None
    return next((group for beginning, group in _BEGINNINGS if route.startswith(beginning)), "pages")


def name_figure(sample: str, labels: Mapping[str, str]) -> tuple[str, str] | None:
    """The name and label under which a counter's sample is kept; None for one that is not."""
    match sample:
        case "candor_reveals_total":
            return REVEALS, f"{labels['kind']}/{labels['outcome']}"
        case "candor_due_failed_total":
            return DUE_FAILED, labels["piece"]
        case "candor_limiter_away_total":
            return LIMITER_AWAY, "all"
    group = group_of(labels.get("route", ""))
    if group and sample == "candor_request_seconds_count":
        return ANSWERS, f"{group}/{labels['status']}"
    if group and sample == "candor_request_seconds_bucket":
        return TIMES, f"{group}/{labels['le']}"
    return None


def find_quantile(buckets: Mapping[float, int], share: float) -> float | None:
    """The seconds within which this share was answered, from the counts of answers within each bound; None where none was.

    Between two bounds answers are taken to be spread evenly, as Prometheus does; above the last one it is that bound.
    """
    bounds = sorted(buckets)
    total = buckets[bounds[-1]] if bounds else 0
    if not total:
        return None
    wanted = share * total
    for lower, upper in pairwise([0.0, *bounds]):
        below, within = buckets.get(lower, 0), buckets[upper]
        if within >= wanted:
            if upper == float("inf"):
                return lower
            return lower + (upper - lower) * (wanted - below) / (within - below) if within > below else upper
    return bounds[-1]
