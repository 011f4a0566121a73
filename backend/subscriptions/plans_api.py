"""HTTP: the plan sheet in force, for anybody who wants to know what Candor costs and what it does not do."""

from typing_extensions import TypedDict

from backend.kernel.http import Room, kernel
from backend.kernel.limits import READS
from backend.kernel.pages import page_language
from backend.subscriptions.plan_words import tell_gives, tell_limits, tell_pack
from backend.subscriptions.prices import CURRENCY, Order, price_of
from backend.terms import PlanTerms, Sheet, current_sheet

api = Room("plans", __name__)


class PlanOffered(TypedDict):
    code: str
    name: str
    rank: int
    premium: bool
    price_month: str
    price_year: str
    grants: dict[str, int]
    api_grants: dict[str, int]
    unlimited: str | None
    exports_a_day: int
    api: bool
    keeps: bool
    gives: list[str]
    restrictions: list[str]


class PackOffered(TypedDict):
    code: str
    kind: str
    amount: int
    price: str
    recurring: bool
    text: str


class Plans(TypedDict):
    sheet: str
    currency: str
    vat: str
    plans: list[PlanOffered]
    packs: list[PackOffered]


@api.get("/v1/plans", who="anyone", limit=READS, answer=Plans)
def list_plans() -> Plans:
    """The plan sheet in force: prices for a seat, what each plan gives and its restrictions, in plain words (`Accept-Language`).

    Prices exclude VAT. `grants` are for each seat and month. A pack has one price a period, a month or a year.
    """
    house, lang = kernel(), page_language()
    with house.database.begin() as connection:
        sheet = current_sheet(connection, house.clock.now())
    return {
        "sheet": sheet.version,
        "currency": CURRENCY,
        "vat": "excluded",
        "plans": [_show(sheet, plan, lang) for plan in sheet.plans],
        "packs": [
            {
                "code": pack.code,
                "kind": pack.kind,
                "amount": pack.amount,
                "price": str(pack.price),
                "recurring": True,
                "text": tell_pack(pack, lang),
            }
            for pack in sheet.packs
        ],
    }


def _show(sheet: Sheet, plan: PlanTerms, lang: str) -> PlanOffered:
    return {
        "code": plan.code,
        "name": plan.name,
        "rank": plan.rank,
        "premium": plan.premium,
        "price_month": str(price_of(sheet, Order(plan.code, 1, "month"))),
        "price_year": str(price_of(sheet, Order(plan.code, 1, "year"))),
        "grants": {str(kind): amount for kind, amount in plan.grants.items()},
        "api_grants": {str(kind): amount for kind, amount in plan.api_grants.items()},
        "unlimited": plan.unlimited,
        "exports_a_day": plan.exports_a_day,
        "api": plan.api,
        "keeps": plan.keeps,
        "gives": tell_gives(sheet, plan, lang),
        "restrictions": tell_limits(sheet, plan, lang),
    }
