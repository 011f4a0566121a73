"""A ledger to try: one workspace, ready to spend, and shorthands for grants and reveals."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from backend.credits import Charge, Grant, change_permit, grant, open_permit, reveal
from backend.credits.audit import Finding, audit
from backend.kernel import Kernel
from backend.kernel.http import Caller

WORKSPACE = 7
ANN, BOB = Caller(11, WORKSPACE, 101), Caller(12, WORKSPACE, 102)
FOREVER = sa.literal_column("'infinity'::timestamptz")


class Ledger:
    """The ledger as these tests speak to it."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._grants = 0

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

    def give(
        self,
        amount: int,
        kind: str = "phone",
        *,
        to: Caller | None = ANN,
        days: float | None = None,
        source: str = "subscription",
        key: str | None = None,
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
    ) -> dict[str, Charge]:
        """Reveal, everything asked being showable unless said otherwise."""
        persons = [person] if isinstance(person, int) else list(person)
        shown = list(kinds) if showable is None else list(showable)
        return {c.kind: c for c in reveal(self.kernel.database, by, persons, kinds, shown, self.now)}

    def findings(self) -> list[Finding]:
        with self.kernel.database.begin() as connection:
            return audit(connection)


@pytest.fixture
def ledger(kernel: Kernel) -> Ledger:
    """An empty ledger in which Ann may spend."""
    made = Ledger(kernel)
    made.join(ANN)
    return made


@pytest.fixture
def remaining(owner: psycopg.Connection[Any]) -> Callable[[], list[int]]:
    """What remains of each lot, oldest first."""
    return lambda: [row[0] for row in owner.execute("SELECT remaining FROM lots ORDER BY lot_id").fetchall()]
