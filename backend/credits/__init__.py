"""Floor 1, the ledger: permits, lots, reveals, entries. Its SQL functions charge; Python never locks and never caches standing."""

from backend.credits.balances import Balance, Entry, read_balances, read_entries
from backend.credits.grants import Grant, grant
from backend.credits.permits import change_permit, check_session, end_sessions, open_permit
from backend.credits.rules import month_end
from backend.credits.spending import Charge, Quote, quote, reveal
from backend.credits.tables import KINDS, UNLIMITED

__all__ = [
    "KINDS", "UNLIMITED", "Balance", "Charge", "Entry", "Grant", "Quote", "change_permit", "check_session",
    "end_sessions", "grant", "month_end", "open_permit", "quote", "read_balances", "read_entries", "reveal",
]  # fmt: skip
