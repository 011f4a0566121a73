"""People to look up, and a caller who may."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.credits import Grant, change_permit, grant, open_permit
from backend.directory.reading import place_of
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.tokens import make_access_token

ANN = Caller(11, 7, 101)
EVE = Caller(66, 8, 601)


def profile(vanity: str) -> str:
    """The address of a profile."""
    return f"https://www.linkedin.com/in/{vanity}/"


@dataclass
class Directory:
    """Puts people into the directory, as an import would."""

    kernel: Kernel
    owner: psycopg.Connection[Any]
    people: dict[str, int] = field(default_factory=dict)

    def add(self, vanity: str, *, country: str | None = "NL", told: bool = False, **details: str | list[str]) -> int:
        """A person with the given details; `told` says whether the notice has gone already."""
        now = self.kernel.clock.now()
        collected = now - timedelta(days=10)
        row = self.owner.execute("INSERT INTO people (country, created_at) VALUES (%s, %s) RETURNING person_id", (country, now))
        person: int = row.fetchone()[0]  # type: ignore[index]
        self.owner.execute(
            "INSERT INTO identities (digest, kind, key_id, person_id, source_id, seen_at) VALUES (%s, 'vanity', 'd1', %s, %s, %s)",
            (self.kernel.digester.digest("vanity", vanity), person, self._source(now), now),
        )
        for kind, given in details.items():
            for value in [given] if isinstance(given, str) else given:
                self.fact(person, kind, value, collected)
        if told:
            self.owner.execute(
                "INSERT INTO notices (person_id, through_fact_id, state, cause, owed_at, due_at, lang, lang_reason,"
                " mail_id, sent_at)"
                " VALUES (%s, (SELECT max(fact_id) FROM facts), 'sent', 'month', %s, %s, 'nl', 'country', 1, %s)",
                (person, now, now, now),
            )
        return person

    def fact(self, person: int, kind: str, value: str, collected: datetime, **columns: Any) -> None:
        """One more fact of a person."""
        row = {
            "person_id": person,
            "field": kind,
            "sealed": self.kernel.sealer.seal(value, place_of(person, kind)),
            "digest": hashlib.sha256(f"{kind}:{value}".encode()).digest(),
            "region": None,
            "source_id": self._source(collected),
            "collected_at": collected,
            "first_collected_at": collected,
            "verified_at": collected + timedelta(days=1),
            "method": "supplier",
            "basis": "legitimate_interest",
            "visibility": "everyone",
            "expires_at": collected + timedelta(days=365),
            "confidence": 0.9,
            **columns,
        }
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        self.owner.execute(f"INSERT INTO facts ({names}) VALUES ({marks})", list(row.values()))

    def _source(self, now: datetime) -> int:
        self.owner.execute(
            "INSERT INTO sources (name, kind, licence, basis, visibility, created_at)"
            " VALUES ('Kamer register', 'registry', 'CC-0', 'legitimate_interest', 'everyone', %s) ON CONFLICT DO NOTHING",
            (now,),
        )
        return self.owner.execute("SELECT source_id FROM sources").fetchone()[0]  # type: ignore[index,no-any-return]


@dataclass
class Seller:
    """A signed-in salesperson: what they hold, and what they ask."""

    kernel: Kernel
    client: FlaskClient
    caller: Caller
    token: str
    _given: int = 0

    def hold(self, amount: int, kind: str = "phone", *, source: str = "subscription") -> None:
        self._given += 1
        now = self.kernel.clock.now()
        given = Grant(self.caller.workspace_id, self.caller.account_id, kind, source, amount, now, None, f"t{self._given}")
        with self.kernel.database.begin() as connection:
            grant(connection, given)

    def change(self, **change: Any) -> None:
        with self.kernel.database.begin() as connection:
            change_permit(connection, self.caller.workspace_id, self.caller.account_id, change)  # type: ignore[arg-type]

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(path, json=body, headers={"Authorization": f"Bearer {self.token}"})

    def look_up(self, vanity: str) -> TestResponse:
        return self.post("/v1/lookups", {"profile": profile(vanity)})

    def reveal(self, vanity: str, *kinds: str) -> TestResponse:
        return self.post("/v1/reveals", {"profile": profile(vanity), "kinds": list(kinds or ("phone",))})

    def left(self, kind: str = "phone") -> int:
        answer = self.client.get("/v1/credits", headers={"Authorization": f"Bearer {self.token}"})
        return answer.json[kind]["available"]  # type: ignore[index,no-any-return]


@pytest.fixture
def directory(kernel: Kernel, owner: psycopg.Connection[Any]) -> Directory:
    """An empty directory."""
    return Directory(kernel, owner)


@pytest.fixture
def seller(app: Flask, kernel: Kernel) -> Callable[[Caller], Seller]:
    """Makes sellers who have done every step."""

    def make(caller: Caller) -> Seller:
        with kernel.database.begin() as connection:
            open_permit(connection, caller.workspace_id, caller.account_id, terms_ok=True)
            ready = {
                "synced_until": kernel.clock.now() + timedelta(days=60),
                "extension_seen": True,
                "plan_until": sa.literal_column("'infinity'::timestamptz"),
            }
            change_permit(connection, caller.workspace_id, caller.account_id, ready)  # type: ignore[arg-type]
        with app.app_context():
            token = make_access_token(caller)
        return Seller(kernel, app.test_client(), caller, token)

    return make


@pytest.fixture
def ann(seller: Callable[[Caller], Seller]) -> Seller:
    """Ann, ready to spend, without a credit."""
    return seller(ANN)
