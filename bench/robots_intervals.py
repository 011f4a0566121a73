"""Clopper–Pearson intervals, by bisection on the binomial law: no library for one function."""

import math


def clopper_pearson(hits: int, total: int, sure: float = 0.95) -> tuple[float, float]:
    """The interval that holds the true share with at least so much certainty."""
    rest = (1 - sure) / 2
    low = 0.0 if hits == 0 else _solve(lambda share: 1 - _at_most(hits - 1, total, share) < rest)
    high = 1.0 if hits == total else _solve(lambda share: _at_most(hits, total, share) > rest)
    return low, high


def write_share(hits: int, total: int) -> str:
    """`12/400  3.0% (1.6–5.2)`."""
    if total == 0:
        return "–"
    low, high = clopper_pearson(hits, total)
    digits = 2 if high < 0.1 else 1
    return f"{hits}/{total} {100 * hits / total:.{digits}f}% ({100 * low:.{digits}f}–{100 * high:.{digits}f})"


def _solve(below) -> float:  # type: ignore[no-untyped-def]
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return low


def _at_most(hits: int, total: int, share: float) -> float:
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if hits >= total else 0.0
    logs = [
        math.lgamma(total + 1)
        - math.lgamma(k + 1)
        - math.lgamma(total - k + 1)
        + k * math.log(share)
        + (total - k) * math.log1p(-share)
        for k in range(hits + 1)
    ]
    return min(1.0, math.fsum(math.exp(log) for log in logs))
