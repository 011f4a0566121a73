"""Floor 3, subscriptions: the freemium of each account, the premium of a workspace, and what is due for it."""

from backend.subscriptions.deletions import foretell_premium
from backend.subscriptions.desk import Contract, read_contract
from backend.subscriptions.endings import end_with_workspace
from backend.subscriptions.freemium import Plan, begin_freemium, carry_freemium, end_freemium, read_plan
from backend.subscriptions.revisions import plan_for_sheet

__all__ = [
    "Contract", "Plan", "begin_freemium", "carry_freemium", "end_freemium", "end_with_workspace", "foretell_premium",
    "plan_for_sheet", "read_contract", "read_plan",
]  # fmt: skip
