"""Whatever is done to credits, in whatever order: the ledger adds up, nothing comes to be twice, and nothing disappears unsaid."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from backend.credits import (
    Holder,
    TooFew,
    carry_kept,
    carry_permit,
    correct,
    freeze_grant,
    move_personal,
    release_grant,
    reward,
    transfer,
    void_lots,
    write_off,
)
from backend.credits.due import Expiry
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from backend.terms import read_sheet
from tests.conftest import START
from tests.credits.conftest import ANN, BOB, FOREVER, WORKSPACE, Ledger
from tests.credits.model import same

THERE = 8
WORKSPACES = (WORKSPACE, THERE)
MONTH = timedelta(days=30)
_ENTRIES = "SELECT max(entry_id), count(*), sum(delta), md5(string_agg(entries::text, '' ORDER BY entry_id)) FROM entries"

_SUMS = """
SELECT coalesce(sum(e.delta) FILTER (WHERE e.action = 'grant' AND e.reason NOT LIKE 'exceptional transfer %'), 0),
       coalesce(sum(e.delta) FILTER (WHERE e.action NOT IN ('grant', 'carry_in', 'carry_out')
                                        OR e.reason LIKE 'exceptional transfer %'), 0),
       (SELECT coalesce(sum(l.remaining), 0) FROM lots l WHERE l.source <> 'unlimited')
FROM entries e JOIN lots l USING (workspace_id, lot_id) WHERE l.source <> 'unlimited'
"""

members = st.sampled_from((ANN.account_id, BOB.account_id))
kinds = st.sampled_from(("phone", "phone", "b2b_email"))
holders = st.sampled_from((None, None, ANN.account_id, BOB.account_id))
keys = st.sampled_from(("p1", "p2", "p3", "order"))


class VerbsWalk(RuleBasedStateMachine):
    """Two accounts that change between two workspaces, and everything that befalls their credits. Each verb is called twice."""

    ledger: ClassVar[Ledger]
    clock: ClassVar[MovableClock]

    @initialize()
    def open(self) -> None:
        self.clock.set(START)
        self.ledger.start_anew()
        self.ledger.join(BOB)
        for member in (ANN, BOB):
            self.ledger.change(member, synced_until=FOREVER)
        self.home = {ANN.account_id: WORKSPACE, BOB.account_id: WORKSPACE}
        self.granted = 0
        self.number = 0
        self.give("phone", 5, None, "p1", True)
        self.give("b2b_email", 3, ANN.account_id, "order", False)

    def caller(self, account: int) -> Caller:
        return Caller(account, self.home[account], 101)

    def twice(self, verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call it, and once more: the second call changes nothing."""
        done = self.ledger.do(verb, *given, **named)
        before = self.look()
        again = self.ledger.do(verb, *given, **named)
        same(before, self.look())
        same(False, bool(again))
        return done

    def look(self) -> Any:
        return self.ledger.owner.execute(_ENTRIES).fetchone()

    @rule(kind=kinds, amount=st.integers(1, 5), holder=holders, key=keys, keeps=st.booleans())
    def give(self, kind: str, amount: int, holder: int | None, key: str, keeps: bool) -> None:
        """A period's grant, or an order; a replay of one that was given is ignored."""
        to = self.caller(holder) if holder else None
        source = "purchased" if key == "order" else "subscription"
        workspace = to.workspace_id if to else WORKSPACE
        name = f"{key}:{holder}" if holder else key
        keeps = keeps and key != "order"
        if self.ledger.give(amount, kind, to=to, days=30, source=source, key=name, keeps=keeps, workspace=workspace):
            self.granted += amount

    @rule(account=members, person=st.integers(1, 9), kind=kinds)
    def reveal(self, account: int, person: int, kind: str) -> None:
        """Somebody spends."""
        self.ledger.reveal(person, (kind,), by=self.caller(account))

    @rule(account=members, limits=st.dictionaries(kinds, st.integers(0, 3)))
    def limit(self, account: int, limits: dict[str, int]) -> None:
        """A limit is set, or taken away."""
        self.ledger.limit(self.caller(account), **limits)

    @rule(key=keys, workspace=st.sampled_from(WORKSPACES), release=st.booleans())
    def freeze(self, key: str, workspace: int, release: bool) -> None:
        """A debit fails; or what was due is paid."""
        self.twice(release_grant if release else freeze_grant, workspace, key, self.ledger.now, "debit")

    @rule(holder=holders, sources=st.sampled_from((None, ("reward",), ("subscription", "purchased"))))
    def void(self, holder: int | None, sources: tuple[str, ...] | None) -> None:
        """What they hang on ends."""
        workspace = self.home[holder] if holder else WORKSPACE
        self.twice(void_lots, workspace, self.ledger.now, "ended", account_id=holder, sources=sources)

    @rule(old=st.integers(1, 2))
    def renew(self, old: int) -> None:
        """What the plan keeps goes into the next period."""
        now = self.ledger.now
        self.twice(carry_kept, WORKSPACE, f"p{old}", f"p{old + 1}", now, now + MONTH)

    @rule(account=members)
    def move(self, account: int) -> None:
        """An account leaves for the other workspace; from where it was nothing can be spent any more."""
        here = self.caller(account)
        there = WORKSPACES[1 - WORKSPACES.index(here.workspace_id)]
        self.ledger.do(carry_permit, account, here.workspace_id, there)
        self.twice(move_personal, account, here.workspace_id, there, self.ledger.now)
        self.home[account] = there
        try:
            self.ledger.reveal(1, by=here)
        except Problem as problem:
            same("session-ended", problem.code)
        else:
            raise AssertionError("somebody who left spends there")

    @rule(account=members, unlimited=st.sampled_from((None, "b2b_email")), held=st.booleans())
    def change_plan(self, account: int, unlimited: str | None, held: bool) -> None:
        """A kind becomes unlimited, or no longer is."""
        self.ledger.change(self.caller(account), unlimited_kind=unlimited, held=held)

    @rule(account=members, code=st.sampled_from(("first-teammate", "profile-completed", "wrong-detail")))
    def earn(self, account: int, code: str) -> None:
        """A reward."""
        self.number += 1
        now, sheet = self.ledger.now, read_sheet("2026-03")
        given = (sheet, self.home[account], account, code, now, now + MONTH, str(self.number))
        if self.twice(reward, *given, kind=None if sheet.reward(code).kind else "phone"):
            self.granted += sheet.reward(code).amount

    @rule(out=holders, into=holders, kind=kinds, amount=st.integers(1, 4))
    def transfer(self, out: int | None, into: int | None, kind: str, amount: int) -> None:
        """An exception is made."""
        self.number += 1
        ends = (self._holder(out), self._holder(into), kind, amount, self.ledger.now)
        self._unless_too_few(lambda: self.twice(transfer, *ends, ref=f"T{self.number}", reason="asked for"))

    @rule(holder=holders, kind=kinds, amount=st.sampled_from((-3, -1, 2)))
    def correct(self, holder: int | None, kind: str, amount: int) -> None:
        """A balance is put right."""
        self.number += 1
        now, ref = self.ledger.now, f"C{self.number}"
        given = (self._holder(holder), kind, amount, now)
        if self._unless_too_few(lambda: self.twice(correct, *given, ends_at=now + MONTH, ref=ref, reason="an error")):
            self.granted += max(amount, 0)

    def _unless_too_few(self, call: Callable[[], Any]) -> Any:
        before = self.look()
        try:
            return call()
        except TooFew:
            same(before, self.look())

    def _holder(self, account: int | None) -> Holder:
        return Holder(self.home[account] if account else WORKSPACE, account)

    @rule(days=st.sampled_from((1, 7, 30)), write=st.sampled_from((None, "downgrade", "expiry")))
    def wait(self, days: int, write: str | None) -> None:
        """Time passes; what is over is written off by somebody, or not yet."""
        self.clock.advance(timedelta(days=days))
        if write == "downgrade":
            self.twice(write_off, WORKSPACE, self.ledger.now, write, account_id=None)
        elif write == "expiry":
            tick(self.ledger.kernel.database.engine, [Expiry()], self.ledger.now)

    def teardown(self) -> None:
        if not hasattr(self, "home"):
            return
        same([], self.ledger.findings())
        # What was granted is there, or was spent, or a line says what became of it.
        rows = self.ledger.owner.execute(_SUMS).fetchone()
        assert rows is not None
        granted, gone, left = rows
        same((self.granted, self.granted), (granted, left - gone))


def test_any_order_of_verbs_keeps_the_audit_clean(ledger: Ledger) -> None:
    class Walk(VerbsWalk):
        pass

    Walk.ledger, Walk.clock = ledger, ledger.kernel.clock  # type: ignore[assignment]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Walk,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )
