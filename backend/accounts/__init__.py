"""Floor 2, accounts: sign-up, sign-in, passwords, the extension's first call, LinkedIn synchronisation."""

from backend.accounts.records import Account, read_account
from backend.accounts.resets import confirm_reset
from backend.accounts.rules import LONGEST_PASSWORD
from backend.accounts.steps import AccountActivated

__all__ = [
    "LONGEST_PASSWORD", "Account", "AccountActivated", "confirm_reset", "read_account",
]  # fmt: skip
