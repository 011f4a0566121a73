"""Credits in the model: what a month and a period grant, what is frozen, and which lot pays for a reveal."""

from datetime import datetime

from tests.model.rules import FREE, KEEPS, PACKS, UNLIMITED, UNLIMITED_KIND, grants, month_after
from tests.model.state import Due, Lot, Person, Premium, Refused, Workspace


class Credits:
    """Everybody and everything at an instant; this part of the model knows what they may spend."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.people: dict[str, Person] = {}
        self.premiums: list[Premium] = []

    def ask_reveal(self, name: str, target: int, kind: str) -> tuple[str, list[Lot]]:
        """What a reveal answers, and the lots of which one pays: the unlimited one, else what ends first (X12, 9.12)."""
        person = self.people[name]
        here = person.workspace
        if (
            here.paying
            and kind == UNLIMITED_KIND
            and not any(lot.source == "unlimited" and lot.ends == month_after(self.now) for lot in person.lots)
        ):
            person.lots.append(Lot(kind, "unlimited", UNLIMITED, month_after(self.now)))
        if (target, kind) in here.known:
            return "known", []
        mine = [lot for lot in (*person.lots, *here.pool) if lot.kind == kind and lot.left and lot.lives(self.now)]
        if not mine:
            return ("capped" if here.paying and kind == UNLIMITED_KIND else "empty"), []
        first = min(_burnt(lot) for lot in mine)
        return "revealed", [lot for lot in mine if _burnt(lot) == first]

    def reveal(self, name: str, target: int, kind: str, paid: Lot) -> None:
        """One credit goes, and the whole workspace knows (9.2)."""
        paid.left -= 1
        person = self.people[name]
        person.workspace.known[target, kind] = (name, any(lot is paid for lot in person.lots))

    def workspaces(self) -> list[Workspace]:
        """Every workspace somebody is in, once, in the order of its first member."""
        return list(dict.fromkeys(person.workspace for person in self.people.values()))

    def _administered(self, name: str) -> Workspace:
        here = self.people[name].workspace
        if here.members[name] != "admin":
            raise Refused("admin-required")
        if not here.named:
            raise Refused("workspace-required")
        return here

    def _running(self, name: str) -> tuple[Workspace, Premium]:
        here = self._administered(name)
        if here.premium is None:
            raise Refused("plan-required")
        if here.premium.state != "active":
            raise Refused("payment-open")
        return here, here.premium

    def _grant_month(self, person: Person) -> None:
        """The month's credits: once a month, never while a premium pays (X30)."""
        if person.granted or person.workspace.paying:
            return
        person.granted = True
        person.lots += [Lot(kind, "subscription", amount, person.month_ends) for kind, amount in FREE.items()]

    def _grant_period(self, here: Workspace) -> None:
        """One lot for each kind, and one for each pack, until the period ends: once (9.6, 9.28)."""
        premium = here.premium
        assert premium is not None
        period = ("period", premium.period)
        if any(lot.given == period for lot in here.pool):
            return
        for kind, amount in grants(premium.order).items():
            self._add(here, "subscription", kind, amount, period, keeps=KEEPS[premium.order.plan])
        for code, count in premium.order.packs.items():
            self._add(here, "purchased", PACKS[code][0], PACKS[code][1] * count, period)

    def _add(self, here: Workspace, source: str, kind: str, amount: int, given: object, *, keeps: bool = False) -> None:
        assert here.premium is not None
        here.pool.append(Lot(kind, source, amount, here.premium.ends, keeps, given=given))

    def _freeze(self, here: Workspace, due: Due | None = None) -> None:
        for lot in here.pool:
            if lot.lives(self.now) and (due is None or lot.given is due):
                lot.left, lot.frozen = 0, lot.frozen + lot.left

    def _thaw(self, here: Workspace, due: Due | None = None) -> None:
        """What a due froze comes back with that due; the period's payment brings back all but what waits for its own."""
        waiting = [each for each in here.premium.dues if each.state == "failed"] if here.premium else []
        for lot in here.pool:
            if lot.lives(self.now) and (lot.given is due if due else all(lot.given is not each for each in waiting)):
                lot.left, lot.frozen = lot.left + lot.frozen, 0


def _burnt(lot: Lot) -> tuple[bool, bool, float]:
    return lot.source != "unlimited", lot.ends is None, lot.ends.timestamp() if lot.ends else 0.0
