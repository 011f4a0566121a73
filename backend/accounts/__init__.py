"""Floor 2, accounts: sign-up, sign-in, LinkedIn synchronisation, suspension and its way out, deletion, export, cases."""

from backend.accounts.closing import AccountDeleted
from backend.accounts.consequences import Consequence
from backend.accounts.debts import Debt, DebtAsked, DebtPaid
from backend.accounts.deletion import DeletionAsked
from backend.accounts.escalation import BreachOpened
from backend.accounts.records import Account, read_account
from backend.accounts.resets import confirm_reset
from backend.accounts.rules import LONGEST_PASSWORD
from backend.accounts.steps import AccountActivated
from backend.accounts.suspensions import AccountSuspended, SuspensionLifted

__all__ = [
    "LONGEST_PASSWORD", "Account", "AccountActivated", "AccountDeleted", "AccountSuspended", "BreachOpened", "Consequence",
    "Debt", "DebtAsked", "DebtPaid", "DeletionAsked", "SuspensionLifted", "confirm_reset", "read_account",
]  # fmt: skip
