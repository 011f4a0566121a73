"""A small model of workspaces, premiums, freemiums and credits over years: what the terms and their readings say must be.

It knows no database and none of the code it is compared with.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tests.model.rules import (
    KEEPS,
    MONTHS,
    PACKS,
    RANK,
    Order,
    heard_in_time,
    is_lower,
    paris_day,
    price,
    upgrade_grants,
    upgrade_price,
)  # fmt: skip
from tests.model.state import Due, Premium, Refused, Workspace
from tests.model.teams import Teams

_UNPAID = ("open", "submitted", "failed")
_PERIODS = ("start", "renewal")


class Model(Teams):
    """The whole of it: this part knows plans, amounts due and time."""

    def subscribe(self, admin: str, order: Order, means: str) -> None:
        here = self._administered(admin)
        if here.premium is not None:
            raise Refused("premium-exists")
        if here.taken(self.now) > order.seats:
            raise Refused("seats-occupied")
        here.premium = Premium(order, means)
        self.premiums.append(here.premium)
        self._ask(here, "start", price(order), 1)

    def change(self, admin: str, plan: str, seats: int, interval: str) -> tuple[Decimal, datetime | None]:
        """What raises holds at once, what cuts or is of another length from a period's end on (X21): the amount, and when."""
        here, premium = self._running(admin)
        if here.taken(self.now) > seats:
            raise Refused("seats-occupied")
        current = premium.order
        higher = RANK[plan] > RANK[current.plan]
        raised = replace(current, plan=plan if higher else current.plan, seats=max(seats, current.seats))
        wanted = replace(current, plan=plan, seats=seats, interval=interval)
        raises = [due for due in premium.dues if due.what == "upgrade" and due.period == premium.period]
        if raised != current and any(due.state in _UNPAID for due in raises):
            raise Refused("payment-open")
        premium.later, when = None, None
        if wanted != raised:
            cut = (wanted.plan, wanted.seats) != (raised.plan, raised.seats)
            soon = not cut or heard_in_time(current.interval, premium.ends, self.now)
            when = premium.end_of(premium.period if soon else premium.period + 1)
            premium.later, premium.later_after = wanted, premium.period if soon else premium.period + 1
        if raised == current:
            return Decimal(), when
        amount = upgrade_price(current, raised, premium.months_left(self.now))
        self._ask(here, "upgrade", amount, premium.period, current, raised)
        return amount, when

    def buy_packs(self, admin: str, packs: dict[str, int]) -> None:
        here, premium = self._running(admin)
        amount = Decimal(sum(PACKS[code][2] * count for code, count in packs.items()))
        self._ask(here, "pack", amount, premium.period, after=replace(premium.order, packs=packs))

    def revert_packs(self, admin: str, packs: dict[str, int]) -> None:
        _, premium = self._running(admin)
        if any(count > premium.order.packs.get(code, 0) for code, count in packs.items()):
            raise Refused("order-unknown")
        premium.reverted = packs

    def end(self, admin: str) -> datetime:
        """Within the notice at this end, else one period later; asked again nothing moves. When it ends (7.5)."""
        premium = self._administered(admin).premium
        if premium is None:
            raise Refused("plan-required")
        if premium.state == "pending":
            raise Refused("payment-open")
        in_time = heard_in_time(premium.order.interval, premium.ends, self.now)
        last = premium.period if in_time else premium.period + 1
        premium.last = last if premium.last is None else min(premium.last, last)
        return premium.end_of(premium.last)

    def settle(self, here: Workspace | None, due: Due) -> None:
        """All of it is there (X8). What had failed is given again, as far as its period runs."""
        failed, due.state = due.state == "failed", "paid"
        if here is None or (premium := here.premium) is None:
            return
        if not due.counted:
            self._count(here, due)
        elif failed and due.what in _PERIODS:
            if premium.state == "frozen" and not any(each.state == "failed" for each in premium.dues if each.what in _PERIODS):
                premium.state = "active"
                self._thaw(here)
                self._grant_period(here)
        elif failed and due.period == premium.period and premium.state == "active":
            self._thaw(here, due)
            self._reorder(premium, due, 1)

    def fail(self, here: Workspace | None, due: Due) -> None:
        """The premium part goes: the old plan, or none; what is unspent is frozen, what is spent stays spent (X8)."""
        premium = here.premium if here else None
        if not due.counted:
            due.state = "dropped"
            if here and premium and due.what == "start":
                here.premium, premium.state = None, "ended"
            return
        due.state = "failed"
        if here is None or premium is None:
            return
        if due.what in _PERIODS:
            self._freeze(here)
            premium.state = "frozen"
            for name in here.members:
                self._grant_month(self.people[name])
        elif due.period == premium.period:
            self._freeze(here, due)
            self._reorder(premium, due, -1)

    def delete_workspace(self, admin: str) -> None:
        """The pool is lost, the premium ends, everybody goes home to a freemium (6.3.11, 6.3.14, 7.5.16)."""
        here = self._administered(admin)
        if list(here.members.values()).count("admin") > 1:
            raise Refused("other-admins")
        self._end(here)

    def delete_account(self, name: str) -> None:
        """The only admin takes the Workspace along, another goes alone (6.3.10 to 6.3.12)."""
        here = self.people[name].workspace
        if here.named and [each for each, role in here.members.items() if role == "admin"] == [name]:
            self._end(here)
        self.people.pop(name).workspace.members.pop(name)

    def pass_to(self, to: datetime) -> None:
        """Periods end in order: at one instant premiums before freemiums; a renewal is asked for then (7.4.2, X7, X14)."""
        while (due := min(self._coming(), default=None)) is not None and due <= to:
            self.now = due
            for here in self.workspaces():
                premium = here.premium
                if premium is not None and premium.first is not None and premium.ends == due:
                    if premium.last is not None and premium.last <= premium.period:
                        self._end(here)
                    else:
                        self._renew(here, premium)
            for person in self.people.values():
                if person.month_ends == due:
                    person.period, person.granted = person.period + 1, False
                    self._grant_month(person)
        self.now = to

    def _coming(self) -> Iterator[datetime]:
        yield from (person.month_ends for person in self.people.values())
        for here in self.workspaces():
            if here.premium is not None and here.premium.first is not None:
                yield here.premium.ends

    def _ask(
        self, here: Workspace, what: str, amount: Decimal, period: int, before: Order | None = None, after: Order | None = None
    ) -> None:
        assert here.premium is not None
        wire = here.premium.means == "wire"
        due = Due(what, amount, "open" if wire else "submitted", period, before, after)
        here.premium.dues.append(due)
        if what == "renewal":
            due.counted = True
        elif not wire:
            self._count(here, due)

    def _count(self, here: Workspace, due: Due) -> None:
        """A submitted debit, or a wire received in full: what it pays for is there (X8)."""
        premium, due.counted = here.premium, True
        assert premium is not None
        if due.what == "start":
            premium.state, premium.first, premium.period = "active", paris_day(self.now), 1
            self._grant_period(here)
        elif due.what == "pack":
            assert due.after is not None
            for code, count in due.after.packs.items():
                self._add(here, "purchased", PACKS[code][0], PACKS[code][1] * count, due)
            self._reorder(premium, due, 1)
        else:
            assert due.before is not None
            assert due.after is not None
            raised = replace(premium.order, plan=due.after.plan, seats=due.after.seats)
            for kind, amount in upgrade_grants(premium.order, raised, premium.months_left(self.now)).items():
                self._add(here, "subscription", kind, amount, due, keeps=KEEPS[raised.plan])
            premium.order = raised

    def _reorder(self, premium: Premium, due: Due, sign: int) -> None:
        if due.what == "pack":
            assert due.after is not None
            premium.order = premium.order.with_packs(due.after.packs, sign)
        else:
            there = due.after if sign > 0 else due.before
            assert there is not None
            premium.order = replace(premium.order, plan=there.plan, seats=there.seats)

    def _renew(self, here: Workspace, premium: Premium) -> None:
        """The next period, as last invoiced and as changes say; a plan that keeps carries what it granted (9.13, 9.14)."""
        old, new, over = premium.order, premium.recurring(), premium.ends
        for due in premium.dues:
            if due.state == "open" and not due.counted:
                due.state = "dropped"
        premium.begun += MONTHS[old.interval]
        if premium.later is not None and premium.later_after <= premium.period:
            new = replace(new, plan=premium.later.plan, seats=premium.later.seats, interval=premium.later.interval)
            premium.later = None
        premium.order, premium.period, premium.reverted = new, premium.period + 1, {}
        carried: dict[str, int] = {}
        if premium.state == "active" and KEEPS[new.plan] and not is_lower(new, old):
            for lot in here.pool:
                if lot.ends == over and lot.keeps:
                    carried[lot.kind] = carried.get(lot.kind, 0) + lot.left
        here.pool = [lot for lot in here.pool if lot.lives(over)]
        for kind, left in carried.items():
            self._add(here, "subscription", kind, left, "kept", keeps=True)
        self._ask(here, "renewal", price(new), premium.period)
        if premium.state == "active":
            self._grant_period(here)

    def _end(self, here: Workspace) -> None:
        """The workspace and its pool go; each member goes home to a freemium: a new one, or whose month still runs (7.5.15)."""
        premium, here.premium = here.premium, None
        if premium is not None:
            premium.state = "ended"
            for due in premium.dues:
                if due.state == "open" and not due.counted:
                    due.state = "dropped"
        here.pool = []
        for name in list(here.members):
            person = self.people[name]
            if premium is not None and premium.first is not None and not (person.granted and person.month_ends > self.now):
                person.first, person.period, person.granted = paris_day(self.now), 1, False
            self._go_home(name)
