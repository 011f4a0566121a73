"""A source at the desk: what it gave, and taking that back by visibility; only what matches goes, and its count is logged."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.directory import withdrawing
from backend.kernel.clock import MovableClock
from tests.lookup.conftest import Directory, directory  # noqa: F401
from tests.ops.conftest import Person

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
    given = {"visibility": "", "way": "withdrawn", "reason": WHY, "phrase": f"take back source {number}", **changed}
    return who.send(source, **given)


@pytest.mark.parametrize("way", withdrawing.WAYS)
def test_only_what_matches_is_taken_back_and_the_log_keeps_the_count(
    way: str, source: str, operator: Callable[..., Person], owner: psycopg.Connection[Any]
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
    [line] = owner.execute("SELECT by, action, subject, reason FROM ops_log WHERE action LIKE 'source.%'").fetchall()
    assert line == ("olga", f"source.{way}", f"source {source.rpartition('/')[2]}, {taken[1]}: {taken[4]} details", WHY)
    assert f"{taken[4]} details were taken back." in olga.get(answer.headers["Location"]).text


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
