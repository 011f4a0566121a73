"""Periods, against the vectors that were computed independently."""

from datetime import UTC, date, datetime

import pytest

from backend.subscriptions.rules import day_begins, period_end, start_day


@pytest.mark.clause("7.1.15")
@pytest.mark.parametrize(
    ("start", "months", "ends"),
    [
        ("2026-01-31", 1, ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]),
        ("2028-01-30", 1, ["2028-02-29", "2028-03-30", "2028-04-30"]),
        ("2028-02-29", 12, ["2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("2026-12-31", 1, ["2027-01-31", "2027-02-28"]),
    ],
)
def test_periods_are_counted_from_the_first_day(start: str, months: int, ends: list[str]) -> None:
    first = date.fromisoformat(start)
    assert [period_end(first, n + 1, months).isoformat() for n in range(len(ends))] == ends


def test_days_are_paris_days() -> None:
    assert start_day(datetime(2026, 1, 31, 22, 59, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert start_day(datetime(2026, 1, 31, 23, 0, tzinfo=UTC)) == date(2026, 2, 1)
    assert day_begins(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
