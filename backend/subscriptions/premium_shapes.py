"""What the HTTP of a premium takes and answers: bodies and shapes, nothing else."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.kernel.http import Body
from backend.subscriptions.payments import Means
from backend.subscriptions.rules import Interval


def _must_be_true(ticked: bool) -> bool:
    if not ticked:
        raise ValueError("This must be ticked.")
    return ticked


Ticked = Annotated[bool, Field(json_schema_extra={"const": True}), AfterValidator(_must_be_true)]
Seats = Annotated[int, Field(ge=1, le=1000)]
Packs = dict[Annotated[str, Field(max_length=64)], Annotated[int, Field(ge=1, le=100)]]
Code = Annotated[str, Field(max_length=64)]
Money = Annotated[str, Field(pattern=r"^\d{1,9}\.\d{2}$")]


class Wanted(Body):
    plan: Code
    seats: Seats
    interval: Interval
    packs: Packs = Field(default_factory=dict)


class ForWhom(Body):
    """The subscriber: a legal entity or sole proprietor, with the country's two letters."""

    legal_name: Annotated[str, Field(min_length=1, max_length=200)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    siren: Annotated[str, Field(pattern=r"^\d{9}$")] | None = None
    vat_number: Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{2,13}$")] | None = None


class Acceptance(Body):
    quote_id: Code
    means: Means
    subscriber: ForWhom
    professional: Ticked
    authorised_to_bind: Ticked
    accept_terms: Ticked
    accept_dpa: bool = False


class Changed(Body):
    plan: Code
    seats: Seats
    interval: Interval


class ChangeAgreed(Changed):
    amount: Money


class PacksNamed(Body):
    packs: Packs


class End(Body):
    way: Literal["non-renewal", "early"] = "non-renewal"


class LineShown(TypedDict):
    code: str
    count: int
    price: str
    amount: str


class QuoteShown(TypedDict):
    quote_id: str
    sheet: str
    plan: str
    seats: int
    interval: str
    lines: list[LineShown]
    price: str
    currency: str
    vat: str
    expires_at: datetime


class DueShown(TypedDict):
    payment_id: str
    what: str
    amount: str
    vat: str
    total: str
    currency: str
    means: str
    due_at: datetime
    state: str


class OrderShown(TypedDict):
    plan: str
    seats: int
    interval: str
    packs: dict[str, int]
    price: str


class PriceAnswer(Body):
    answer: Literal["accept", "keep"]


class NewPriceShown(TypedDict):
    sheet: str
    old_price: str
    new_price: str
    from_at: datetime
    answer_until: datetime
    keep_until: datetime
    state: str


class PremiumShown(TypedDict):
    state: str
    sheet: str
    order: OrderShown
    started_on: str | None
    period: int
    period_ends_at: datetime | None
    next: OrderShown | None
    next_at: datetime | None
    ends_at: datetime | None
    new_price: NewPriceShown | None


class Shown(TypedDict):
    premium: PremiumShown | None
    dues: list[DueShown]
    quotes: list[QuoteShown]


class ChangeShown(TypedDict):
    now: OrderShown | None
    amount: str
    credits: dict[str, int]
    later: OrderShown | None
    later_at: datetime | None
    period_ends_at: datetime
    next_price: str
    next_credits: dict[str, int]


class ChangeDone(TypedDict):
    change: ChangeShown | None
    due: DueShown | None


class Ended(TypedDict):
    ends_at: datetime
    in_time: bool


class Recurring(TypedDict):
    recurring: dict[str, int]
