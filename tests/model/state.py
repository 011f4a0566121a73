"""What the model knows: people, their workspaces, premiums, amounts due, and lots of credits."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from tests.model.rules import MONTHS, Order, begins, months_on, paris_day


class Refused(Exception):
    """The terms, or the way they are read, do not let this happen; its one argument is the code of the problem."""


@dataclass
class Lot:
    """Credits of one kind with their clock. `given` names what gave them: a due, a period or a month."""

    kind: str
    source: str
    left: int
    ends: datetime | None
    keeps: bool = False
    frozen: int = 0
    given: object = None

    def lives(self, at: datetime) -> bool:
        return self.ends is None or self.ends > at


@dataclass(eq=False)
class Due:
    """An amount due. `gives`: what changed when it counted."""

    what: str
    amount: Decimal
    state: str
    period: int
    before: Order | None = None
    after: Order | None = None
    counted: bool = False


@dataclass(eq=False)
class Premium:
    """A paid plan. `first`: the day every period is counted from; None while a wire is awaited."""

    order: Order
    means: str
    state: str = "pending"
    first: date | None = None
    period: int = 0
    begun: int = 0
    later: Order | None = None
    later_after: int = 0
    reverted: dict[str, int] = field(default_factory=dict)
    last: int | None = None
    dues: list[Due] = field(default_factory=list)

    @property
    def ends(self) -> datetime:
        assert self.first is not None
        return begins(months_on(self.first, self.begun + MONTHS[self.order.interval]))

    def end_of(self, period: int) -> datetime:
        """When a period ends that is still to come: each as long as what is agreed for it."""
        assert self.first is not None
        months = self.begun
        for each in range(self.period, period + 1):
            agreed = self.later if self.later is not None and each > self.later_after else self.order
            months += MONTHS[agreed.interval]
        return begins(months_on(self.first, months))

    def months_left(self, at: datetime) -> int:
        """Started months count as whole (X21)."""
        assert self.first is not None
        return sum(months_on(self.first, self.begun + n) > paris_day(at) for n in range(1, 13))

    def recurring(self) -> Order:
        return self.order.with_packs(self.reverted, -1)


@dataclass(eq=False)
class Workspace:
    """`known`: what was revealed, and whether the pool (None) or one member's own lot paid."""

    named: bool = False
    members: dict[str, str] = field(default_factory=dict)
    invited: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    premium: Premium | None = None
    pool: list[Lot] = field(default_factory=list)
    known: dict[tuple[int, str], tuple[str, bool]] = field(default_factory=dict)

    @property
    def paying(self) -> Premium | None:
        return self.premium if self.premium is not None and self.premium.state == "active" else None

    def taken(self, at: datetime) -> int:
        return len(self.members) + sum(lapses > at for _, lapses in self.invited.values())


@dataclass(eq=False)
class Person:
    """Somebody with an account. `granted`: whether the freemium's running month has granted."""

    workspace: Workspace
    first: date
    period: int = 1
    granted: bool = False
    lots: list[Lot] = field(default_factory=list)

    @property
    def month_ends(self) -> datetime:
        return begins(months_on(self.first, self.period))
