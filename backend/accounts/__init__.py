"""Floor 2, accounts: sign-up, sign-in, LinkedIn synchronisation, suspension and its way out, deletion, export, cases."""

from backend.accounts.actions import Action, read_actions
from backend.accounts.appeals import HoldStands, NoAppeal, NotAnswered, SameDecider, close_looked_at, refuse_appeal
from backend.accounts.archive import EvidenceDue
from backend.accounts.attempts import forget_guessing, refuse_guessing
from backend.accounts.bounces import note_bounce
from backend.accounts.cases import note_look, note_step, read_cases
from backend.accounts.closing import AccountDeleted, close_account, terminate
from backend.accounts.compromise import report
from backend.accounts.consequences import Consequence
from backend.accounts.debts import Debt, DebtAsked, DebtPaid
from backend.accounts.deletion import DeletionAsked, acknowledge, confirm_deletion, read_warning
from backend.accounts.desk import (
    AccountSeen,
    OpenCase,
    count_open_cases,
    find_open_case,
    list_open_cases,
    read_newest_actions,
    read_profile,
    read_sessions,
    read_suspensions,
)
from backend.accounts.escalation import BreachAsked, BreachOpened
from backend.accounts.export import ExportAsked
from backend.accounts.figures import count_sign_ups, count_synchronised, list_sign_ups, list_synchronised
from backend.accounts.grounds import NoGround, all_grounds, read_ground
from backend.accounts.holds import DecidedBefore, NotHeld, decide_hold, say_signs
from backend.accounts.limits import move_account_limits
from backend.accounts.pages import PLACES, PagePlace, answer_account, answer_refusal
from backend.accounts.passwords import hash_password, password_matches
from backend.accounts.profiles import Profile, ProfileCompleted, open_profile
from backend.accounts.questions import ask, read_questions
from backend.accounts.records import (
    Account,
    find_account_row,
    find_account_rows,
    find_row,
    list_account_ids,
    login_digests,
    open_email,
    read_account,
    read_row,
)
from backend.accounts.replies import CureHandedIn, CureRefused, NothingHandedIn, answer_cure
from backend.accounts.resets import confirm_reset
from backend.accounts.rules import LONGEST_PASSWORD, find_weakness
from backend.accounts.steps import AccountActivated
from backend.accounts.suspensions import AccountSuspended, NotSuspendable, NotSuspended, SuspensionLifted, lift, suspend

__all__ = [
    "LONGEST_PASSWORD",
    "PLACES",
    "Account",
    "AccountActivated",
    "AccountDeleted",
    "AccountSeen",
    "AccountSuspended",
    "Action",
    "BreachAsked",
    "BreachOpened",
    "Consequence",
    "CureHandedIn",
    "CureRefused",
    "Debt",
    "DebtAsked",
    "DebtPaid",
    "DecidedBefore",
    "DeletionAsked",
    "EvidenceDue",
    "ExportAsked",
    "HoldStands",
    "NoAppeal",
    "NoGround",
    "NotAnswered",
    "NotHeld",
    "NotSuspendable",
    "NotSuspended",
    "NothingHandedIn",
    "OpenCase",
    "PagePlace",
    "Profile",
    "ProfileCompleted",
    "SameDecider",
    "SuspensionLifted",
    "acknowledge",
    "all_grounds",
    "answer_account",
    "answer_cure",
    "answer_refusal",
    "ask",
    "close_account",
    "close_looked_at",
    "confirm_deletion",
    "confirm_reset",
    "count_open_cases",
    "count_sign_ups",
    "count_synchronised",
    "decide_hold",
    "find_account_row",
    "find_account_rows",
    "find_open_case",
    "find_row",
    "find_weakness",
    "forget_guessing",
    "hash_password",
    "lift",
    "list_account_ids",
    "list_open_cases",
    "list_sign_ups",
    "list_synchronised",
    "login_digests",
    "move_account_limits",
    "note_bounce",
    "note_look",
    "note_step",
    "open_email",
    "open_profile",
    "password_matches",
    "read_account",
    "read_actions",
    "read_cases",
    "read_ground",
    "read_newest_actions",
    "read_profile",
    "read_questions",
    "read_row",
    "read_sessions",
    "read_suspensions",
    "read_warning",
    "refuse_appeal",
    "refuse_guessing",
    "report",
    "say_signs",
    "suspend",
    "terminate",
]  # fmt: skip
