"""Random walks through the ledger: Hypothesis calls the real functions, the model predicts every answer and the lot that paid."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, precondition, rule, run_state_machine_as_test

from backend.credits import read_balances
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from tests.conftest import START
from tests.credits.conftest import ANN, BOB, FOREVER, WORKSPACE, Ledger
from tests.credits.draws import EVE, PEOPLE, Gift, gifts, kind_lists, kinds, members, mostly_nothing, people
from tests.credits.model import ALWAYS, KINDS, Answer, Lot, Model, Permit, Refused, month_of, same

MEMBERS = (ANN, BOB, EVE)
DONE = {"state": "active", "terms_ok": True, "synced_until": FOREVER, "extension_seen": True, "plan_until": FOREVER}
BROKEN = {"state": "suspended", "terms_ok": False, "synced_until": START, "extension_seen": False, "plan_until": START}

_LOT = """
SELECT count(*) FROM lots l JOIN reveals r ON l.lot_id <= r.lot_id
WHERE r.workspace_id = %s AND r.person_id = %s AND r.kind = %s
"""
_USE_UP = """
WITH lot AS (
  UPDATE lots SET remaining = %(left)s WHERE lot_id = (SELECT lot_id FROM lots ORDER BY lot_id OFFSET %(number)s LIMIT 1)
  RETURNING workspace_id, lot_id, kind)
INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at)
SELECT workspace_id, lot_id, kind, 'correct', %(spent)s, %(left)s, %(at)s FROM lot
"""


class LedgerWalk(RuleBasedStateMachine):
    """Everything that can happen to a ledger, in any order; each step is compared with the model."""

    ledger: ClassVar[Ledger]
    clock: ClassVar[MovableClock]
    grants = Bundle("grants")

    @initialize(target=grants, stock=st.lists(gifts, min_size=4, max_size=10))
    def open(self, stock: list[Gift]) -> Any:
        self.clock.set(START)
        self.ledger.start_anew()
        self.model = Model()
        self.merged: dict[int, list[int]] = {person: [person] for person in PEOPLE}
        for member in MEMBERS:
            if member is not ANN:
                self.ledger.join(member)
            self.model.permits[member.workspace_id, member.account_id] = Permit()
            self._change(member, synced_until=FOREVER)
        return multiple(*(self._give(gift) for gift in stock))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @rule(target=grants, gift=gifts)
    def grant(self, gift: Gift) -> Any:
        """One lot more."""
        return self._give(gift)

    def _give(self, gift: Gift) -> tuple[Callable[[], bool], str, Lot]:
        member, starts = gift.member, self.now + timedelta(days=gift.start)
        key = f"grant:{len(self.model.granted)}"
        ends = starts + timedelta(days=gift.days) if gift.days is not None else ALWAYS
        owner = None if gift.shared else member.account_id
        lot = Lot(member.workspace_id, owner, gift.kind, gift.rank, gift.amount, starts, ends)

        def ask() -> bool:
            to = None if gift.shared else member
            workspace = member.workspace_id
            return self.ledger.give(gift.amount, gift.kind, to=to, days=gift.days, key=key, workspace=workspace, start=starts)

        if self._grant(ask, key, lot) and gift.rank != 1:
            self.ledger.owner.execute("UPDATE lots SET rank = %s WHERE lot_id = (SELECT max(lot_id) FROM lots)", (gift.rank,))
        return ask, key, replace(lot)

    @rule(grant=grants, kind=st.one_of(st.none(), kinds))
    def replay(self, grant: tuple[Callable[[], bool], str, Lot], kind: str | None) -> None:
        """The same grant once more; or another kind under its key, as a plan's grant of four kinds does it, for a day."""
        if kind is None:
            self._grant(*grant)
            return
        _, key, first = grant
        workspace, starts = first.workspace, self.now
        lot = Lot(workspace, None, kind, 1, 1, starts, starts + timedelta(days=1))
        self._grant(lambda: self.ledger.give(1, kind, to=None, days=1, key=key, workspace=workspace, start=starts), key, lot)

    def _grant(self, asked: Callable[[], bool], key: str, lot: Lot) -> bool:
        granted = self.model.grant(key, replace(lot))
        same(granted, asked())
        return granted

    @rule(
        member=members, person=st.one_of(people, people, st.none()), asked=kind_lists, hidden=mostly_nothing, program=st.booleans()
    )
    def reveal(self, member: Caller, person: int | None, asked: list[str], hidden: str, program: bool) -> None:
        """One call for one person, or for nobody the directory knows; one kind may have nothing to show; half are a program's."""
        persons = self._persons(person) if person else []
        self._reveal(member, persons, asked, [kind for kind in asked if kind != hidden], program)

    @rule(member=members, person=people, asked=kind_lists)
    def reveal_all(self, member: Caller, person: int, asked: list[str]) -> None:
        """The plainest call, so that it is made often."""
        self._reveal(member, self._persons(person), asked, asked, False)

    @precondition(lambda self: self.model.paid)
    @rule(data=st.data(), member=members, merged_into=st.one_of(st.none(), people))
    def reveal_what_is_paid(self, data: st.DataObject, member: Caller, merged_into: int | None) -> None:
        """Somebody paid for it before, perhaps for a person who has since been found to be another."""
        _, person, kind = data.draw(st.sampled_from(sorted(self.model.paid)))
        if merged_into:
            self.merge(merged_into, person)
        self._reveal(member, self._persons(person), [kind], [kind], False)

    def _reveal(self, member: Caller, persons: list[int], asked: list[str], showable: list[str], program: bool) -> None:
        expected: list[Answer] | str
        try:
            expected = self.model.reveal(member, persons, asked, showable, self.now, program)
        except Refused as refused:
            expected = str(refused)
        same(expected, self._ask(member, persons, asked, showable, program))
        if not isinstance(expected, str):
            self._look(member, persons)

    def _look(self, member: Caller, persons: list[int]) -> None:
        """What a lookup says is paid for, and what the account page shows."""
        same(self.model.owned(member, persons), set(self.ledger.quote(persons, member).owned))
        shown = read_balances(self.ledger.kernel.database, member.workspace_id, member.account_id, self.now)
        expected = {kind: self.model.available(member, kind, self.now) for kind in KINDS}
        same(expected, {kind: balance.available for kind, balance in shown.items()})

    def _ask(self, member: Caller, persons: list[int], asked: list[str], showable: list[str], program: bool) -> list[Answer] | str:
        try:
            if program:
                charges = self.ledger.reveal_for_program(persons, asked, showable, member)
            else:
                charges = list(self.ledger.reveal(persons, asked, by=member, showable=showable).values())
        except Problem as problem:
            return problem.code
        return [Answer(*charge, self._lot(member, persons, charge.kind) if charge.charged else None) for charge in charges]

    def _lot(self, member: Caller, persons: list[int], kind: str) -> int:
        rows = self.ledger.kernel.database.call(_LOT, (member.workspace_id, persons[0] if persons else 0, kind))
        number: int = rows[0][0]
        return number

    @rule(root=people, other=people)
    def merge(self, root: int, other: int) -> None:
        """Two people turn out to be one."""
        first, second = self.merged[root], self.merged[other]
        if first is not second:
            first.extend(second)
            for person in second:
                self.merged[person] = first

    def _persons(self, person: int) -> list[int]:
        return list(self.merged[person])

    @rule(hours=st.sampled_from((1, 12, 24, 72, 24 * 9, 24 * 30)))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.clock.advance(timedelta(hours=hours))

    @rule(person=people, by=st.sampled_from((0, 0, -1, 1)), choice=st.integers(0, 3), month=st.booleans())
    def wait_for_a_lot(self, person: int, by: int, choice: int, month: bool) -> None:
        """To the very instant at which a lot starts or ends, or a month does, or a microsecond beside it; its kind is asked."""
        nobodys = Lot(WORKSPACE, None, "b2b_email", 0, 0, self.now, month_of(self.now)[1])
        lots = [nobodys] if month else [lot for lot in self.model.lots if lot.left] or [nobodys]
        instants = [(instant, lot) for lot in lots for instant in (lot.starts, lot.ends) if self.now < instant < ALWAYS]
        if instants:
            instant, lot = sorted(instants, key=lambda pair: pair[0])[choice % len(instants)]
            self.clock.set(max(self.now, instant + timedelta(microseconds=by)))
            self._reveal(self._holder(lot), self._persons(person), [lot.kind], [lot.kind], False)

    def _holder(self, lot: Lot) -> Caller:
        return next(member for member in MEMBERS if member.workspace_id == lot.workspace and lot.owner in (None, member.account_id))

    @rule()
    def expire(self) -> None:
        """The due work is done, twice."""
        database = self.ledger.kernel.database
        same(self.model.expire(self.now), tick(database.engine, [Expiry()], self.now).done)
        same(0, tick(database.engine, [Expiry()], self.now).done)

    @rule(member=members, kind=st.sampled_from(("b2b_email", "b2b_email", "phone", None)), held=st.booleans())
    def change_plan(self, member: Caller, kind: str | None, held: bool) -> None:
        """Another kind is unlimited, or none; the unlimited lot is held, or let go."""
        self._change(member, unlimited_kind=kind, held=held)

    @rule(member=members, limits=st.dictionaries(kinds, st.integers(0, 3), max_size=2), person=people)
    def limit(self, member: Caller, limits: dict[str, int], person: int) -> None:
        """An admin sets limits for a member, who then asks for what is limited."""
        same(True, self.ledger.limit(member, **limits))
        self.model.permits[member.workspace_id, member.account_id].limits = limits
        if limits:
            self._reveal(member, self._persons(person), list(limits), list(limits), False)

    @precondition(lambda self: self._limited())
    @rule(data=st.data(), person=people)
    def reveal_limited(self, data: st.DataObject, person: int) -> None:
        """A kind that is limited."""
        member, kind = data.draw(st.sampled_from(self._limited()))
        self._reveal(member, self._persons(person), [kind], [kind], False)

    def _limited(self) -> list[tuple[Caller, str]]:
        permits = ((member, self.model.permits[member.workspace_id, member.account_id]) for member in MEMBERS)
        return [(member, kind) for member, permit in permits for kind in sorted(permit.limits)]

    @precondition(lambda self: self._unlimited())
    @rule(data=st.data(), person=people, shown=st.booleans(), program=st.booleans())
    def reveal_unlimited(self, data: st.DataObject, person: int, shown: bool, program: bool) -> None:
        """The kind that the plan makes unlimited."""
        member, kind = data.draw(st.sampled_from(self._unlimited()))
        self._reveal(member, self._persons(person), [kind], [kind] if shown else [], program)

    def _unlimited(self) -> list[tuple[Caller, str]]:
        permits = ((member, self.model.permits[member.workspace_id, member.account_id]) for member in MEMBERS)
        return [(member, permit.unlimited_kind) for member, permit in permits if permit.unlimited_kind]

    @precondition(lambda self: self._running())
    @rule(data=st.data(), left=st.integers(0, 2), person=people)
    def use_up(self, data: st.DataObject, left: int, person: int) -> None:
        """Thousands of reveals later: at most `left` remain of a month's unlimited lot, and one more is asked for."""
        number, lot = data.draw(st.sampled_from(self._running()))
        if lot.left > left:
            spent = {"left": left, "spent": left - lot.left, "number": number - 1, "at": self.now}
            self.ledger.owner.execute(_USE_UP, spent)
            lot.left = left
        self._reveal(self._holder(lot), self._persons(person), [lot.kind], [lot.kind], False)

    def _running(self) -> list[tuple[int, Lot]]:
        return [(number, lot) for number, lot in enumerate(self.model.lots, 1) if lot.unlimited and self.now < lot.ends]

    @rule(member=members, person=people, undone=st.sampled_from(tuple(DONE)))
    def reveal_with_a_step_undone(self, member: Caller, person: int, undone: str) -> None:
        """Whoever has a step undone learns it and pays nothing."""
        self._change(member, **{undone: BROKEN[undone]})
        self._reveal(member, self._persons(person), ["phone", "b2b_email"], ["phone", "b2b_email"], False)
        self._change(member, **{undone: DONE[undone]})

    def _change(self, member: Caller, **change: Any) -> None:
        self.ledger.change(member, **change)
        for step, value in change.items():
            setattr(self.model.permits[member.workspace_id, member.account_id], step, ALWAYS if value is FOREVER else value)

    def teardown(self) -> None:
        """At the end every lot holds what the model says, and the audit finds nothing."""
        if not hasattr(self, "model"):
            return
        rows = self.ledger.owner.execute("SELECT workspace_id, account_id, kind, remaining FROM lots ORDER BY lot_id").fetchall()
        same([(lot.workspace, lot.owner, lot.kind, lot.left) for lot in self.model.lots], rows)
        same([], self.ledger.findings())


def walk(ledger: Ledger, examples: int, *, steps: int = 40, shrink: bool = False) -> None:
    """Walk `examples` times; raise at the first difference. The same walks every time, unless CANDOR_WALKS asks for more."""
    wanted = int(os.environ.get("CANDOR_WALKS", "0")) if shrink else 0

    class Walk(LedgerWalk):
        pass

    Walk.ledger = ledger
    Walk.clock = ledger.kernel.clock  # type: ignore[assignment]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Walk,
        settings=settings(
            max_examples=wanted or examples,
            stateful_step_count=steps,
            derandomize=not wanted,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )
