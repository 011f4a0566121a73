"""Years of people and their workspaces: whatever they do and whenever, Candor is as the model says, and the audit is clean."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.model.comparing import compare, list_lots, same, whereabouts
from tests.model.model import Model
from tests.model.rules import PACKS, RANK, Order
from tests.model.state import Due, Refused, Workspace
from tests.model.world import NAME, World

MOST_PEOPLE = 5
KINDS = ("b2b_email", "phone", "direct_email", "export")
BEGINNINGS = (
    "2026-01-31T09:00", "2026-03-28T22:30", "2027-12-31T23:30", "2028-02-29T12:00", "2026-10-24T23:00", "2026-06-15T08:00",
)  # fmt: skip

names = st.integers(0, MOST_PEOPLE - 1)
plans = st.sampled_from(sorted(RANK))
seats = st.integers(1, 4)
intervals = st.sampled_from(("month", "month", "year"))
packs = st.dictionaries(st.sampled_from(sorted(PACKS)), st.integers(1, 2), min_size=1, max_size=2)
means = st.sampled_from(("sepa_debit", "sepa_debit", "wire"))
edges = st.sampled_from((timedelta(seconds=-1), timedelta(), timedelta(seconds=1)))
FEW_PACKS = st.one_of(st.just({}), packs)


class Years(RuleBasedStateMachine):
    """Everything people can do to their workspaces and premiums, in any order, and time that passes between."""

    world: ClassVar[World]

    @initialize(begin=st.sampled_from(BEGINNINGS), count=st.integers(2, 3))
    def begin(self, begin: str, count: int) -> None:
        at = datetime.fromisoformat(begin).replace(tzinfo=UTC)
        self.world.start_anew(at)
        self.model = Model(at)
        self.joined, self.targets = 0, 0
        for _ in range(count):
            self.sign_up()
        self._both(lambda: self.model.create("p0"), lambda: self.world.as_("p0").create(NAME))

    @precondition(lambda self: self.joined < MOST_PEOPLE)
    @rule()
    def sign_up(self) -> None:
        name = f"p{self.joined}"
        self.joined += 1
        self.model.sign_up(name)
        self.world.sign_up(name)

    @rule(n=names)
    def create(self, n: int) -> None:
        name = self._one(n)
        if name and not self.model.people[name].workspace.named:
            self._both(lambda: self.model.create(name), lambda: self.world.as_(name).create(NAME))

    @rule(n=names, who=names, role=st.sampled_from(("member", "member", "admin")))
    def invite(self, n: int, who: int, role: str) -> None:
        name, guest = self._one(n), self._one(who)
        if name and guest and name != guest and guest not in self.model.people[name].workspace.members:
            email = self.world.people[guest].email
            self._both(lambda: self.model.invite(name, guest, role), lambda: self.world.as_(name).invite(email, role=role))

    @rule(n=names, pick=st.integers(0, 9))
    def join(self, n: int, pick: int) -> None:
        name = self._one(n)
        inviting = [here for here in self.model.workspaces() if name in here.invited]
        if name and inviting:
            to = inviting[pick % len(inviting)]
            workspace = self._id(to)
            self._both(lambda: self.model.join(name, to), lambda: self.world.join(name, workspace))

    @rule(n=names)
    def leave(self, n: int) -> None:
        if name := self._one(n):
            self._both(lambda: self.model.leave(name), lambda: self.world.as_(name).call("POST", "/v1/workspace/leave"))

    @rule(n=names, pick=st.integers(0, 9))
    def remove(self, n: int, pick: int) -> None:
        if name := self._one(n):
            others = [each for each in self.model.people[name].workspace.members if each != name]
            if others and self.model.people[name].workspace.members[name] == "admin":
                other = others[pick % len(others)]
                self._both(lambda: self.model.remove(name, other), lambda: self.world.as_(name).remove(self.world.people[other]))

    @rule(n=names)
    def delete_workspace(self, n: int) -> None:
        if name := self._one(n):
            body = {"phrase": f"delete {NAME}"}
            self._both(
                lambda: self.model.delete_workspace(name), lambda: self.world.as_(name).call("DELETE", "/v1/workspace", body)
            )

    @rule(n=names)
    def delete_account(self, n: int) -> None:
        if len(self.model.people) > 1 and (name := self._one(n)):
            self._both(lambda: self.model.delete_account(name), lambda: self.world.delete_account(name))

    @rule(n=names, plan=plans, seats=seats, interval=intervals, packs=FEW_PACKS, means=means)
    def subscribe(self, n: int, plan: str, seats: int, interval: str, packs: dict[str, int], means: str) -> None:
        name = self._admin(n)
        order = {"plan": plan, "seats": seats, "interval": interval, "packs": packs}

        def ask() -> Any:
            person = self.world.as_(name)
            return person.accept(person.post("/v1/subscription/quotes", order).json, means)

        if name and self.model.people[name].workspace.named:
            self._both(lambda: self.model.subscribe(name, Order(plan, seats, interval, packs), means), ask)

    @rule(n=names, plan=plans, seats=seats, interval=intervals)
    def change(self, n: int, plan: str, seats: int, interval: str) -> None:
        """Look at the preview, agree: what it named is what the terms say."""
        name, body = self._admin(n), {"plan": plan, "seats": seats, "interval": interval}
        if not name:
            return

        def ask() -> Any:
            person = self.world.as_(name)
            shown = person.post("/v1/subscription/change/preview", body)
            if shown.status_code != 200:
                return shown
            done = person.post("/v1/subscription/change", {**body, "amount": shown.json["amount"]})  # type: ignore[index]
            assert done.status_code != 200 or done.json["change"] == shown.json  # type: ignore[index]
            return done

        found, answer = self._both(lambda: self.model.change(name, plan, seats, interval), ask)
        if found:
            amount, when = found
            shown = answer.json["change"]
            same(f"{amount:.2f}", shown["amount"], "the amount of a change")
            same(when, shown["later_at"] and datetime.fromisoformat(shown["later_at"]), "when a change comes")

    @rule(n=names, packs=packs)
    def buy_packs(self, n: int, packs: dict[str, int]) -> None:
        if name := self._admin(n):
            body = {"packs": packs}
            self._both(lambda: self.model.buy_packs(name, packs), lambda: self.world.as_(name).post("/v1/subscription/packs", body))

    @rule(n=names, packs=packs)
    def revert_packs(self, n: int, packs: dict[str, int]) -> None:
        if name := self._admin(n):
            self._both(
                lambda: self.model.revert_packs(name, packs),
                lambda: self.world.as_(name).call("PUT", "/v1/subscription/packs/reverted", {"packs": packs}),
            )

    @rule(n=names, way=st.sampled_from(("non-renewal", "early")))
    def end(self, n: int, way: str) -> None:
        if name := self._admin(n):
            found, answer = self._both(
                lambda: self.model.end(name), lambda: self.world.as_(name).post("/v1/subscription/end", {"way": way})
            )
            if found:
                same(found, datetime.fromisoformat(answer.json["ends_at"]), "when a premium ends")

    @precondition(lambda self: self._payable("open", "submitted", "failed"))
    @rule(pick=st.integers(0, 99))
    def settle(self, pick: int) -> None:
        due, here, number = self._pick(pick, "open", "submitted", "failed")
        self._both(lambda: self.model.settle(here, due), lambda: self.world.pay(number, "settled"))

    @precondition(lambda self: self._payable("open", "submitted", "paid"))
    @rule(pick=st.integers(0, 99))
    def fail(self, pick: int) -> None:
        """A debit fails or comes back. Of two raises in a period only the last can: the terms do not say what is under it."""
        due, here, number = self._pick(pick, "open", "submitted", "paid")
        if here and here.premium and due.what == "upgrade":
            raises = [each for each in here.premium.dues if each.what == "upgrade" and each.period == due.period]
            if raises[-1] is not due:
                return
        if due.state == "paid" and here and here.premium and here.premium.means == "wire":
            return
        self._both(lambda: self.model.fail(here, due), lambda: self.world.pay(number, "failed"))

    @rule(n=names, kind=st.sampled_from(KINDS), count=st.integers(1, 6), again=st.booleans())
    def reveal(self, n: int, kind: str, count: int, again: bool) -> None:
        name = self._one(n)
        for _ in range(count if name else 0):
            if not (again and self.targets):
                self.targets += 1
            self._reveal(name, self.targets, kind)

    @rule(days=st.sampled_from((1, 3, 10, 27, 31, 45, 100, 200)))
    def wait(self, days: int) -> None:
        self._wait(self.model.now + timedelta(days=days))

    @rule(n=names, before=st.sampled_from((0, 2, 30, 31)), edge=edges)
    def wait_for_the_end_of_a_period(self, n: int, before: int, edge: timedelta) -> None:
        """To the second about a period's end, or the limit of its notice."""
        name = self._admin(n) or self._one(n)
        if name:
            person = self.model.people[name]
            premium = person.workspace.premium
            ends = premium.ends if premium and premium.first else person.month_ends
            if (to := ends - timedelta(days=before) + edge) > self.model.now:
                self._wait(to)

    @invariant()
    def is_as_the_terms_say(self) -> None:
        if hasattr(self, "model"):
            compare(self.model, self.world)

    def _reveal(self, name: str, target: int, kind: str) -> None:
        """What ends at one instant may pay in any order, the terms do not say which: whatever paid was one of them."""
        before = self.world.lots()
        outcome, may_pay = self.model.ask_reveal(name, target, kind)
        same(outcome, self.world.reveal(name, target, kind), "a reveal")
        if not may_pay:
            return
        groups = {id(lot): group for lot, group in list_lots(self.model, self.world)}
        if len({groups[id(lot)] for lot in may_pay}) > 1:
            after = self.world.lots()
            may_pay = [lot for lot in may_pay if after.get(groups[id(lot)], (0, 0)) != before[groups[id(lot)]]]
        self.model.reveal(name, target, kind, may_pay[0])

    def _wait(self, to: datetime) -> None:
        self.model.pass_to(to)
        self.world.pass_to(to)

    def _one(self, n: int) -> str:
        there = sorted(self.model.people)
        return there[n % len(there)] if there else ""

    def _admin(self, n: int) -> str:
        """Mostly somebody who may change the plan of a Workspace."""
        there = [
            name for name, person in sorted(self.model.people.items())
            if person.workspace.named and person.workspace.members[name] == "admin"
        ]  # fmt: skip
        return there[n % len(there)] if there else ""

    def _id(self, here: Workspace) -> int:
        return whereabouts(here, self.world)

    def _payable(self, *states: str) -> list[Due]:
        """What a bank may still tell of; of an order that never began it tells nothing."""
        told = [(premium, due) for premium in self.model.premiums for due in premium.dues if due.state in states]
        return [due for premium, due in told if premium.state != "ended" or due.counted]

    def _pick(self, pick: int, *states: str) -> tuple[Due, Workspace | None, int]:
        """A due, the workspace whose premium it is for if that still runs, and its number in Candor."""
        due = self._payable(*states)[-1 - pick % len(self._payable(*states))]
        here = next((each for each in self.model.workspaces() if each.premium and due in each.premium.dues), None)
        every = [each for premium in self.model.premiums for each in premium.dues]
        return due, here, self.world.dues()[every.index(due)][1]

    def _both(self, model: Callable[[], Any], candor: Callable[[], Any]) -> tuple[Any, Any]:
        """Do it in both: both do it, or both refuse it with the same word."""
        try:
            found, refused = model(), ""
        except Refused as error:
            found, refused = None, str(error)
        answer = candor()
        code = answer.json["code"] if answer.status_code >= 400 else ""
        same(refused, code, "whether it may be done")
        return found, answer
