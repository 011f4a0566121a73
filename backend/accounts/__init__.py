"""Floor 2, accounts: sign-up, sign-in, LinkedIn synchronisation, suspension and its way out, deletion, export, cases."""

from backend.accounts.archive import EvidenceDue
from backend.accounts.attempts import forget_guessing, refuse_guessing
from backend.accounts.closing import AccountDeleted, close_account
from backend.accounts.consequences import Consequence
from backend.accounts.debts import Debt, DebtAsked, DebtPaid
from backend.accounts.deletion import DeletionAsked, acknowledge, confirm_deletion
from backend.accounts.escalation import BreachOpened
from backend.accounts.export import ExportAsked
from backend.accounts.grounds import NoGround, all_grounds, read_ground
from backend.accounts.passwords import hash_password, password_matches
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
from backend.accounts.rules import LONGEST_PASSWORD, find_weakness
from backend.accounts.steps import AccountActivated
from backend.accounts.suspensions import AccountSuspended, SuspensionLifted

__all__ = [
    "LONGEST_PASSWORD",
    "Account",
    "AccountActivated",
    "AccountDeleted",
    "AccountSuspended",
    "BreachOpened",
    "Consequence",
    "CureHandedIn",
    "CureRefused",
    "Debt",
    "DebtAsked",
    "DebtPaid",
    "DeletionAsked",
    "EvidenceDue",
    "ExportAsked",
    "NoGround",
    "SuspensionLifted",
    "acknowledge",
    "all_grounds",
    "close_account",
    "confirm_deletion",
    "confirm_reset",
    "find_account_row",
    "find_row",
    "find_weakness",
    "forget_guessing",
    "hash_password",
    "login_digests",
    "open_email",
    "password_matches",
    "read_account",
    "read_ground",
    "read_row",
    "refuse_guessing",
]  # fmt: skip
