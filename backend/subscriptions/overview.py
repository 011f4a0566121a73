"""A workspace's premium as its members see it: what runs, what comes, what is due, what was quoted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.subscriptions.checkout import Quoted, list_quotes
from backend.subscriptions.coming import end_after, ends_for_good_at, without_reverted
from backend.subscriptions.dues import Due, list_dues
from backend.subscriptions.premiums import Premium, find_premium
from backend.subscriptions.prices import Order
from backend.subscriptions.revision_answers import NewPrice, read_new_price
from backend.workspaces import read_membership


@dataclass(frozen=True)
class Overview:
    """`next_order` is what comes at `next_at`; `ends_at` is set where the premium does not renew. Members see no dues."""

    premium: Premium | None
    next_order: Order | None
    next_at: datetime | None
    ends_at: datetime | None
    dues: Sequence[Due]
    quotes: Sequence[Quoted]
    new_price: NewPrice | None = None


def read_overview(kernel: Kernel, caller: Caller) -> Overview:
    """As things stand now. What is due, and quotes, are shown to admins."""
    with kernel.database.begin() as connection:
        premium = find_premium(connection, caller.workspace_id)
        membership = read_membership(connection, caller.workspace_id, caller.account_id)
        admin = membership is not None and membership.role == "admin"
        quotes = list_quotes(connection, caller.workspace_id, kernel.clock.now()) if admin else []
        dues = list_dues(connection, premium) if premium and admin else []
        new_price = read_new_price(connection, premium) if premium and premium.period else None
    if premium is None or premium.period == 0:
        return Overview(premium, None, None, None, dues, quotes)
    following, next_at = _next(premium)
    ends_at = ends_for_good_at(premium)
    return Overview(premium, following, next_at, ends_at, dues, quotes, new_price)


def _next(premium: Premium) -> tuple[Order | None, datetime | None]:
    recurring = without_reverted(premium.order, premium.reverted)
    if premium.next_order is None or premium.next_after is None:
        return (recurring, premium.ends_at) if recurring != premium.order else (None, None)
    changed = premium.next_order
    return Order(changed.plan, changed.seats, changed.interval, recurring.packs), end_after(premium, premium.next_after)
