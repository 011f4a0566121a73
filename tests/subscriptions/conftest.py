"""Workspaces that take out premiums in the sandbox, pay or fail to, and let time pass."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts.sample import arrange
from backend.credits.audit import audit
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import Piece, find_next, tick
from backend.settings import Settings
from tests.conftest import due_pieces
from tests.lookup.conftest import Directory
from tests.subscriptions.sheets import sheet_folder  # noqa: F401
from tests.workspaces.conftest import Person

FOR_WHOM = {"legal_name": "Acme Sales SAS", "country": "FR", "siren": "123456789"}
AGREED = {"professional": True, "authorised_to_bind": True, "accept_terms": True, "accept_dpa": True}
MOST_STEPS = 5000
NOTICES_OF_A_YEAR = [
    ("2026-01-15", "2026-12-15T22:59:59+00:00", "2027-01-14T23:00:00Z"),
    ("2026-01-15", "2026-12-15T23:00:00+00:00", "2028-01-14T23:00:00Z"),
    ("2026-03-31", "2027-02-28T22:59:59+00:00", "2027-03-30T22:00:00Z"),
    ("2026-03-31", "2027-02-28T23:00:00+00:00", "2028-03-30T22:00:00Z"),
]
"""First day, the instant of a notice, and when the year then ends: through the day one month before, and too late."""


@pytest.fixture(scope="session")
def settings(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sandbox: it is the only place where something can be paid."""
    return settings.model_copy(update={"sandbox": True, "candor_data": tmp_path_factory.mktemp("data")})


@dataclass
class Buyer(Person):
    """Somebody who buys for a Workspace. `key` goes along as Idempotency-Key."""

    def post(self, path: str, body: Any, key: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return self.app.test_client().post(path, json=body, headers=headers)

    def quote(self, plan: str = "business", seats: int = 2, interval: str = "month", **packs: int) -> TestResponse:
        named = {f"pack-{name.replace('_', '-')}": count for name, count in packs.items()}
        return self.post("/v1/subscription/quotes", {"plan": plan, "seats": seats, "interval": interval, "packs": named})

    def accept(self, quote: Any, means: str = "sepa_debit", key: str = "", **changes: Any) -> TestResponse:  # type: ignore[override]
        body = {"quote_id": quote["quote_id"], "means": means, "subscriber": FOR_WHOM, **AGREED, **changes}
        return self.post("/v1/subscription", body, key)

    def subscribe(
        self, plan: str = "business", seats: int = 2, interval: str = "month", means: str = "sepa_debit", **packs: int
    ) -> Any:
        """From the quote to the order; the due."""
        answer = self.accept(self.quote(plan, seats, interval, **packs).json, means)
        assert answer.status_code == 201, answer.text
        return answer.json

    def pay(self, due: Any, result: str = "settled", amount: str | None = None) -> Any:
        """What becomes of a payment."""
        body = {"result": result} | ({"amount": amount} if amount else {})
        return self.app.test_client().post(f"/v1/sandbox/payments/{due['payment_id']}", json=body).json

    def preview(self, plan: str, seats: int, interval: str = "month") -> Any:
        return self.post("/v1/subscription/change/preview", {"plan": plan, "seats": seats, "interval": interval}).json

    def change(self, plan: str, seats: int, interval: str = "month", key: str = "") -> Any:
        """Look at the preview, agree; what was done."""
        body = {"plan": plan, "seats": seats, "interval": interval}
        amount = self.post("/v1/subscription/change/preview", body).json["amount"]  # type: ignore[index]
        answer = self.post("/v1/subscription/change", {**body, "amount": amount}, key)
        assert answer.status_code == 200, answer.text
        return answer.json

    def end(self, way: str = "non-renewal") -> Any:
        answer = self.post("/v1/subscription/end", {"way": way})
        assert answer.status_code == 200, answer.text
        return answer.json

    def enter(self, admin: Person) -> None:
        """Be invited by an admin, and join."""
        assert admin.invite(self.email).status_code == 201
        assert self.call("POST", "/v1/invitations/accept", {"token": self.code()}).status_code == 200
        self.sign_in()

    @property
    def premium(self) -> Any:
        return self.get("/v1/subscription")["premium"]

    @property
    def dues(self) -> list[tuple[str, str, str]]:
        """Each due as what, amount, state."""
        return [(due["what"], due["amount"], due["state"]) for due in self.get("/v1/subscription")["dues"]]

    def pool(self, owner: psycopg.Connection[Any]) -> dict[str, int]:
        """What the workspace's pool holds of each kind."""
        at = self.kernel.clock.now()
        rows = owner.execute(
            "SELECT kind, sum(remaining) FROM lots WHERE workspace_id = %s AND account_id IS NULL AND expires_at > %s"
            " AND valid_from <= %s GROUP BY kind HAVING sum(remaining) > 0",
            (self.caller.workspace_id, at, at),
        )
        return {kind: int(left) for kind, left in rows.fetchall()}


@dataclass
class Time:
    """The clock, and the worker that follows it."""

    kernel: Kernel
    clock: MovableClock

    def work(self) -> int:
        """Do what is due now; how much it was."""
        done = tick(self.kernel.database.engine, due_pieces(self.kernel), self.clock.now(), most=MOST_STEPS)
        assert done.failed == ()
        return done.done

    def work_at_once(self, pieces: Callable[[Kernel], Sequence[Piece]] = due_pieces, workers: int = 3) -> None:
        """So many workers begin at the same instant; then one more does what they left to each other."""
        gate = threading.Barrier(workers)

        def work() -> None:
            gate.wait(timeout=20)
            tick(self.kernel.database.engine, pieces(self.kernel), self.clock.now())

        threads = [threading.Thread(target=work) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
            assert not thread.is_alive()
        tick(self.kernel.database.engine, pieces(self.kernel), self.clock.now())

    def pass_to(self, to: datetime | str) -> None:
        """Let time pass until then; everything due on the way is done at its instant."""
        until = datetime.fromisoformat(to) if isinstance(to, str) else to
        pieces = due_pieces(self.kernel)
        for _ in range(MOST_STEPS):
            found = find_next(self.kernel.database.engine, pieces, until)
            if found is None:
                break
            self.clock.set(max(found[0], self.clock.now()))
            if not self.work():
                pieces.remove(found[1])  # it only looks, and found nothing to do
        else:
            raise AssertionError(f"{found[1].name} is due without end")
        self.clock.set(until)


@pytest.fixture
def time(kernel: Kernel, clock: MovableClock) -> Time:
    """The clock, and the worker that follows it."""
    return Time(kernel, clock)


@pytest.fixture
def buyer(app: Flask, kernel: Kernel) -> Callable[..., Buyer]:
    """Makes people who have done both steps, by default each with a Workspace of their own."""

    def make(name: str = "ada", *, workspace: bool = True) -> Buyer:
        email = f"{name}@{name}-company.example"
        made = Buyer(app, kernel, email, arrange(kernel, email, "nine-boats-under-the-moon", "ready", "en", sub=f"sub-{name}"))
        if workspace:
            assert made.create().status_code == 201
        return made

    return make


@pytest.fixture
def directory(kernel: Kernel, owner: psycopg.Connection[Any]) -> Directory:
    """An empty directory."""
    return Directory(kernel, owner)


@pytest.fixture
def clean(kernel: Kernel) -> Callable[[], bool]:
    """Whether the ledger adds up."""

    def look() -> bool:
        with kernel.database.begin() as connection:
            return audit(connection) == []

    return look
