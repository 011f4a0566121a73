"""Floor 3, subscriptions: the freemium of each account, the premium of a workspace, and what is due for it."""

from backend.subscriptions.deletions import foretell_premium
from backend.subscriptions.desk import Contract, read_contract
from backend.subscriptions.endings import end_with_workspace
from backend.subscriptions.force_majeure import move_subscription_limits
from backend.subscriptions.freemium import Plan, begin_freemium, carry_freemium, end_freemium, read_plan
from backend.subscriptions.notices import OpenNotice, list_open_notices
from backend.subscriptions.premiums import keep_admin
from backend.subscriptions.revisions import plan_for_sheet
from backend.subscriptions.sums import Sums, sums_paid

__all__ = [
    "Contract", "OpenNotice", "Plan", "Sums", "begin_freemium", "carry_freemium", "end_freemium", "end_with_workspace",
    "foretell_premium", "keep_admin", "list_open_notices", "move_subscription_limits", "plan_for_sheet", "read_contract",
    "read_plan", "sums_paid",
]  # fmt: skip
