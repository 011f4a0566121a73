"""Random walks through the ledger: Hypothesis calls the real functions, the model predicts every answer and the lot that paid."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, rule, run_state_machine_as_test

from backend.credits import read_balances
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from tests.conftest import START
from tests.credits.conftest import ANN, BOB, FOREVER, WORKSPACE, Ledger
from tests.credits.model import ALWAYS, KINDS, Answer, Lot, Model, Permit, Refused, month_of

CID, EVE, NOBODY = Caller(13, WORKSPACE, 103), Caller(66, 8, 601), Caller(99, WORKSPACE, 901)
MEMBERS = (ANN, BOB, CID, EVE)
PEOPLE = tuple(range(1, 7))

members = st.sampled_from(MEMBERS)
people = st.sampled_from(PEOPLE)
mostly_nothing = st.sampled_from((*KINDS, "", "", "", "", ""))
kinds = st.sampled_from(KINDS)
kind_lists = st.lists(kinds, min_size=1, max_size=3, unique=True)
_LOT = """
SELECT count(*) FROM lots l JOIN reveals r ON l.lot_id <= r.lot_id
WHERE r.workspace_id = %s AND r.person_id = %s AND r.kind = %s
"""


class LedgerWalk(RuleBasedStateMachine):
    """Everything that can happen to a ledger, in any order; each step is compared with the model."""

    ledger: ClassVar[Ledger]
    clock: ClassVar[MovableClock]
    grants = Bundle("grants")

    @initialize()
    def open(self) -> None:
        self.clock.set(START)
        self.ledger.start_anew()
        self.model = Model()
        self.merged: dict[int, list[int]] = {person: [person] for person in PEOPLE}
        for member in MEMBERS:
            if member is not ANN:
                self.ledger.join(member)
            self.model.permits[member.workspace_id, member.account_id] = Permit()
            self._change(member, synced_until=FOREVER)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @rule(
        target=grants,
        member=members,
        shared=st.booleans(),
        kind=kinds,
        amount=st.integers(1, 3),
        days=st.sampled_from((None, 0.5, 3, 3, 10, 40)),
        start=st.sampled_from((0, 0, 0, -1, 1)),
        rank=st.sampled_from((1, 1, 1, 2)),
    )
    def grant(self, member: Caller, shared: bool, kind: str, amount: int, days: float | None, start: int, rank: int) -> Any:
        """A lot, personal or shared, running already, from now on or from tomorrow on."""
        starts = self.now + timedelta(days=start)
        key = f"grant:{len(self.model.granted)}"
        ends = starts + timedelta(days=days) if days is not None else ALWAYS
        owner = None if shared else member.account_id
        lot = Lot(member.workspace_id, owner, kind, rank, amount, starts, ends)
        given = {"kind": kind, "days": days, "key": key, "workspace": member.workspace_id, "start": starts}
        asked: Callable[[], bool] = lambda: self.ledger.give(amount, to=None if shared else member, **given)  # noqa: E731
        if self._grant(asked, key, lot) and rank != 1:
            self.ledger.owner.execute("UPDATE lots SET rank = %s WHERE lot_id = (SELECT max(lot_id) FROM lots)", (rank,))
        return multiple((asked, key, replace(lot)))

    @rule(grant=grants)
    def replay(self, grant: tuple[Callable[[], bool], str, Lot]) -> None:
        """The same grant once more."""
        self._grant(*grant)

    @rule(grant=grants, kind=kinds)
    def grant_another_kind_under_the_same_key(self, grant: tuple[Callable[[], bool], str, Lot], kind: str) -> None:
        """As a plan's grant of four kinds does. It belongs to the pool and lives a day."""
        _, key, first = grant
        workspace, starts = first.workspace, self.now
        lot = Lot(workspace, None, kind, 1, 1, starts, starts + timedelta(days=1))
        self._grant(lambda: self.ledger.give(1, kind, to=None, days=1, key=key, workspace=workspace, start=starts), key, lot)

    def _grant(self, asked: Callable[[], bool], key: str, lot: Lot) -> bool:
        granted = self.model.grant(key, replace(lot))
        same(granted, asked())
        return granted

    @rule(member=members, person=people, asked=kind_lists, hidden=mostly_nothing, program=st.booleans())
    def reveal(self, member: Caller, person: int, asked: list[str], hidden: str, program: bool) -> None:
        """One call for one person, one of whose kinds may have nothing to show; half of the calls come from programs."""
        self._reveal(member, self._persons(person), asked, [kind for kind in asked if kind != hidden], program)

    @rule(member=members, person=people, asked=kind_lists)
    def reveal_all(self, member: Caller, person: int, asked: list[str]) -> None:
        """The plainest call, so that it is made often."""
        self._reveal(member, self._persons(person), asked, asked, False)

    @rule(member=members, asked=kind_lists)
    def reveal_nobody(self, member: Caller, asked: list[str]) -> None:
        """The directory knows nobody of this name."""
        self._reveal(member, [], asked, asked, False)

    @rule(person=people)
    def reveal_as_a_stranger(self, person: int) -> None:
        """Whoever has no permit here learns nothing."""
        self._reveal(NOBODY, self._persons(person), ["phone"], ["phone"], False)

    def _reveal(self, member: Caller, persons: list[int], asked: list[str], showable: list[str], program: bool) -> None:
        expected: list[Answer] | str
        try:
            expected = self.model.reveal(member, persons, asked, showable, self.now, program)
        except Refused as refused:
            expected = str(refused)
        same(expected, self._ask(member, persons, asked, showable, program))

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

    @rule(member=members, person=people)
    def quote(self, member: Caller, person: int) -> None:
        """What a lookup says is paid for."""
        persons = self._persons(person)
        same(self.model.owned(member, persons), set(self.ledger.quote(persons, member).owned))

    @rule(member=members)
    def balance(self, member: Caller) -> None:
        """What the account page shows."""
        shown = read_balances(self.ledger.kernel.database, member.workspace_id, member.account_id, self.now)
        expected = {kind: self.model.available(member, kind, self.now) for kind in KINDS}
        same(expected, {kind: balance.available for kind, balance in shown.items()})

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

    @rule(data=st.data(), by=st.sampled_from((0, 0, -1, 1)))
    def wait_for_something(self, data: st.DataObject, by: int) -> None:
        """To the very instant at which a lot starts or ends or a month does, or a microsecond beside it."""
        instants = {instant for lot in self.model.lots for instant in (lot.starts, lot.ends)} | {month_of(self.now)[1]}
        soon = sorted(instant for instant in instants if self.now < instant < ALWAYS)
        self.clock.set(max(self.now, data.draw(st.sampled_from(soon[:4])) + timedelta(microseconds=by)))

    @rule()
    def expire(self) -> None:
        """The due work is done, twice."""
        database = self.ledger.kernel.database
        same(self.model.expire(self.now), tick(database.engine, [Expiry()], self.now).done)
        same(0, tick(database.engine, [Expiry()], self.now).done)

    @rule(member=members, kind=st.sampled_from(("b2b_email", "b2b_email", "b2b_email", "phone", None)))
    def change_plan(self, member: Caller, kind: str | None) -> None:
        """Another kind is unlimited, or none."""
        self._change(member, unlimited_kind=kind)

    @rule(member=members, held=st.booleans())
    def hold(self, member: Caller, held: bool) -> None:
        """The unlimited lot is held, or let go."""
        self._change(member, held=held)

    @rule(member=members, left=st.integers(0, 2))
    def use_up(self, member: Caller, left: int) -> None:
        """Thousands of reveals later: `left` remain of the month's unlimited lot."""
        lot = self.model.month_lot(member, self.now)
        if lot is not None and lot.left > left:
            self.ledger.owner.execute(
                "WITH lot AS (UPDATE lots SET remaining = %(left)s WHERE workspace_id = %(w)s AND account_id = %(a)s"
                " AND source = 'unlimited' AND expires_at = %(ends)s RETURNING workspace_id, lot_id, kind)"
                " INSERT INTO entries (workspace_id, lot_id, kind, action, delta, balance, at)"
                " SELECT workspace_id, lot_id, kind, 'correct', %(left)s - %(was)s, %(left)s, %(at)s FROM lot",
                {
                    "left": left,
                    "was": lot.left,
                    "w": member.workspace_id,
                    "a": member.account_id,
                    "ends": lot.ends,
                    "at": self.now,
                },
            )
            lot.left = left

    @rule(
        member=members,
        person=people,
        undone=st.sets(st.sampled_from(("state", "terms_ok", "synced_until", "extension_seen", "plan_until")), min_size=1),
        state=st.sampled_from(("suspended", "suspended", "ended")),
        microseconds=st.sampled_from((None, 0, 1)),
    )
    def reveal_with_a_step_undone(
        self, member: Caller, person: int, undone: set[str], state: str, microseconds: int | None
    ) -> None:
        """Whoever has steps undone learns the first of them and pays nothing."""
        until = None if microseconds is None else self.now + timedelta(microseconds=microseconds)
        broken = {"state": state, "terms_ok": False, "synced_until": until, "extension_seen": False, "plan_until": until}
        mended = {"state": "active", "terms_ok": True, "synced_until": FOREVER, "extension_seen": True, "plan_until": FOREVER}
        self._change(member, **{step: broken[step] for step in undone})
        self._reveal(member, self._persons(person), ["phone", "b2b_email"], ["phone", "b2b_email"], False)
        self._change(member, **{step: mended[step] for step in undone})

    @rule(member=members, person=people)
    def reveal_in_an_ended_session(self, member: Caller, person: int) -> None:
        """Signed out, then asked with the old token; the next sign-in has a session of its own, here the same number."""
        self.ledger.end_session(member)
        permit = self.model.permits[member.workspace_id, member.account_id]
        permit.ended_sessions.add(member.session_id)
        self._reveal(member, self._persons(person), ["phone"], ["phone"], False)
        permit.ended_sessions.clear()
        self.ledger.owner.execute("UPDATE permits SET ended_sessions = '{}'")

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


def same(expected: object, found: object) -> None:
    """Raise where the ledger differs from the model."""
    if expected != found:
        raise AssertionError(f"the model says {expected}, the ledger {found}")


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
