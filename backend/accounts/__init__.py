"""Floor 2, accounts: sign-up, sign-in, LinkedIn synchronisation, suspension and its way out, deletion, export, cases."""

from backend.accounts.archive import EvidenceDue
from backend.accounts.closing import AccountDeleted, close_account
from backend.accounts.consequences import Consequence
from backend.accounts.debts import Debt, DebtAsked, DebtPaid
from backend.accounts.deletion import DeletionAsked, acknowledge, confirm_deletion
from backend.accounts.distance import network_of
from backend.accounts.escalation import BreachAsked, BreachOpened
from backend.accounts.export import ExportAsked
from backend.accounts.grounds import NoGround, all_grounds, read_ground
from backend.accounts.profiles import Profile, ProfileCompleted, open_profile
from backend.accounts.records import (
    Account,
    find_account_row,
    find_row,
    login_digests,
    open_email,
    read_account,
    read_row,
)
from backend.accounts.replies import CureHandedIn, CureRefused
from backend.accounts.resets import confirm_reset
from backend.accounts.rules import LONGEST_PASSWORD
from backend.accounts.steps import AccountActivated
from backend.accounts.suspensions import AccountSuspended, SuspensionLifted

__all__ = [
    "LONGEST_PASSWORD", "Account", "AccountActivated", "AccountDeleted", "AccountSuspended", "BreachAsked", "BreachOpened",
    "Consequence", "CureHandedIn", "CureRefused", "Debt", "DebtAsked", "DebtPaid", "DeletionAsked", "EvidenceDue",
    "ExportAsked", "NoGround", "Profile", "ProfileCompleted", "SuspensionLifted", "acknowledge", "all_grounds",
    "close_account", "confirm_deletion", "confirm_reset", "find_account_row", "find_row", "login_digests", "network_of",
    "open_email", "open_profile", "read_account", "read_ground", "read_row",
]  # fmt: skip
