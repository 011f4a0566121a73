"""Floor 3, subscriptions: so far the freemium, which begins when both steps are done and renews by itself each month."""

from backend.subscriptions.freemium import Plan, begin_freemium, read_plan

__all__ = ["Plan", "begin_freemium", "read_plan"]
