"""Two sessions far apart make a case for a person to look at (6.2.5); one person who moves does not, and no address is kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.app import create_app
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.settings import Settings
from tests.accounts.standing.conftest import Ops, Person, state_of
from tests.workspaces.conftest import PASSWORD

OFFICE, TELEPHONE = "192.0.2.17", "198.51.100.4"
Owner = psycopg.Connection[Any]


@dataclass
class Device:
    """Signed in once, then refreshing, from wherever it is."""

    app: Flask
    who: Person
    token: str = ""

    def use(self, address: str, **headers: str) -> None:
        client, named = self.app.test_client(), {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
            path, body = "/v1/sessions/refresh", None
        else:
            path, body = "/v1/sessions", {"email": self.who.email, "password": PASSWORD}
        answer = client.post(path, json=body, headers=named, environ_base={"REMOTE_ADDR": address})
        assert answer.status_code == 200, answer.text
        self.token = (answer.json or {})["refresh_token"]

    def sign_out(self) -> None:
        client = self.app.test_client()
        fresh = client.post("/v1/sessions/refresh", headers={"Authorization": f"Bearer {self.token}"})
        named = {"Authorization": f"Bearer {(fresh.json or {})['access_token']}"}
        assert client.delete("/v1/sessions/current", headers=named).status_code == 204


def cases_of(owner: Owner) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT kind, state, signals FROM cases").fetchall()


@pytest.mark.clause("6.2.5")
def test_two_distant_sessions_in_turn_are_a_signal_and_no_suspension(
    app: Flask, ben: Person, clock: MovableClock, owner: Owner
) -> None:
    here, there = Device(app, ben), Device(app, ben)
    here.use(OFFICE)
    for _ in range(3):
        assert cases_of(owner) == []
        for device, address in ((there, TELEPHONE), (here, OFFICE)):
            clock.advance(timedelta(minutes=16))
            device.use(address)
    assert cases_of(owner) == [("shared-account", "open", ["6 turns in a day between sessions in different networks"])]
    clock.advance(timedelta(minutes=16))
    there.use(TELEPHONE)
    assert len(cases_of(owner)) == 1
    assert state_of(owner, ben) == "active"
    assert ben.call("GET", "/v1/me").status_code == 200
    assert owner.execute("SELECT count(*) FROM suspensions").fetchone() == (0,)


@pytest.mark.clause("6.2.5")
def test_one_person_on_the_telephones_network_and_at_the_office_is_none(
    app: Flask, ben: Person, clock: MovableClock, owner: Owner
) -> None:
    office, telephone = Device(app, ben), Device(app, ben)
    for _ in range(5):
        for device, address, times in (
            (office, OFFICE, 12),
            (telephone, TELEPHONE, 3),
            (office, OFFICE, 16),
            (telephone, OFFICE, 2),
        ):
            for _ in range(times):
                device.use(address)
                clock.advance(timedelta(minutes=15))
        clock.advance(timedelta(hours=15, minutes=45))
    assert cases_of(owner) == []


def test_who_signs_out_here_and_in_there_is_one_person(app: Flask, ben: Person, clock: MovableClock, owner: Owner) -> None:
    for number in range(10):
        device = Device(app, ben)
        device.use((OFFICE, TELEPHONE)[number % 2])
        device.sign_out()
        clock.advance(timedelta(minutes=2))
    assert cases_of(owner) == []


def test_neither_an_address_nor_a_network_is_kept(app: Flask, ben: Person, cid: Person, owner: Owner) -> None:
    for who in (ben, cid):
        Device(app, who).use(OFFICE)
    rows = owner.execute("SELECT s::text, network FROM sightings s").fetchall()
    assert len(rows) == 2
    assert not [text for text, _ in rows if "192.0.2" in text or b"192.0.2.0/24".hex() in text]
    assert rows[0][1] != rows[1][1]  # of two accounts in one network nothing tells that it is one
    assert ben.call("POST", "/v1/me/deletion", {"phrase": "delete my account", "password": PASSWORD}).status_code == 204
    assert owner.execute("SELECT account_id FROM sightings").fetchall() == [(cid.account_id,)]


@pytest.fixture
def behind(settings: Settings, clock: MovableClock, kernel: Kernel) -> Iterator[Flask]:
    """Candor behind a proxy that says the country."""
    changed = {"trusted_proxies": (ip_network("10.0.0.0/8"),), "country_header": "X-Country"}
    made = create_app(settings.model_copy(update=changed), clock)
    yield made
    made.extensions["candor"].database.close()


@pytest.mark.parametrize(
    ("proxy", "country", "signals"),
    [
        ("10.0.0.1", "JP", ["two sessions in two countries within half an hour"]),
        ("10.0.0.1", "FR", None),
        ("10.0.0.1", "XX", None),
        ("192.0.2.9", "JP", None),
    ],
)
def test_two_countries_within_half_an_hour_are_a_signal_where_a_proxy_of_ours_says_so(
    behind: Flask, ben: Person, clock: MovableClock, owner: Owner, ops: Ops, proxy: str, country: str, signals: list[str] | None
) -> None:
    Device(behind, ben).use("10.0.0.1", X_Forwarded_For=OFFICE, X_Country="FR")
    clock.advance(timedelta(minutes=10))
    Device(behind, ben).use(proxy, X_Forwarded_For=TELEPHONE, X_Country=country)
    assert cases_of(owner) == ([("shared-account", "open", signals)] if signals else [])
    if signals:
        assert "shared-account: two sessions in two countries" in ops("cases", ben.email).output
        assert ops("close-case", ben.email, "shared-account").exit_code == 0
