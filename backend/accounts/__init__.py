"""Floor 2, accounts: sign-up, sign-in, LinkedIn synchronisation, suspension and its way out, deletion, export, cases."""

from backend.accounts.closing import AccountDeleted
from backend.accounts.consequences import Consequence
from backend.accounts.debts import Debt, DebtAsked, DebtPaid
from backend.accounts.deletion import DeletionAsked
from backend.accounts.escalation import BreachOpened
from backend.accounts.export import ExportAsked
from backend.accounts.records import Account, find_row, login_digests, open_email, read_account, read_row
from backend.accounts.resets import confirm_reset
from backend.accounts.rules import LONGEST_PASSWORD
from backend.accounts.steps import AccountActivated
from backend.accounts.suspensions import AccountSuspended, SuspensionLifted

__all__ = [
    "LONGEST_PASSWORD", "Account", "AccountActivated", "AccountDeleted", "AccountSuspended", "BreachOpened", "Consequence",
    "Debt", "DebtAsked", "DebtPaid", "DeletionAsked", "ExportAsked", "SuspensionLifted", "confirm_reset", "find_row",
    "login_digests", "open_email", "read_account", "read_row",
]  # fmt: skip
