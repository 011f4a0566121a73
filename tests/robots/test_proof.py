"""The proof of a page view: bound to account, person and time; used as evidence, and a forged one holds at once."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.robots.views import LIFETIME, judge_view, make_view
from tests.conftest import START
from tests.robots.production import EXTENSION, Worker

SECRET, OTHER = "j" * 40, "k" * 40
ONE, TWO = "vanity:jan", "vanity:pim"


@pytest.mark.parametrize(
    ("account", "person", "after", "said"),
    [
        (1, ONE, timedelta(0), "yes"),
        (1, ONE, LIFETIME, "yes"),
        (1, ONE, LIFETIME + timedelta(seconds=2), "no"),
        (1, ONE, -timedelta(hours=1), "no"),
        (1, TWO, timedelta(0), "forged"),
        (2, ONE, timedelta(0), "no"),
    ],
)
def test_a_view_proves_one_persons_page_to_one_account_for_half_a_day(
    account: int, person: str, after: timedelta, said: str
) -> None:
    token = make_view(SECRET, 1, ONE, START)
    assert judge_view(SECRET, account, person, token, START + after) == said


@pytest.mark.parametrize("token", [None, "", "abc", "not base64 at all", "é" * 40, "A" * 39, "A" * 400])
def test_what_is_not_of_our_making_proves_nothing(token: str | None) -> None:
    assert judge_view(SECRET, 1, ONE, token, START) == "no"


def test_after_a_change_of_the_secret_an_old_view_is_no_forgery() -> None:
    assert judge_view(SECRET, 1, ONE, make_view(OTHER, 1, ONE, START), START) == "no"


def test_an_altered_view_is_a_forgery() -> None:
    token = make_view(SECRET, 1, ONE, START)
    for place in (12, 20, 38):
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert judge_view(SECRET, 1, ONE, altered, START) == "forged"


def proofs(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the score is told of each call's proof, from here on."""
    from backend.lookup import callers

    told: list[Any] = []
    arguments_of = callers.arguments_of

    def listen(action: Any) -> Any:
        told.append((action.action, action.proof, action.dwell_ms))
        return arguments_of(action)

    monkeypatch.setattr(callers, "arguments_of", listen)
    return told


def test_the_extension_proves_a_view_and_whoever_claims_to_be_it_without_one_does_not(
    rob: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = proofs(rob, monkeypatch)
    jan = rob.somebody()
    view = rob.look_up(jan, **EXTENSION)["view"]
    client = {"proof": view, "dwell_ms": 4200, "trusted": True}
    rob.reveal(jan, client=client, **EXTENSION)
    rob.reveal(jan, client={**client, "trusted": False}, **EXTENSION)
    rob.reveal(jan, client={"dwell_ms": 10}, **EXTENSION)
    rob.reveal(jan, **EXTENSION)
    rob.reveal(jan)
    rob.reveal(jan, after=13 * 3600, client=client, **EXTENSION)
    assert told == [
        ("lookup", None, None),
        ("reveal", "yes", 4200),
        ("reveal", "no", 4200),
        ("reveal", "no", 10),
        ("reveal", "no", None),
        ("reveal", None, None),
        ("reveal", "no", 4200),
    ]


def test_a_person_named_by_id_needs_no_view(rob: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    told = proofs(rob, monkeypatch)
    looked = rob.look_up(rob.somebody())
    body = {"person_id": looked["person_id"], "kinds": ["phone"], "client": {"proof": looked["view"]}}
    assert rob.call("POST", "/v1/reveals", body).status_code == 200
    assert told[-1][:2] == ("reveal", None)


def test_one_persons_view_brought_for_another_holds_at_once(rob: Worker, owner: psycopg.Connection[Any]) -> None:
    view = rob.look_up(rob.somebody())["view"]
    answer = rob.reveal(client={"proof": view, "dwell_ms": 4000, "trusted": True}, **EXTENSION)
    assert (answer.status_code, answer.json["code"]) == (429, "robot-suspected")  # type: ignore[index]
    assert rob.steps(owner) == ["hold"]
    assert rob.cases(owner) == ["robots"]
    because = rob.call("GET", "/v1/fair-use").json["asked_because"]  # type: ignore[index]
    assert because[0] == "The extension’s proof that you had opened a page was altered, or used for somebody else."
    assert owner.execute("SELECT count(*) FROM reveals").fetchone() == (0,)


def test_another_accounts_view_holds_nobody(rob: Worker, hire: Any, owner: psycopg.Connection[Any]) -> None:
    eve = hire("eve")
    jan = rob.somebody()
    view = rob.look_up(jan)["view"]
    assert eve.reveal(jan, client={"proof": view}, **EXTENSION).status_code == 200
    assert eve.steps(owner) == []


def test_a_wrong_body_is_said_by_the_view_and_costs_the_limit_all_the_same(rob: Worker) -> None:
    for body in ({"kinds": ["phone"]}, {"profile": "jan", "kinds": ["fax"]}):
        answer = rob.call("POST", "/v1/reveals", body)
        assert (answer.status_code, answer.json["code"]) == (422, "invalid-body")  # type: ignore[index]
        assert answer.headers["RateLimit"].startswith('"reveals";r=59;')


@pytest.mark.parametrize("path", ["/v1/lookups", "/v1/reveals"])
def test_a_browser_may_ask_beforehand(rob: Worker, path: str) -> None:
    origin = {"Origin": "chrome-extension://goondakfhdhecgffdhpjmmjpjgainaob", "Access-Control-Request-Method": "POST"}
    answer = rob.app.test_client().options(path, headers=origin)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
