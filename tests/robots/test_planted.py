"""Planted people: in the directory like any other, shown to nobody unasked, and whoever reveals one is held."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.directory import sample_people
from backend.directory.due import MonthOver, Notices
from backend.kernel import Kernel
from tests.accounts.conftest import read_letters
from tests.conftest import Ops
from tests.robots.production import Worker

WHO = "bo-nobody-candor-sample"
RECORD = (
    f"https://www.linkedin.com/in/{WHO}/",
    *("--name", "Bo Nobody", "--email", "bo@molen.example", "--phone", "+31 97010200999", "--country", "NL"),
    *("--company", "Molen", "--title", "Buyer", "--source", "Kamer register"),
)


@pytest.fixture
def planted(rob: Worker, ops: Ops, owner: psycopg.Connection[Any]) -> int:
    """Bo, who does not exist, among those who do."""
    rob.somebody()  # with whom the source comes
    done = ops("plant-person", *RECORD, reason="Looks for lists that walk the directory.")
    assert done.exit_code == 0, done.output
    return int(owner.execute("SELECT person_id FROM people WHERE planted IS NOT NULL").fetchone()[0])  # type: ignore[index]


def test_nobody_is_shown_a_planted_person_unasked_and_whoever_reveals_one_is_held(
    rob: Worker, hire: Any, kernel: Kernel, planted: int, owner: psycopg.Connection[Any]
) -> None:
    # Notices: neither the month after collection nor a disclosure writes to the address.
    for _ in range(2):
        with kernel.database.begin() as connection:
            MonthOver().run(connection, kernel.clock.now() + timedelta(days=60))
            Notices(kernel).run(connection, kernel.clock.now() + timedelta(days=60))
    # Lists: the sample, the export of another account, all that is said of somebody else.
    assert all("nobody" not in person.profile for person in sample_people(kernel, 2000))
    other = rob.somebody()
    assert "Bo" not in str(rob.look_up(other)) + rob.reveal(other).text
    assert rob.steps(owner) == []

    looked = rob.look_up(WHO)
    assert (looked["found"], looked["kinds"]["phone"]["state"]) == (True, "available")
    assert rob.cases(owner) == []
    answer = rob.reveal(WHO)
    assert answer.json["results"]["phone"]["outcome"] == "revealed"  # type: ignore[index]
    assert rob.cases(owner) == ["planted"]
    case = owner.execute("SELECT account_id, opened_at FROM cases").fetchall()
    assert case == [(rob.account_id, kernel.clock.now())]
    assert rob.steps(owner) == ["hold"]
    assert rob.reveal().json["code"] == "robot-suspected"  # type: ignore[index]
    with kernel.database.begin() as connection:
        Notices(kernel).run(connection, kernel.clock.now() + timedelta(days=1))
    assert owner.execute("SELECT count(*) FROM notices WHERE person_id = %s", (planted,)).fetchone() == (0,)
    assert [letter for letter in read_letters(kernel) if letter.to == "bo@molen.example"] == []
    eve = hire("eve")
    assert eve.reveal().status_code == 200
    assert eve.steps(owner) == []


def test_the_user_is_told_without_being_told_who_was_planted(rob: Worker, planted: int) -> None:
    rob.reveal(WHO)
    told = rob.call("GET", "/v1/messages").text + rob.call("GET", "/v1/fair-use").text + rob.call("GET", "/v1/me/export").text
    assert "hardly anybody comes to by hand" in told
    assert "planted person" not in rob.call("GET", "/v1/messages").text
    assert "Looks for lists" not in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"https://www.linkedin.com/in/bo-nobody-candor-sample/": "https://www.linkedin.com/in/1-1-candor-sample/"}, "already"),
        ({"Kamer register": "Nobody knows"}, "no source"),
        ({"+31 97010200999": "12"}, "mobile_phone"),
    ],
)
def test_a_real_person_is_never_planted_and_a_wrong_record_is_refused(
    rob: Worker, ops: Ops, owner: psycopg.Connection[Any], change: dict[str, str], said: str
) -> None:
    assert rob.somebody() == "1-1-candor-sample"
    done = ops("plant-person", *(change.get(word, word) for word in RECORD))
    assert done.exit_code != 0
    assert said in done.output
    assert owner.execute("SELECT count(*) FROM people WHERE planted IS NOT NULL").fetchone() == (0,)


def test_ops_read_why_and_it_is_sealed(planted: int, ops: Ops, owner: psycopg.Connection[Any]) -> None:
    assert f"{planted}  Looks for lists that walk the directory." in ops("planted").output
    assert b"Looks for" not in bytes(owner.execute("SELECT planted FROM people WHERE planted IS NOT NULL").fetchone()[0])  # type: ignore[index]
