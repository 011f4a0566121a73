"""HTTP: from a quote to a premium, its changes and its end. Prices are euros without VAT, what is due says both."""

from decimal import Decimal

from backend.kernel.http import Room, caller, kernel
from backend.kernel.limits import READS, WRITES
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.kernel.request_keys import read_request_key
from backend.subscriptions import changes, checkout, endings
from backend.subscriptions.dues import Due
from backend.subscriptions.overview import Overview, read_overview
from backend.subscriptions.premium_shapes import (
    Acceptance,
    ChangeAgreed,
    Changed,
    ChangeDone,
    ChangeShown,
    DueShown,
    End,
    Ended,
    OrderShown,
    PacksNamed,
    PremiumShown,
    QuoteShown,
    Recurring,
    Shown,
    Wanted,
)
from backend.subscriptions.prices import CURRENCY, Order, list_lines
from backend.subscriptions.revisions_api import show_new_price
from backend.subscriptions.subscribers import Subscriber
from backend.terms import read_sheet

api = Room("premium", __name__)


ADMIN = ("admin-required", "workspace-required")
PREMIUM = (*ADMIN, "plan-required", "payment-open", "premium-renewing", "premium-suspended")
PAYING = ("payments-closed", "idempotency-key-reused")


@api.get("/v1/subscription", limit=READS, answer=Shown)
def read_subscription() -> Shown:
    """The premium of your Workspace, what is due for it, and quotes that may still be accepted. Without one, `premium` is null."""
    found = read_overview(kernel(), caller())
    return {
        "premium": _show_premium(found),
        "dues": [show_due(due) for due in found.dues],
        "quotes": [_show_quote(quoted) for quoted in found.quotes],
    }


@api.post(
    "/v1/subscription/quotes",
    limit=WRITES,
    body=Wanted,
    answer=QuoteShown,
    status=201,
    problems=("admin-required", "order-unknown"),
    leads_to={"premium.subscribe": {"quote_id": "/quote_id"}},
)
def make_quote(body: Wanted) -> QuoteShown:
    """Ask what a premium plan costs. The price holds until the quote expires."""
    return _show_quote(checkout.make_quote(kernel(), caller(), Order(body.plan, body.seats, body.interval, body.packs)))


@api.post(
    "/v1/subscription",
    limit=WRITES,
    body=Acceptance,
    answer=DueShown,
    status=201,
    problems=(
        *ADMIN,
        *PAYING,
        "quote-unknown",
        "quote-expired",
        "freemium-first",
        "freemium-suspended",
        "premium-exists",
        "seats-occupied",
        "dpa-required",
    ),
)
def subscribe(body: Acceptance) -> DueShown:
    """Accept a quote for your Workspace, and the documents with it. A debit starts the plan at once, a wire once it is there.

    Send an `Idempotency-Key`, and asking again changes nothing.
    """
    if not body.accept_dpa:
        raise Problem("dpa-required")
    quote_id = kernel().ids.decode("quote", caller().workspace_id, body.quote_id)
    if quote_id is None:
        raise Problem("quote-unknown")
    subscriber = Subscriber(**body.subscriber.model_dump())
    return show_due(
        checkout.subscribe(
            kernel(), caller(), quote_id, body.means, subscriber, page_language(), read_request_key("subscribe", body)
        )
    )


@api.post("/v1/subscription/change/preview", limit=READS, body=Changed, answer=ChangeShown,
          problems=(*PREMIUM, "order-unknown", "seats-occupied"))  # fmt: skip
def preview_change(body: Changed) -> ChangeShown:
    """What a change would do: at once and for which amount, and later from when on."""
    return _show_change(changes.preview_change(kernel(), caller(), body.plan, body.seats, body.interval))


@api.post("/v1/subscription/change", limit=WRITES, body=ChangeAgreed, answer=ChangeDone,
          problems=(*PREMIUM, *PAYING, "order-unknown", "seats-occupied", "price-changed"))  # fmt: skip
def change(body: ChangeAgreed) -> ChangeDone:
    """Change plan, seats or interval, for the `amount` the preview named. What raises comes at once, what cuts at a period's end.

    Send an `Idempotency-Key`, and asking again changes nothing.
    """
    agreed, key = Decimal(body.amount), read_request_key("change", body)
    done, due = changes.change(kernel(), caller(), body.plan, body.seats, body.interval, agreed, key)
    return {"change": _show_change(done) if done else None, "due": show_due(due) if due else None}


@api.post("/v1/subscription/packs", limit=WRITES, body=PacksNamed, answer=DueShown, status=201,
          problems=(*PREMIUM, *PAYING, "order-unknown"))  # fmt: skip
def buy_packs(body: PacksNamed) -> DueShown:
    """Buy packs of credits until the period ends, at full price. They recur at each renewal until you revert them.

    Send an `Idempotency-Key`, and asking again changes nothing.
    """
    return show_due(changes.buy_packs(kernel(), caller(), body.packs, read_request_key("packs", body)))


@api.put("/v1/subscription/packs/reverted", limit=WRITES, body=PacksNamed, answer=Recurring, problems=(*PREMIUM, "order-unknown"))
def revert_packs(body: PacksNamed) -> Recurring:
    """Name the packs that do not recur when the period ends; all others do. Possible until that instant."""
    return {"recurring": dict(changes.revert_packs(kernel(), caller(), body.packs))}


@api.post("/v1/subscription/end", limit=WRITES, body=End, answer=Ended, problems=PREMIUM)
def end(body: End) -> Ended:
    """Do not renew, or terminate early: the plan ends with its period, or one period later where the notice came too late.

    Until then you use it as before; nothing is refunded.
    """
    ending = endings.end_premium(kernel(), caller(), body.way)
    return {"ends_at": ending.ends_at, "in_time": ending.in_time}


def _show_order(sheet: str, order: Order) -> OrderShown:
    price = sum((line.amount for line in list_lines(read_sheet(sheet), order)), Decimal())
    return {"plan": order.plan, "seats": order.seats, "interval": order.interval, "packs": dict(order.packs), "price": str(price)}


def _show_premium(found: Overview) -> PremiumShown | None:
    premium = found.premium
    if premium is None:
        return None
    return {
        "state": premium.state,
        "sheet": premium.sheet_version,
        "order": _show_order(premium.sheet_version, premium.order),
        "started_on": premium.started_on.isoformat() if premium.started_on else None,
        "period": premium.period,
        "period_ends_at": premium.period_ends_at,
        "next": _show_order(premium.sheet_version, found.next_order) if found.next_order else None,
        "next_at": found.next_at,
        "ends_at": found.ends_at,
        "new_price": show_new_price(found.new_price) if found.new_price else None,
    }


def show_due(due: Due) -> DueShown:
    """A due as it is answered."""
    return {
        "payment_id": kernel().ids.encode("payment", 0, due.due_id),
        "what": due.what,
        "amount": str(due.amount),
        "vat": str(due.vat),
        "total": str(due.total),
        "currency": CURRENCY,
        "means": due.means,
        "due_at": due.due_at,
        "state": due.state,
    }


def _show_quote(quoted: checkout.Quoted) -> QuoteShown:
    lines = list_lines(read_sheet(quoted.sheet_version), quoted.order)
    return {
        "quote_id": kernel().ids.encode("quote", quoted.workspace_id, quoted.quote_id),
        "sheet": quoted.sheet_version,
        "plan": quoted.order.plan,
        "seats": quoted.order.seats,
        "interval": quoted.order.interval,
        "lines": [{"code": line.code, "count": line.count, "price": str(line.price), "amount": str(line.amount)} for line in lines],
        "price": str(quoted.price),
        "currency": CURRENCY,
        "vat": "excluded",
        "expires_at": quoted.expires_at,
    }


def _show_change(found: changes.Change) -> ChangeShown:
    return {
        "now": _show_order(found.sheet_version, found.now) if found.now else None,
        "amount": str(found.amount),
        "credits": dict(found.credits),
        "later": _show_order(found.sheet_version, found.later) if found.later else None,
        "later_at": found.later_at,
        "period_ends_at": found.period_ends_at,
        "next_price": str(found.next_price),
        "next_credits": dict(found.next_credits),
    }
