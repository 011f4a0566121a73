"""The register of breaches: warned before each clock ends, closed only with the risk assessed, every one listed."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.ops import read_tasks
from tests.conftest import due_pieces
from tests.ops.conftest import Person

Owner = psycopg.Connection[Any]
Operators = Callable[..., Person]
GIVEN = {
    "aware_at": "2026-03-02T09:00",
    "linkedin": "yes",
    "what": "A backup was open for an hour.",
    "reason": "seen in a log",
}
AWARE = datetime.fromisoformat("2026-03-02T09:00:00+01:00")


@pytest.fixture(autouse=True)
def count_from_one(owner: Owner) -> None:
    """The first is 1, whatever was taken back before."""
    owner.execute("ALTER SEQUENCE data_breaches_breach_no_seq RESTART")


@pytest.fixture
def alarms(kernel: Kernel, clock: MovableClock) -> Callable[[timedelta], list[str]]:
    """What those who run Candor are warned of, so long after somebody was aware."""

    def look(after: timedelta) -> list[str]:
        clock.set(AWARE + after)
        tick(kernel.database.engine, due_pieces(kernel), clock.now())
        with kernel.database.begin() as connection:
            return [task.code for task in read_tasks(connection) if task.code in ("breach-linkedin", "breach-cnil")]

    return look


@pytest.mark.clause("R44")
def test_both_clocks_warn_before_they_end(operator: Operators, alarms: Callable[[timedelta], list[str]], app: Any) -> None:
    assert operator().send("/ops/breaches", **GIVEN).status_code == 303
    hours = [(1, []), (19, []), (20, ["breach-linkedin"]), (59, ["breach-linkedin"]), (60, ["breach-linkedin", "breach-cnil"])]
    for after, warned in hours:
        assert alarms(timedelta(hours=after)) == warned, after
    assert 'candor_breach_seconds_left{clock="cnil"} 43200.0' in app.test_client().get("/metrics").text


def test_who_was_told_is_not_warned_of_and_without_linkedins_content_there_is_one_clock(
    operator: Operators, alarms: Callable[[timedelta], list[str]]
) -> None:
    olga = operator()
    olga.send("/ops/breaches", **GIVEN)
    olga.send("/ops/breaches", **{**GIVEN, "linkedin": "no"})
    for number, whom in ((1, "linkedin"), (1, "cnil"), (2, "people")):
        assert olga.send(f"/ops/breaches/{number}/told", whom=whom, reason="by mail").status_code == 303
    assert alarms(timedelta(hours=71)) == ["breach-cnil"]


@pytest.mark.clause("R44")
def test_it_is_not_closed_without_an_assessment_of_the_risk(operator: Operators, owner: Owner) -> None:
    olga = operator()
    olga.send("/ops/breaches", **GIVEN)
    assert olga.send("/ops/breaches/1/close", reason="all done").status_code == 422
    assert olga.send("/ops/breaches/1/assess", risk="high", assessment="", reason="looked at").status_code == 422
    assert olga.send("/ops/breaches/1/close", reason="all done").status_code == 422
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE data_breaches SET closed_at = now()")
    assert olga.send("/ops/breaches/1/assess", risk="risk", assessment="200 emails.", reason="looked at").status_code == 303
    assert olga.send("/ops/breaches/1/close", reason="all done").status_code == 303
    assert olga.send("/ops/breaches/1/assess", risk="none", assessment="It was nothing.", reason="looked at").status_code == 422


@pytest.mark.clause("R44")
def test_every_breach_is_listed_on_the_page_and_in_the_table(operator: Operators, owner: Owner) -> None:
    olga = operator()
    for number in range(1, 4):
        olga.send("/ops/breaches", **{**GIVEN, "what": f"=Breach of the number {number}"})
    olga.send("/ops/breaches/2/assess", risk="none", assessment="Nobody saw it.", reason="looked at")
    olga.send("/ops/breaches/2/close", reason="all done")
    page, answer = olga.get("/ops/breaches").text, olga.get("/ops/breaches.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.mimetype == "text/csv"
    assert [row["breach_no"] for row in rows] == ["3", "2", "1"]
    assert (rows[1]["risk"], rows[1]["assessment"], rows[0]["cnil_by"]) == ("none", "Nobody saw it.", "2026-03-05T08:00:00+00:00")
    assert all(row["what"].startswith("'=") for row in rows)
    assert all(f"Breach of the number {number}" in page for number in range(1, 4))
    assert "Breach of" not in str(owner.execute("SELECT * FROM data_breaches").fetchall())


def test_the_application_cannot_remove_a_breach(operator: Operators, kernel: Kernel) -> None:
    import sqlalchemy as sa

    operator().send("/ops/breaches", **GIVEN)
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), kernel.database.begin() as connection:
        connection.execute(sa.text("DELETE FROM data_breaches"))


def test_nobody_is_aware_ahead_of_time(operator: Operators) -> None:
    olga = operator()
    for name, wrong in (("aware_at", "2026-03-02T10:01"), ("aware_at", ""), ("what", " "), ("reason", "")):
        assert olga.send("/ops/breaches", **{**GIVEN, name: wrong}).status_code == 422, name
