"""Fair use as its user reads it: the meter, before anything follows."""

from typing import Any

import psycopg
import pytest

from tests.robots.production import Worker


def use(worker: Worker) -> dict[str, Any]:
    return dict(worker.call("GET", "/v1/fair-use").json or {})


def test_a_plan_without_unlimited_credits_has_no_meter(rob: Worker) -> None:
    rob.change(unlimited_kind=None)
    shown = use(rob)
    assert (shown["kind"], shown["left"], shown["near"], shown["state"]) == (None, None, False, "free")


@pytest.mark.clause("9.16")
def test_at_four_fifths_it_says_so_and_nothing_is_blocked(rob: Worker, owner: psycopg.Connection[Any]) -> None:
    assert rob.reveal().status_code == 200
    shown = use(rob)
    assert (shown["kind"], shown["left"], shown["of"], shown["near"]) == ("phone", 9999, 10000, False)
    assert shown["resets_at"] == "2026-04-01T00:00:00+02:00"
    for left, near in ((2001, False), (2000, True)):
        owner.execute("UPDATE lots SET remaining = %s WHERE source = 'unlimited'", (left,))
        assert (use(rob)["left"], use(rob)["near"]) == (left, near)
    answer = rob.reveal().json["results"]["phone"]  # type: ignore[index]
    assert (answer["outcome"], answer["charged"], answer["left"]) == ("revealed", 1, 1999)


@pytest.mark.clause("9.16")
def test_watching_alone_blocks_and_charges_nothing_and_is_not_said(rob: Worker, owner: psycopg.Connection[Any]) -> None:
    while not rob.steps(owner):
        assert rob.reveal().status_code == 200
    assert rob.steps(owner) == ["watch"]
    answer = rob.reveal()
    assert answer.status_code == 200
    assert answer.json["results"]["phone"]["charged"] == 1  # type: ignore[index]
    assert (use(rob)["state"], use(rob)["asked_because"]) == ("free", None)


def test_an_asked_account_reads_why(rob: Worker) -> None:
    rob.go_on_until("human-check-required")
    shown = use(rob)
    assert shown["state"] == "asked"
    assert "The time between two people hardly varied." in shown["asked_because"]


@pytest.mark.parametrize("text", ["", "   "])
def test_an_appeal_says_something(rob: Worker, text: str) -> None:
    assert rob.call("POST", "/v1/robots/appeal", {"text": text}).status_code == 422


@pytest.mark.clause("11.1.7")
def test_more_than_the_limit_at_once_is_429(rob: Worker) -> None:
    people = [rob.somebody() for _ in range(70)]
    rob.store.scan_iter = lambda *_: iter(())  # type: ignore[method-assign]  # nobody empties the buckets
    answers = [rob.reveal(person, after=600) for person in people]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 5 <= len(refused) <= 10
    for answer in refused:
        assert answer.json["code"] == "rate-limited"  # type: ignore[index]
        assert int(answer.headers["Retry-After"]) >= 1
    looked = [rob.call("POST", "/v1/lookups", {"profile": "nobody-at-all"}).status_code for _ in range(140)]
    assert looked.count(429) > 0
