"""A ledger to try: one workspace, ready to spend, and shorthands for grants and reveals."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from backend.credits import (
    Charge,
    Grant,
    Quote,
    change_permit,
    end_sessions,
    grant,
    open_permit,
    quote,
    reveal,
    set_limits,
)
from backend.credits.audit import Finding, audit
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.problems import Problem
from tests.lookup.conftest import ann, directory, seller  # noqa: F401

WORKSPACE = 7
ANN, BOB = Caller(11, WORKSPACE, 101), Caller(12, WORKSPACE, 102)
FOREVER = sa.literal_column("'infinity'::timestamptz")
_PROGRAM = (
    "SELECT kind, outcome, charged, available, reason FROM reveal(%s, %s, %s, %s::bigint[], %s::text[], %s::text[], %s, true)"
)


class Ledger:
    """The ledger as these tests speak to it."""

    def __init__(self, kernel: Kernel, owner: psycopg.Connection[Any]) -> None:
        self.kernel = kernel
        self.owner = owner
        self._grants = 0

    def start_anew(self) -> None:
        """An empty ledger in which Ann may spend. Rows are deleted, not truncated: faster for a few, and no lock on the table."""
        self.owner.execute(
            "DELETE FROM entries; DELETE FROM reveals; DELETE FROM lots; DELETE FROM permits; DELETE FROM member_months"
        )
        self.join(ANN)

    @property
    def now(self) -> datetime:
        return self.kernel.clock.now()

    def join(self, caller: Caller, **change: Any) -> None:
        """Let an account spend, with every step done but what `change` says."""
        ready = {"synced_until": self.now + timedelta(days=60), "extension_seen": True, "plan_until": FOREVER}
        with self.kernel.database.begin() as connection:
            open_permit(connection, caller.workspace_id, caller.account_id, terms_ok=True)
            change_permit(connection, caller.workspace_id, caller.account_id, {**ready, **change})  # type: ignore[typeddict-item]

    def change(self, caller: Caller, **change: Any) -> None:
        with self.kernel.database.begin() as connection:
            change_permit(connection, caller.workspace_id, caller.account_id, change)  # type: ignore[arg-type]

    def limit(self, caller: Caller, **limits: int) -> bool:
        """Set the most that a member may spend of each kind in a month."""
        with self.kernel.database.begin() as connection:
            return set_limits(connection, caller.workspace_id, caller.account_id, limits, self.now)

    def end_session(self, caller: Caller) -> None:
        with self.kernel.database.begin() as connection:
            end_sessions(connection, caller.workspace_id, caller.account_id, [caller.session_id], [])

    def give(
        self,
        amount: int,
        kind: str = "phone",
        *,
        to: Caller | None = ANN,
        days: float | None = None,
        source: str = "subscription",
        key: str | None = None,
        keeps: bool = False,
        workspace: int = WORKSPACE,
        start: datetime | None = None,
    ) -> bool:
        """Grant a lot: personal to `to`, or the pool's where `to` is None; it ends after `days`."""
        self._grants += 1
        start = start or self.now
        given = Grant(
            workspace_id=workspace,
            account_id=to.account_id if to else None,
            kind=kind,
            source=source,
            amount=amount,
            valid_from=start,
            expires_at=start + timedelta(days=days) if days is not None else None,
            key=key or f"test:{self._grants}",
            keeps=keeps,
        )
        with self.kernel.database.begin() as connection:
            return grant(connection, given)

    def reveal(
        self,
        person: int | Sequence[int],
        kinds: Sequence[str] = ("phone",),
        *,
        by: Caller = ANN,
        showable: Sequence[str] | None = None,
        through: Any = None,
    ) -> dict[str, Charge]:
        """Reveal, everything asked being showable unless said otherwise; `through` a connection of one's own, if given."""
        persons = [person] if isinstance(person, int) else list(person)
        shown = list(kinds) if showable is None else list(showable)
        return {c.kind: c for c in reveal(through or self.kernel.database, by, persons, kinds, shown, self.now)}

    def reveal_for_program(self, persons: Sequence[int], kinds: Sequence[str], showable: Sequence[str], by: Caller) -> list[Charge]:
        """Reveal as a program asks for it."""
        asked = (by.workspace_id, by.account_id, by.session_id, list(persons), list(kinds), list(showable), self.now)
        rows = self.kernel.database.call(_PROGRAM, asked)
        if rows and rows[0][0] is None:
            raise Problem(rows[0][1])
        return [Charge(*row) for row in rows]

    def quote(self, persons: Sequence[int], by: Caller) -> Quote:
        return quote(self.kernel.database, by, persons, self.now)

    def do(self, verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """Call a verb in a transaction of its own."""
        with self.kernel.database.begin() as connection:
            return verb(connection, *given, **named)

    def lines(self, *actions: str, workspace: int = WORKSPACE) -> list[tuple[Any, ...]]:
        """The entries of these actions, or all, in their order: what, of which kind, how many, the balance after it, and why."""
        rows = self.owner.execute(
            "SELECT action, kind, delta, balance, reason FROM entries WHERE workspace_id = %s ORDER BY entry_id", (workspace,)
        )
        return [row for row in rows.fetchall() if not actions or row[0] in actions]

    def left(self, workspace: int = WORKSPACE) -> list[tuple[Any, ...]]:
        """What is left where anything is: whose, of which kind, from which source, how many."""
        rows = self.owner.execute(
            "SELECT account_id, kind, source, remaining FROM lots WHERE workspace_id = %s AND remaining > 0 ORDER BY lot_id",
            (workspace,),
        )
        return rows.fetchall()

    def findings(self) -> list[Finding]:
        with self.kernel.database.begin() as connection:
            return audit(connection)


@pytest.fixture
def ledger(kernel: Kernel, owner: psycopg.Connection[Any]) -> Ledger:
    """An empty ledger in which Ann may spend."""
    made = Ledger(kernel, owner)
    made.join(ANN)
    return made


@pytest.fixture
def remaining(owner: psycopg.Connection[Any]) -> Callable[[], list[int]]:
    """What remains of each lot, oldest first."""
    return lambda: [row[0] for row in owner.execute("SELECT remaining FROM lots ORDER BY lot_id").fetchall()]
