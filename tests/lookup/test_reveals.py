"""POST /v1/reveals: values with their papers, one credit, and an outcome for each kind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import redis

from backend.app import create_app
from backend.kernel.clock import MovableClock
from backend.kernel.http import Caller
from backend.kernel.switches import NOTICES_LATE
from backend.settings import Settings
from tests.lookup.conftest import EVE, Directory, Seller

MAIL, PHONE = "jan@molen.example", "+31 6 1234 5678"


@pytest.fixture
def jan(directory: Directory) -> int:
    return directory.add("jan", b2b_email=MAIL, phone=PHONE)


def test_a_reveal_shows_the_value_with_its_papers_and_costs_one_credit(ann: Seller, jan: int) -> None:
    ann.hold(5)
    answer = ann.reveal("jan", "phone")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["results"]["phone"] == {
        "outcome": "revealed",
        "values": [
            {
                "value": PHONE,
                "source": "Kamer register",
                "collected_at": "2026-02-20T09:00:00Z",
                "verified_at": "2026-02-21T09:00:00Z",
                "method": "supplier",
                "basis": "legitimate_interest",
                "confidence": answer.json["results"]["phone"]["values"][0]["confidence"],
            }
        ],
        "charged": 1,
        "left": 4,
    }
    assert answer.headers["X-Credits-Charged"] == "phone=1"
    assert answer.headers["X-Credits-Left"] == "phone=4"
    assert ann.left() == 4


def test_the_second_look_is_free_and_shows_the_same(ann: Seller, jan: int) -> None:
    ann.hold(5)
    first, second = ann.reveal("jan"), ann.reveal("jan")
    assert first.json is not None
    assert second.json is not None
    assert second.json["results"]["phone"]["outcome"] == "known"
    assert second.json["results"]["phone"]["charged"] == 0
    assert second.json["results"]["phone"]["values"] == first.json["results"]["phone"]["values"]
    assert ann.left() == 4


def test_a_person_may_be_named_by_the_id_of_the_lookup(ann: Seller, jan: int) -> None:
    ann.hold(5)
    person = ann.look_up("jan").json["person_id"]  # type: ignore[index]
    answer = ann.post("/v1/reveals", {"person_id": person, "kinds": ["phone"]})
    assert answer.json["results"]["phone"]["outcome"] == "revealed"  # type: ignore[index]
    assert answer.json["person_id"] == person  # type: ignore[index]


def test_another_workspaces_person_id_is_unknown(ann: Seller, seller: Callable[[Caller], Seller], jan: int) -> None:
    ann.hold(5)
    theirs = seller(EVE).look_up("jan").json["person_id"]  # type: ignore[index]
    answer = ann.post("/v1/reveals", {"person_id": theirs, "kinds": ["phone"]})
    assert (answer.status_code, answer.json["code"]) == (404, "person-unknown")  # type: ignore[index]
    assert ann.left() == 5


@pytest.mark.clause("2.Credit.a")
def test_one_credit_shows_every_address_of_the_kind(ann: Seller, directory: Directory) -> None:
    directory.add("two", b2b_email=["a@one.example", "a@two.example"])
    ann.hold(5, "b2b_email")
    ann.hold(5, "phone")
    result = ann.reveal("two", "b2b_email").json["results"]["b2b_email"]  # type: ignore[index]
    assert {value["value"] for value in result["values"]} == {"a@one.example", "a@two.example"}
    assert (ann.left("b2b_email"), ann.left("phone")) == (4, 5)
    assert ann.reveal("two", "b2b_email").json["results"]["b2b_email"]["charged"] == 0  # type: ignore[index]


def test_a_missing_kind_does_not_spoil_the_others(ann: Seller, jan: int) -> None:
    ann.hold(1, "phone")
    results = ann.reveal("jan", "b2b_email", "phone", "direct_email").json["results"]  # type: ignore[index]
    assert {kind: result["outcome"] for kind, result in results.items()} == {
        "b2b_email": "empty",
        "phone": "revealed",
        "direct_email": "not_found",
    }


@pytest.mark.clause("14.2.4", "14.2.9")
def test_without_a_credit_nothing_is_shown(ann: Seller, jan: int) -> None:
    answer = ann.reveal("jan", "phone")
    assert answer.status_code == 402
    assert answer.json is not None
    assert (answer.json["code"], answer.json["kind"], answer.json["needed"], answer.json["available"]) == (
        "credits-exhausted",
        "phone",
        1,
        0,
    )
    assert answer.json["results"]["phone"]["outcome"] == "empty"
    assert PHONE not in answer.text


def test_a_capped_kind_is_429_with_the_instant_it_starts_anew(
    ann: Seller, jan: int, directory: Directory, owner: psycopg.Connection[Any]
) -> None:
    ann.change(unlimited_kind="phone")
    ann.reveal("jan", "phone")
    owner.execute("UPDATE lots SET remaining = 0 WHERE source = 'unlimited'")
    directory.add("pim", phone=PHONE, b2b_email=MAIL)
    answer = ann.reveal("pim", "phone")
    assert answer.status_code == 429
    assert answer.json is not None
    assert answer.json["code"] == "fair-use-exceeded"
    assert answer.json["resets_at"] == "2026-04-01T00:00:00+02:00"
    directory.add("pia", phone=PHONE, b2b_email=MAIL)
    mixed = ann.reveal("pia", "phone", "b2b_email")
    assert (mixed.status_code, mixed.json["code"]) == (402, "credits-exhausted")  # type: ignore[index]


def test_a_held_kind_is_429_of_its_own_and_what_was_paid_for_still_pays(ann: Seller, jan: int, directory: Directory) -> None:
    ann.change(unlimited_kind="phone", held=True)
    answer = ann.reveal("jan", "phone")
    assert (answer.status_code, answer.json["code"]) == (429, "robot-suspected")  # type: ignore[index]
    assert answer.json["results"]["phone"] == {  # type: ignore[index]
        "outcome": "capped", "values": [], "charged": 0, "left": 0, "reason": "held",
    }  # fmt: skip
    ann.hold(1)
    assert ann.reveal("jan", "phone").json["results"]["phone"]["outcome"] == "revealed"  # type: ignore[index]


def test_nothing_found_is_200_and_free(ann: Seller, jan: int) -> None:
    ann.hold(5)
    answer = ann.reveal("unknown-person", "phone")
    assert answer.status_code == 200
    assert answer.json["results"]["phone"] == {"outcome": "not_found", "values": [], "charged": 0, "left": 5}  # type: ignore[index]


def test_a_first_disclosure_owes_the_person_a_notice_and_the_second_does_not(
    ann: Seller, seller: Callable[[Caller], Seller], jan: int, owner: psycopg.Connection[Any]
) -> None:
    ann.hold(5)
    eve = seller(EVE)
    eve.hold(5)
    for asker in (ann, ann, eve):
        asker.reveal("jan", "phone")
    assert owner.execute("SELECT person_id, state FROM notices").fetchall() == [(jan, "owed")]


def test_while_notices_are_late_nothing_is_shown_and_nothing_charged(ann: Seller, jan: int, owner: psycopg.Connection[Any]) -> None:
    ann.hold(5)
    owner.execute("INSERT INTO switches (name, reason) VALUES (%s, 'test')", (NOTICES_LATE,))
    ann.kernel.switches.forget()
    answer = ann.reveal("jan")
    assert (answer.status_code, answer.json["code"]) == (503, "notices-late")  # type: ignore[index]
    assert ann.left() == 5
    assert owner.execute("SELECT count(*) FROM notices").fetchone() == (0,)


def test_an_objection_hides_the_person_even_where_they_were_paid_for(ann: Seller, jan: int, owner: psycopg.Connection[Any]) -> None:
    ann.hold(5)
    ann.reveal("jan")
    owner.execute("UPDATE people SET hidden_at = now()")
    assert ann.reveal("jan").json["results"]["phone"]["outcome"] == "not_found"  # type: ignore[index]


@pytest.mark.clause("14.2.14")
def test_every_day_of_the_year_is_a_working_day(ann: Seller, directory: Directory, clock: MovableClock) -> None:
    ann.hold(5)
    for number, days in enumerate((6, 60)):  # a Sunday, and the first of May
        directory.add(f"day-{number}", b2b_email=f"a{number}@b.example", phone=PHONE)
        clock.advance(timedelta(days=days - 7 * number))
        ann.change(synced_until=clock.now() + timedelta(days=1))
        assert ann.reveal(f"day-{number}").status_code == 200


def test_an_expired_detail_is_not_found(ann: Seller, jan: int, clock: MovableClock) -> None:
    ann.hold(5)
    clock.advance(timedelta(days=356))
    ann.change(synced_until=clock.now() + timedelta(days=1))
    assert ann.reveal("jan").json["results"]["phone"]["outcome"] == "not_found"  # type: ignore[index]


def test_a_reveal_is_one_redis_trip_one_read_and_one_call_and_a_first_disclosure_one_write_more(
    ann: Seller, jan: int, settings: Settings, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.hold(5)
    limited = create_app(settings.model_copy(update={"rate_limits": True}), clock)
    ann.client = limited.test_client()
    ann.reveal("nobody")  # the first request of a process reads the switches and opens its connections
    asked: list[str] = []
    execute, command = psycopg.Cursor.execute, redis.Redis.execute_command

    def count_statement(self: Any, statement: str, *given: Any, **options: Any) -> Any:
        asked.append("SELECT reveal()" if "reveal(" in statement else statement.split()[0])
        return execute(self, statement, *given, **options)

    def count_command(self: Any, name: str, *given: Any, **options: Any) -> Any:
        asked.append(name)
        return command(self, name, *given, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", count_statement)
    monkeypatch.setattr(redis.Redis, "execute_command", count_command)
    for _ in range(2):
        assert ann.reveal("jan").status_code == 200
    assert asked == ["EVALSHA", "SELECT", "INSERT", "SELECT reveal()", "EVALSHA", "SELECT", "SELECT reveal()"]
    limited.extensions["candor"].database.close()
