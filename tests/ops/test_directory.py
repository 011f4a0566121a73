"""The directory's page: papers, progress, counts and dates; never a value. Notices are written at once where somebody asks."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from backend.directory import count_facts, count_owed, list_imports, object_to_use
from backend.directory.files import Line
from backend.directory.importing import BATCH, import_lines
from backend.kernel import Kernel
from backend.kernel.clock import MovableClock
from tests.directory.conftest import JANE, PAPERS
from tests.lookup.conftest import Directory, directory  # noqa: F401
from tests.ops.conftest import Person


def shown(kernel: Kernel) -> Any:
    with kernel.database.begin() as connection:
        return list_imports(connection, kernel.clock.now())


def test_an_import_can_be_watched_while_it_runs(kernel: Kernel) -> None:
    seen = []

    def lines() -> Any:
        for n in range(BATCH + 2):
            if n == BATCH:
                seen.extend(shown(kernel))
            vanity = "https://www.linkedin.com/in/jane-doe-candor-sample/" if n else ""
            yield Line(n + 2, {**JANE, "linkedin_url": vanity})

    import_lines(kernel, lines(), PAPERS, lambda *_: None)
    assert [(each.state, each.rows, each.refused) for each in seen] == [("running", BATCH, 1)]
    [ended] = shown(kernel)
    assert (ended.state, ended.rows, ended.source) == ("ended", BATCH + 2, PAPERS["source"])


def test_an_import_that_took_no_batch_for_long_has_stopped(kernel: Kernel, clock: MovableClock) -> None:
    def break_off() -> Any:
        yield from [Line(n, JANE) for n in range(2, BATCH + 2)]
        raise OSError("the disk went away")

    with pytest.raises(OSError, match="disk"):
        import_lines(kernel, break_off(), PAPERS, lambda *_: None)
    assert shown(kernel)[0].state == "running"
    clock.advance(timedelta(minutes=11))
    assert (shown(kernel)[0].state, shown(kernel)[0].rows) == ("stopped", BATCH)


def test_freshness_and_expiry_are_counted_by_field_country_and_month(
    kernel: Kernel,
    clock: MovableClock,
    directory: Directory,  # noqa: F811
) -> None:
    now = clock.now()
    jan = directory.add("jan", country="NL", phone="+31 6 5550 0001", b2b_email="jan@company.example")
    directory.fact(jan, "phone", "+31 6 5550 0002", now - timedelta(days=200), verified_at=None)
    directory.add("luc", country="FR", phone="+33 6 39 98 00 01")
    directory.fact(jan, "phone", "+31 6 5550 0003", now - timedelta(days=400))  # expired
    with kernel.database.begin() as connection:
        found = count_facts(connection, now)
    assert found.share == 1
    assert found.cells == {("phone", "NL"): (2, 1), ("b2b_email", "NL"): (1, 1), ("phone", "FR"): (1, 1)}
    assert found.countries == ["NL", "FR"]
    assert found.expired == 1
    assert {f"{month:%Y-%m}": count for month, count in found.months.items()} == {"2026-08": 1, "2027-02": 3}


def test_notices_are_counted_by_the_time_they_are_due(kernel: Kernel, clock: MovableClock, owner: psycopg.Connection[Any]) -> None:
    now = clock.now()
    ages = (-timedelta(days=1), timedelta(minutes=5), timedelta(hours=3), timedelta(days=1), timedelta(days=2))
    for n, age in enumerate(ages):
        owner.execute(
            "INSERT INTO notices (person_id, through_fact_id, cause, owed_at, due_at) VALUES (%s, 1, 'month', %s, %s)",
            (n + 1, now - age, now - age),
        )
    with kernel.database.begin() as connection:
        assert count_owed(connection, now) == {"not yet": 1, "hour": 1, "day": 1, "late": 2}


def test_the_page_shows_papers_and_counts_and_no_value(
    kernel: Kernel,
    directory: Directory,  # noqa: F811
    operator: Callable[..., Person],
) -> None:
    directory.add("jan", phone="+31 6 5550 0001", b2b_email="jan@company.example")
    gone = directory.add("luc", country="FR", phone="+33 6 39 98 00 01")
    object_to_use(kernel, gone, kernel.clock.now())
    page = operator("vera", "viewer").get("/ops/directory").text
    assert all(word in page for word in ("Kamer register", "CC-0", "legitimate interest", "objected so far: 1.", "heat-4"))
    assert not any(value in page for value in ("+31", "+33", "@company", "jan", "luc"))
    assert "style=" not in page
    assert "Write the notices" not in page, "a viewer only reads"


def test_who_may_decide_writes_the_notices_that_are_due_with_a_reason(
    kernel: Kernel,
    owner: psycopg.Connection[Any],
    directory: Directory,  # noqa: F811
    operator: Callable[..., Person],
) -> None:
    person = directory.add("jan", b2b_email="jan@company.example")
    owner.execute("UPDATE people SET tell_by = %s WHERE person_id = %s", (kernel.clock.now() + timedelta(days=1), person))
    olga = operator("olga", "compliance")
    refused = olga.send("/ops/directory/notices", reason="  a")
    assert refused.status_code == 422
    assert 'value="  a"' in refused.text
    assert owner.execute("SELECT count(*) FROM notices").fetchone() == (0,)
    for _ in range(2):  # a second click does nothing more
        answer = olga.send("/ops/directory/notices", reason="before the maintenance")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/ops/directory?done=true")
        assert owner.execute("SELECT state FROM notices").fetchall() == [("posted",)]
    lines = owner.execute("SELECT subject, reason FROM ops_log WHERE action = 'due.run'").fetchall()
    assert set(lines) == {
        ("piece notice-within-a-month", "before the maintenance"), ("piece notices", "before the maintenance"),
    }  # fmt: skip


def test_a_heat_map_says_in_numbers_what_it_shades(
    directory: Directory,  # noqa: F811
    operator: Callable[..., Person],
    clock: MovableClock,
) -> None:
    jan = directory.add("jan", country="NL", phone="+31 6 5550 0001")
    directory.fact(jan, "phone", "+31 6 5550 0002", clock.now() - timedelta(days=200), verified_at=None)
    page = operator("vera", "viewer").get("/ops/directory").text
    assert re.search(r'<td class="heat-2">50 %<br><small>2</small>', page)
