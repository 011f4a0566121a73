"""HTTP: what is left, and the ledger behind it."""

from datetime import datetime
from typing import NotRequired

from flask import Response
from typing_extensions import TypedDict

from backend.credits.balances import Balance, Entry, read_balances, read_entries
from backend.credits.moving import MOVED
from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import READS
from backend.kernel.paging import Page, answer_list, read_cursor

api = Room("credits", __name__)


class Unlimited(TypedDict):
    left: int
    resets_at: datetime


class NextExpiry(TypedDict):
    amount: int
    at: datetime


class LimitLeft(TypedDict):
    left: int


class KindBalance(TypedDict):
    available: int
    limit: NotRequired[LimitLeft]
    unlimited: NotRequired[Unlimited]
    next_expiry: NotRequired[NextExpiry]


class Credits(TypedDict):
    b2b_email: KindBalance
    phone: KindBalance
    direct_email: KindBalance
    export: KindBalance


class LedgerEntry(TypedDict):
    entry_id: str
    at: datetime
    kind: str
    action: str
    delta: int
    balance: int
    source: str
    expires_at: datetime | None
    person_id: str | None
    by_me: bool
    reason: str | None


class Ledger(TypedDict):
    entries: list[LedgerEntry]
    next_cursor: str | None


def show_balance(balance: Balance) -> KindBalance:
    """A balance as the API says it."""
    shown: KindBalance = {"available": balance.available}
    if balance.unlimited_left is not None and balance.resets_at is not None:
        shown["unlimited"] = {"left": balance.unlimited_left, "resets_at": balance.resets_at}
    if balance.limit_left is not None:
        shown["limit"] = {"left": balance.limit_left}
    if balance.next_amount is not None and balance.next_at is not None:
        shown["next_expiry"] = {"amount": balance.next_amount, "at": balance.next_at}
    return shown


@api.get("/v1/credits", limit=READS, answer=Credits)
def read_credits() -> dict[str, KindBalance]:
    """What is left of each kind, and when the next of it goes.

    `limit` stands where the workspace's admins have set you one for the calendar month: `available` is never more than its `left`.
    """
    me, house = caller(), kernel()
    balances = read_balances(house.database, me.workspace_id, me.account_id, house.clock.now())
    return {kind: show_balance(balance) for kind, balance in balances.items()}


@api.get("/v1/credits/entries", limit=READS, query=Page, answer=Ledger, headers=("Link",),
         leads_to={"credits.read_ledger": {"cursor": "/next_cursor"}})  # fmt: skip
def read_ledger(query: Page) -> Response:
    """The ledger, newest first: where each credit came from and where it went."""
    me, house = caller(), kernel()
    before = read_cursor("entry", me.workspace_id, query)
    found = read_entries(house.database, me.workspace_id, me.account_id, before, query.limit + 1)
    return answer_list("entries", found, query, show=_show_entry, id_of=_entry_id)


def _entry_id(entry: Entry) -> str:
    return kernel().ids.encode("entry", caller().workspace_id, entry.entry_id)


def _show_entry(entry: Entry) -> LedgerEntry:
    me, ids = caller(), kernel().ids
    return {
        "entry_id": _entry_id(entry),
        "at": entry.at,
        "kind": entry.kind,
        "action": entry.action,
        "delta": entry.delta,
        "balance": entry.balance,
        "source": entry.source,
        "expires_at": entry.expires_at,
        "person_id": ids.encode("person", me.workspace_id, entry.person_id) if entry.person_id is not None else None,
        "by_me": entry.account_id == me.account_id,
        "reason": "moved" if (entry.reason or "").startswith(MOVED) else entry.reason,
    }
