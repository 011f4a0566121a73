"""A source at the desk: what it gave, and taking that back by visibility; only what matches goes, and its count is logged."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.directory import withdrawing
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from tests.conftest import Ops, due_pieces
from tests.directory.test_notices import letters
from tests.lookup.conftest import Directory, directory  # noqa: F401
from tests.ops.conftest import Person
from tests.workspaces.conftest import Person as Salesperson
from tests.workspaces.conftest import person  # noqa: F401

WHY = "The supplier had no right to them."


def states(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT source_id, visibility, state, closed_reason, count(*) FROM facts GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    ).fetchall()


@pytest.fixture
def source(owner: psycopg.Connection[Any], directory: Directory) -> str:  # noqa: F811
    """Two people of one source, one of whose details is of another visibility, and of another source."""
    jan = directory.add("jan", phone="+31 6 5550 0001", b2b_email="jan@company.example")
    directory.add("mia", phone="+31 6 5550 0002")
    owner.execute("UPDATE facts SET visibility = 'company_site' WHERE person_id = %s AND field = 'b2b_email'", (jan,))
    found = owner.execute("SELECT min(source_id) FROM facts").fetchone()
    assert found is not None
    return f"/ops/directory/sources/{found[0]}"


def send(who: Person, source: str, **changed: str) -> Any:
    number = source.rpartition("/")[2]
    given = {"visibility": "", "way": "removed", "reason": WHY, "phrase": f"take back source {number}", **changed}
    return who.send(source, **given)


@pytest.mark.parametrize("way", withdrawing.WAYS)
def test_only_what_matches_is_taken_back_and_the_log_keeps_the_count(
    way: str, source: str, operator: Callable[..., Person], owner: psycopg.Connection[Any], clock: MovableClock
) -> None:
    olga = operator("olga", "compliance")
    [(_, one, *_), (_, other, *_)] = states(owner)
    before, taken = states(owner), next(row for row in states(owner) if row[1] != "company_site")
    page = olga.get(source).text
    assert all(f"<code>{visibility}</code>" in page for visibility in (one, other))
    assert not any(value in page for value in ("+31", "jan", "mia"))
    answer = send(olga, source, visibility=taken[1], way=way)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{source}?done={taken[4]}&left=0")
    changed = ("inform_only", None) if way == "inform_only" else ("live", "withdrawn")
    expected = sorted([(*row[:2], *changed, row[4]) if row == taken else row for row in before], key=str)
    assert sorted(states(owner), key=str) == expected
    ends = owner.execute("SELECT DISTINCT purge_at FROM facts WHERE purge_at IS NOT NULL").fetchall()
    assert ends == [(clock.now() if way == "removed" else datetime(2026, 6, 2, 9, tzinfo=UTC),)]
    [line] = owner.execute("SELECT by, action, subject, reason FROM ops_log WHERE action LIKE 'source.%'").fetchall()
    assert line == ("olga", f"source.{way}", f"source {source.rpartition('/')[2]}, {taken[1]}: {taken[4]} details", WHY)
    assert f"{taken[4]} details were taken back." in olga.get(answer.headers["Location"]).text


@pytest.mark.clause("R48")
def test_at_the_terminal_too_only_what_matches_goes(
    source: str, ops: Ops, owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawing, "AT_ONCE", 1)
    [(name,)] = owner.execute("SELECT name FROM sources WHERE source_id = %s", (source.rpartition("/")[2],)).fetchall()
    assert ops("purge", "--source", "Nobody", "--visibility", "everyone").exit_code == 1
    assert "2 details were taken back." in ops("purge", "--source", name, "--visibility", "everyone").output
    assert {(row[1], row[3]) for row in states(owner)} == {("everyone", "withdrawn"), ("company_site", None)}
    assert owner.execute("SELECT count(*) FROM ops_log WHERE action = 'source.removed'").fetchone() == (2,)


@pytest.mark.clause("R48")
@pytest.mark.parametrize("way", withdrawing.WAYS)
def test_what_was_taken_back_costs_nothing_and_goes_when_its_time_is_over(
    way: str,
    source: str,
    directory: Directory,  # noqa: F811
    operator: Callable[..., Person],
    owner: psycopg.Connection[Any],
    kernel: Kernel,
    clock: MovableClock,
    person: Callable[..., Salesperson],  # noqa: F811
) -> None:
    def tick_at(at: datetime) -> None:
        clock.set(at)
        tick(kernel.database.engine, due_pieces(kernel), at)

    directory.add("zoe", b2b_email="zoe@company.example", phone="+31 6 5550 0003")
    owner.execute("UPDATE people SET tell_by = %s", (clock.now() + timedelta(days=20),))
    ada, taken = person("ada"), next(row for row in states(owner) if row[1] != "company_site")
    left = ada.left("phone")
    assert send(operator("olga", "compliance"), source, visibility=taken[1], way=way).status_code == 303
    assert (ada.outcome("zoe"), ada.left("phone")) == ("not_found", left)
    others = [row for row in states(owner) if row[1] == "company_site"]
    if way == "inform_only":
        tick_at(datetime(2026, 6, 2, 8, 59, 59, tzinfo=UTC))
        assert "zoe@company.example" in [letter.to for letter in letters(kernel)]
        assert next(row for row in states(owner) if row[1] == taken[1])[4] == taken[4]
    tick_at(datetime(2026, 6, 2, 9, tzinfo=UTC))
    assert states(owner) == others


def test_what_is_not_meant_is_not_done(source: str, operator: Callable[..., Person], owner: psycopg.Connection[Any]) -> None:
    olga, before = operator("olga", "compliance"), states(owner)
    for wrong in ({"reason": " "}, {"phrase": "yes"}, {"way": "burn"}, {"visibility": "nobody"}):
        assert send(olga, source, **{"visibility": before[0][1], **wrong}).status_code == 422, wrong
    assert states(owner) == before
    assert owner.execute("SELECT count(*) FROM ops_log WHERE action LIKE 'source.%'").fetchone() == (0,)
    assert olga.get("/ops/directory/sources/999").status_code == 404
    sue = operator("sue", "support")
    assert sue.get(source).status_code == 403
    assert "/ops/directory/sources/" not in sue.get("/ops/directory").text
    assert f'<a href="{source}">' in olga.get("/ops/directory").text


def test_many_are_taken_back_some_at_a_time_and_planted_people_keep_theirs(
    source: str,
    operator: Callable[..., Person],
    owner: psycopg.Connection[Any],
    directory: Directory,  # noqa: F811
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(withdrawing, "AT_ONCE", 1)
    planted = directory.add("zoe", phone="+31 6 5550 0009")
    owner.execute("UPDATE people SET planted = 'x' WHERE person_id = %s", (planted,))
    olga = operator("olga", "compliance")
    visibility = next(row[1] for row in states(owner) if row[1] != "company_site")
    assert send(olga, source, visibility=visibility).headers["Location"].endswith("?done=1&left=1")
    assert send(olga, source, visibility=visibility).headers["Location"].endswith("?done=1&left=0")
    assert owner.execute("SELECT closed_at FROM facts WHERE person_id = %s", (planted,)).fetchall() == [(None,)]
