"""Candor killed piece by piece under load: what was acknowledged stays, nothing is paid twice, nobody is shown untold.

The long run is `bench.crash`; here it is short, and its judge is judged.
"""

from collections import Counter
from pathlib import Path

import pytest

from bench.crash import A_MINUTE, CANDOR, run_and_kill
from bench.crash_clients import fault_of
from bench.crash_judge import Acknowledged, Book, Paid, Told, Verdict, judge
from tests.up.copies import PATIENCE, Copy, until

PAID = Paid(7, 40, "phone")
DIGEST, LATER = b"a value", b"a value that came later"


def test_what_is_killed_under_load_comes_back_and_keeps_its_word(folder: Path, tmp_path: Path) -> None:
    copy = Copy(folder, program=CANDOR)
    try:
        run = run_and_kill(copy.up(), seconds=10, pairs=4, record=tmp_path / "told.jsonl")
        verdict = run.judge()
        assert not verdict, verdict
        assert not run.faults, run.faults
        assert all(run.kills[what] >= 1 for what in A_MINUTE), run.kills
        assert run.said.told, "nothing was acknowledged"
        assert run.said.grants, "nothing was granted"
        assert run.looks, "nobody looked at the notices"
        until(copy.is_whole, copy.said)

        # The same reading of the same database finds what is taken out of it.
        paid = run.said.told[0].paid
        copy.sql(f"DELETE FROM notices WHERE person_id = {paid.person_id}")
        assert str(paid) in run.judge().without_notice[0]
        copy.sql(f"DELETE FROM reveals WHERE workspace_id = {paid.workspace_id} AND person_id = {paid.person_id}")
        found = run.judge()
        assert str(paid) in found.lost[0]
        assert any("every reveal entry has its reveal" in finding for finding in found.unsound)
        run.kernel.database.close()
        copy.stop()
        assert copy.process.returncode == 0, copy.said()
    finally:
        copy.process.kill()
        copy.process.wait(PATIENCE)


@pytest.fixture
def said() -> Acknowledged:
    """Account 14 paid for a detail, its teammate 15 was shown it too."""
    told = [Told(PAID, 14, 1, (DIGEST,)), Told(PAID, 15, 0, (DIGEST,))]
    return Acknowledged(told, grants={"crash-1": 5}, imports=[DIGEST])


@pytest.fixture
def book() -> Book:
    """Where all of it is so."""
    return Book(
        reveals={PAID: 14},
        charges=Counter({(PAID, 14): 1}),
        grants=Counter({"crash-1": 5}),
        facts={(40, "phone", DIGEST): 3, (40, "phone", LATER): 9},
        told_through={40: 3},
    )


def test_the_judge_finds_nothing_where_all_is_well(said: Acknowledged, book: Book) -> None:
    assert not judge(said, book)


def test_the_judge_names_a_charge_that_is_gone(said: Acknowledged, book: Book) -> None:
    book.reveals, book.charges = {}, Counter()
    verdict = judge(said, book)
    assert len(verdict.lost) == 2, "both were shown what nobody has paid for"
    assert str(PAID) in verdict.lost[0]
    assert verdict == Verdict(lost=verdict.lost), "and nothing else"


def test_the_judge_names_a_charge_that_another_paid_again(said: Acknowledged, book: Book) -> None:
    book.reveals, book.charges = {PAID: 15}, Counter({(PAID, 15): 1})
    assert str(PAID) in judge(said, book).lost[0]


def test_the_judge_names_a_grant_and_an_import_that_are_gone(said: Acknowledged, book: Book) -> None:
    book.grants.clear()
    assert "crash-1" in judge(said, book).lost[0]
    book.grants["crash-1"] = 10
    assert "crash-1" in judge(said, book).lost[0], "granted twice"
    book.facts, said.told = {}, []
    assert "import" in judge(said, book).lost[1]


@pytest.mark.parametrize("by", [14, 15])
def test_the_judge_names_a_second_charge_in_the_book(said: Acknowledged, book: Book, by: int) -> None:
    book.charges[PAID, by] += 1
    assert judge(said, book).charged_twice == [f"{PAID}: 2 entries"]


def test_the_judge_names_two_who_were_told_that_they_paid(said: Acknowledged, book: Book) -> None:
    said.told.append(Told(PAID, 14, 1, (DIGEST,)))
    assert judge(said, book).charged_twice == [f"{PAID}: accounts [14, 14] were told so"]


def test_the_judge_names_a_value_without_a_notice(said: Acknowledged, book: Book) -> None:
    book.told_through = {}
    assert str(PAID) in judge(said, book).without_notice[0]


def test_the_judge_names_a_value_newer_than_the_notice(said: Acknowledged, book: Book) -> None:
    said.told.append(Told(PAID, 15, 0, (DIGEST, LATER)))
    assert len(judge(said, book).without_notice) == 1
    book.told_through = {40: 9}
    assert not judge(said, book)


def test_the_judge_names_what_was_paid_for_and_shown_to_nobody(said: Acknowledged, book: Book) -> None:
    other = Paid(7, 41, "phone")
    book.reveals[other], book.charges[other, 15] = 15, 1
    assert judge(said, book).unsound == [f"{other} was paid for and never shown"]


PROBLEM = {"content-type": "application/problem+json", "retry-after": "5"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (503, PROBLEM, b'{"code": "unavailable", "status": 503}', None),
        (503, {"content-type": PROBLEM["content-type"]}, b'{"code": "unavailable", "status": 503}', "503 without Retry-After"),
        (500, PROBLEM, b'{"code": "internal", "status": 500}', "500 internal"),
        (500, {"content-type": "text/html"}, b"Traceback (most recent call last)", "500 that is no problem document"),
        (503, PROBLEM, b"upstream", "503 that is no JSON"),
    ],
)
def test_only_one_form_of_being_away_is_accepted(status: int, headers: dict[str, str], body: bytes, fault: str | None) -> None:
    assert fault_of(status, headers, body) == fault
