"""Floor 1, the ledger: permits, lots, reveals, entries. Its SQL functions charge; Python never caches standing."""

from backend.credits.balances import Balance, Entry, read_balances, read_entries
from backend.credits.carrying import carry_kept
from backend.credits.exceptional import Holder, NotCorrectable, TooFew, correct, correct_for, is_holder, transfer, transfer_for
from backend.credits.expiring import Expiring, next_expiry_alert, take_expiring
from backend.credits.figures import count_expiring, count_granted, count_spent, list_expiring, list_granted, list_spent
from backend.credits.freezing import freeze_grant, release_grant
from backend.credits.grants import Grant, grant, grant_all, has_grant
from backend.credits.left import Lot, read_left, read_lots
from backend.credits.limits import read_limits, set_limits
from backend.credits.moving import move_personal
from backend.credits.permits import (
    Permit,
    carry_permit,
    change_permit,
    check_session,
    close_permit,
    end_sessions,
    is_held,
    open_permit,
    read_permit,
    workspaces_of,
)
from backend.credits.reveal_times import Seen, list_workspaces, read_reveal_times
from backend.credits.revealed import has_paid, read_revealed
from backend.credits.rewards import reward
from backend.credits.rules import month_end
from backend.credits.spending import MEMBER_LIMIT, Charge, Quote, quote, reveal
from backend.credits.tables import KINDS, UNLIMITED
from backend.credits.usage import read_usage
from backend.credits.voiding import void_lots, write_off

__all__ = [
    "KINDS", "MEMBER_LIMIT", "UNLIMITED", "Balance", "Charge", "Entry", "Expiring", "Grant", "Holder", "Lot", "NotCorrectable",
    "Permit", "Quote", "Seen", "TooFew", "carry_kept", "carry_permit", "change_permit", "check_session", "close_permit",
    "correct", "correct_for", "count_expiring", "count_granted", "count_spent", "end_sessions", "freeze_grant", "grant",
    "grant_all", "has_grant", "has_paid", "is_held", "is_holder", "list_expiring", "list_granted", "list_spent",
    "list_workspaces", "month_end", "move_personal", "next_expiry_alert", "open_permit", "quote", "read_balances",
    "read_entries", "read_left", "read_limits", "read_lots", "read_permit", "read_reveal_times", "read_revealed", "read_usage",
    "release_grant", "reveal", "reward", "set_limits", "take_expiring", "transfer", "transfer_for", "void_lots",
    "workspaces_of", "write_off",
]  # fmt: skip
