"""Which detail comes first: confidence, faded by age, raised when independent sources agree. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import prod

HALF_LIFE = {
    "b2b_email": timedelta(days=730),
    "phone": timedelta(days=1095),
    "direct_email": timedelta(days=1825),
}
"""In this time half of such details have changed: work emails go with the job, private ones stay longest."""


def fade(confidence: float, kind: str, checked_at: datetime, at: datetime) -> float:
    """How sure a detail still is at `at`, having been `confidence` when it was checked."""
    age = max(at - checked_at, timedelta())
    return float(confidence * 0.5 ** (age / HALF_LIFE[kind]))


def agree(scores: Iterable[float]) -> float:
    """How sure independent sources are together: all of them would have to be wrong."""
    return 1 - prod(1 - score for score in scores)
