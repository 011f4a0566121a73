"""Pure rules of credits: the month of the unlimited lot."""

from datetime import datetime

from backend.kernel.clock import PARIS


def month_end(at: datetime) -> datetime:
    """When the calendar month (Europe/Paris) of `at` ends: the 10,000 start anew then (X12)."""
    local = at.astimezone(PARIS)
    year, month = (local.year + 1, 1) if local.month == 12 else (local.year, local.month + 1)
    return datetime(year, month, 1, tzinfo=PARIS)
