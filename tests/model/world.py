"""Candor itself, as the model sees it: people who act over HTTP, a clock with its due work, and what then stands in the tables."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from unittest.mock import patch

import psycopg
from flask import Flask

from backend.accounts import sample
from backend.accounts.consequences import phrase_in
from backend.accounts.passwords import hash_password
from backend.credits import reveal
from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import find_next, run
from backend.subscriptions import read_plan
from backend.workspaces.invitations import write_token
from tests.conftest import due_pieces, empty_tables
from tests.subscriptions.conftest import Buyer
from tests.workspaces.conftest import PASSWORD

NAME = "Acme Sales"
FOREVER = "2200-01-01T00:00:00Z"
MOST_STEPS = 20_000

_LOTS = """
SELECT coalesce(account_id, 0), CASE WHEN account_id IS NULL THEN workspace_id ELSE 0 END, kind, source, expires_at, keeps,
  sum(remaining)::int, sum(frozen)::int
FROM lots WHERE (expires_at IS NULL OR expires_at > %s) AND remaining + frozen > 0 GROUP BY 1, 2, 3, 4, 5, 6
"""
_PREMIUMS = "SELECT workspace_id, state, plan, seats, interval, packs, period_ends_at FROM premiums WHERE state <> 'ended'"

Group = tuple[int, int, str, str, datetime | None, bool]
"""An account or 0, a workspace or 0, kind, source, end, whether it keeps."""


@dataclass
class World:
    """One Candor, emptied for each walk."""

    app: Flask
    kernel: Kernel
    clock: MovableClock
    owner: psycopg.Connection[Any]

    def start_anew(self, at: datetime) -> None:
        """Nobody is there, and it is this late."""
        empty_tables(self.owner)
        self.clock.set(at)
        self.people: dict[str, Buyer] = {}

    @cached_property
    def _password_hash(self) -> str:
        return hash_password(PASSWORD)

    def sign_up(self, name: str) -> None:
        """An account with both steps done; its LinkedIn consent never ends, which is another matter."""
        email = f"{name}@{name}-company.example"
        with patch.object(sample, "hash_password", lambda _password: self._password_hash):
            account = sample.arrange(self.kernel, email, PASSWORD, "ready", "en", sub=f"sub-{name}")
        self.owner.execute("UPDATE linkedin_members SET renew_by = %s", (FOREVER,))
        self.owner.execute("UPDATE permits SET synced_until = %s WHERE account_id = %s", (FOREVER, account))
        self.people[name] = Buyer(self.app, self.kernel, email, account)

    def as_(self, name: str) -> Buyer:
        """Somebody, signed in where they are now."""
        person = self.people[name]
        person.sign_in()
        return person

    def join(self, name: str, workspace: int) -> Any:
        """Accept the newest invitation to a workspace."""
        newest = self.owner.execute(
            "SELECT invitation_id FROM invitations WHERE workspace_id = %s AND digest = ANY (%s) ORDER BY 1 DESC LIMIT 1",
            (workspace, self.kernel.digester.digests("invited", self.people[name].email)),
        ).fetchone()
        token = write_token(self.kernel, workspace, newest[0] if newest else 0)
        return self.as_(name).call("POST", "/v1/invitations/accept", {"token": token})

    def delete_account(self, name: str) -> Any:
        """With the phrase and the password."""
        answer = self.as_(name).call("POST", "/v1/me/deletion", {"phrase": phrase_in("en"), "password": PASSWORD})
        del self.people[name]
        return answer

    def pay(self, due_id: int, result: str) -> Any:
        """What becomes of a payment."""
        payment = self.kernel.ids.encode("payment", 0, due_id)
        return self.app.test_client().post(f"/v1/sandbox/payments/{payment}", json={"result": result})

    def reveal(self, name: str, target: int, kind: str) -> str:
        """Pay for one kind of a person, whom everybody may be shown."""
        [charge] = reveal(self.kernel.database, self.as_(name).caller, [target], [kind], [kind], self.clock.now())
        return charge.outcome

    def pass_to(self, to: datetime) -> None:
        """Let time pass; everything due on the way is done at its instant."""
        pieces, engine = due_pieces(self.kernel), self.kernel.database.engine
        for _ in range(MOST_STEPS):
            if (found := find_next(engine, pieces, to)) is None:
                break
            self.clock.set(max(found[0], self.clock.now()))
            done = run(engine, found[1], self.clock.now())
            assert done is not None, f"{found[1].name} failed"
            if not done:
                pieces.remove(found[1])  # it only looks, and found nothing to do
        else:
            raise AssertionError("something is due without end")
        self.clock.set(to)

    def workspace_of(self, name: str) -> int:
        """Where somebody is."""
        return self.where()[self.people[name].account_id][0]

    def where(self) -> dict[int, tuple[int, str]]:
        """By account, its workspace and role."""
        return {row[0]: (row[1], row[2]) for row in self.owner.execute("SELECT account_id, workspace_id, role FROM members")}

    def lots(self) -> dict[Group, tuple[int, int]]:
        """What is left and what is frozen, of everything that is not over."""
        return {row[:6]: row[6:] for row in self.owner.execute(_LOTS, (self.clock.now(),))}

    def months(self) -> dict[int, datetime]:
        """By account, when the freemium's month ends."""
        return dict(self.owner.execute("SELECT account_id, period_ends_at FROM subscriptions").fetchall())

    def premiums(self) -> dict[int, tuple[Any, ...]]:
        """By workspace: state, plan, seats, interval, packs, end of period."""
        return {row[0]: tuple(row[1:]) for row in self.owner.execute(_PREMIUMS)}

    def dues(self) -> list[tuple[int, int, str, Decimal, str]]:
        """Every amount due: premium, due, what, how much, its state."""
        return self.owner.execute("SELECT premium_id, due_id, what, amount, state FROM dues ORDER BY 1, 2").fetchall()

    def plan_of(self, name: str, workspace: int) -> str:
        """The plan that somebody is on."""
        with self.kernel.database.begin() as connection:
            return read_plan(connection, workspace, self.people[name].account_id).code

    def findings(self) -> list[Any]:
        """What the audit says."""
        with self.kernel.database.begin() as connection:
            return list(audit(connection))
