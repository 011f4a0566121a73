"""A Candor whose limits and score are on and whose clock is in the test's hand: a month of work in a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import redis

from backend.up.data_folder import DataFolder
from backend.up.server_user import ourselves
from e2e.conftest import PASSWORD
from e2e.running_candor import RunningCandor, running_candor

KIND = "phone"
_BREAK = timedelta(hours=3)
_PUT = """
INSERT INTO sandbox_clock AS clock (stands_at) VALUES (%s)
ON CONFLICT (one) DO UPDATE SET stands_at = greatest(clock.stands_at, excluded.stands_at)
"""
_TOLD = """
INSERT INTO notices (person_id, through_fact_id, state, cause, owed_at, due_at, lang, lang_reason, mail_id, sent_at)
SELECT person_id, max(fact_id), 'sent', 'month', now(), now(), 'en', 'default', 0, now() FROM facts GROUP BY person_id
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Ahead:
    """What a test does beside the browser: it moves the clock, and looks into the database as its owner."""

    running: RunningCandor
    http: httpx.Client
    database: "psycopg.Connection[tuple[object, ...]]"
    store: "redis.Redis"

    def ask(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What the owner of the database sees, or arranges."""
        cursor = self.database.execute(statement, values)  # type: ignore[call-overload]
        return list(cursor.fetchall()) if cursor.description else []

    def now(self) -> datetime:
        """The time it is for Candor."""
        return datetime.fromisoformat(self.http.get("/v1/sandbox/clock").json()["now"])

    def pass_to(self, at: datetime) -> None:
        """Move the clock there. Over a night all that falls due on the way is done; by day the worker's seconds do it."""
        rows = self.ask("SELECT stands_at FROM sandbox_clock WHERE stands_at > %s", at - _BREAK)
        if not rows:
            moved = self.http.post("/v1/sandbox/clock", json={"now": at.astimezone(UTC).isoformat()})
            assert moved.is_success, moved.text
        else:
            self.ask(_PUT, at)

    def forget_pace(self) -> None:
        """The limits run on the machine's clock, which does not run ahead: their buckets are emptied. The score stays."""
        for bucket in self.store.scan_iter("LIMITER*", count=1000):
            self.store.delete(bucket)

    def tell_everybody(self) -> None:
        """As if all in the directory had been written to: what a month reveals then sends no letters, of which no test here is."""
        self.ask(_TOLD)

    def make_account(self, email: str) -> int:
        """Somebody with a freemium whose unlimited credits are for phones."""
        made = self.http.post("/v1/sandbox/accounts", json={"email": email, "password": PASSWORD, "state": "synchronised"})
        assert made.status_code == 201, made.text
        ((account,),) = self.ask("SELECT max(account_id) FROM accounts")
        assert isinstance(account, int)
        return account

    def leave_unlimited_only(self, account: int) -> None:
        """After the first call, which grants the credits of a freemium: the unlimited ones shall pay for every phone."""
        self.ask("UPDATE permits SET unlimited_kind = %s WHERE account_id = %s", KIND, account)
        self.ask("UPDATE lots l SET remaining = 0 FROM permits p WHERE p.account_id = %s AND l.workspace_id = p.workspace_id"
                 " AND l.kind = %s", account, KIND)  # fmt: skip

    def steps(self, account: int) -> list[object]:
        """The steps of the ladder that the account climbed, in order."""
        return [step for (step,) in self.ask("SELECT step FROM robot_steps WHERE account_id = %s ORDER BY step_id", account)]

    def paid(self, account: int) -> int:
        """How many people it has paid for."""
        ((count,),) = self.ask("SELECT count(*) FROM reveals WHERE account_id = %s", account)
        assert isinstance(count, int)
        return count


@contextmanager
def candor_ahead() -> Iterator[Ahead]:
    """Start one; stop it at the end."""
    with running_candor("--limits") as running:
        note = DataFolder(running.data, ourselves()).running()
        assert note is not None
        environment = note["environment"]
        with (
            httpx.Client(base_url=running.url, timeout=60) as http,
            psycopg.connect(environment["DATABASE_OWNER_URL"], autocommit=True) as database,
            redis.Redis.from_url(environment["REDIS_URL"]) as store,
        ):
            yield Ahead(running, http, database, store)
