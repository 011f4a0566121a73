"""What no row tells is added up by day: once a minute, once for all workers, and on through a restart."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from backend.kernel import Kernel, figures
from backend.kernel.clock import MovableClock
from backend.kernel.due import tick
from backend.kernel.figure_names import GROUPS, find_quantile, group_of, name_figure
from backend.kernel.figures import Figures, read_figures
from backend.kernel.http import ENDPOINTS

MINUTE = timedelta(minutes=1)
Found = list[tuple[date, str, str, int]]


class Registry:
    """Counters that can be put where one likes, under a name that changes with a start."""

    def __init__(self) -> None:
        self.name, self.revealed = "first start", 0

    def counters(self) -> Iterator[tuple[str, dict[str, str], int]]:
        yield "candor_reveals_total", {"kind": "phone", "outcome": "revealed"}, self.revealed
        yield "candor_request_seconds_count", {"method": "GET", "route": "/healthz", "status": "200"}, 999


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setattr(figures, "name_registry", lambda: made.name)
    monkeypatch.setattr(figures, "read_counters", lambda: made.counters())
    return made


def add_up(kernel: Kernel) -> Found:
    assert tick(kernel.database.engine, [Figures()], kernel.clock.now()).failed == ()
    with kernel.database.begin() as connection:
        return read_figures(connection, date(2026, 3, 1), "reveals", "answers")


def test_what_the_counters_grew_by_is_added_to_the_paris_day(kernel: Kernel, clock: MovableClock, registry: Registry) -> None:
    registry.revealed = 3
    assert add_up(kernel) == [(date(2026, 3, 2), "reveals", "phone/revealed", 3)]
    registry.revealed = 5
    assert add_up(kernel)[0][3] == 3, "less than a minute passed"
    clock.advance(MINUTE)
    assert add_up(kernel)[0][3] == 5
    clock.set(clock.now().replace(hour=23, minute=30))  # past midnight in Paris
    registry.revealed = 6
    assert [(row[0].day, row[3]) for row in add_up(kernel)] == [(3, 1), (2, 5)]


def test_counters_that_begin_at_0_after_a_start_go_on_where_they_were(
    kernel: Kernel, clock: MovableClock, registry: Registry
) -> None:
    registry.revealed = 4
    add_up(kernel)
    # It counted further than before until it was read again: only the registry's name tells.
    registry.name, registry.revealed = "second start", 6
    clock.advance(MINUTE)
    assert add_up(kernel)[0][3] == 10
    registry.revealed = 1  # and where somebody removed files of a dead process
    clock.advance(MINUTE)
    assert add_up(kernel)[0][3] == 11


def test_two_workers_at_once_count_nothing_twice(kernel: Kernel, clock: MovableClock, registry: Registry) -> None:
    for n in range(1, 6):
        registry.revealed = n
        gate = threading.Barrier(2)

        def work(gate: threading.Barrier = gate) -> None:
            gate.wait(timeout=20)
            tick(kernel.database.engine, [Figures()], kernel.clock.now())

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=20)
        assert add_up(kernel)[0][3] == n
        clock.advance(MINUTE)


def test_processes_that_share_a_folder_have_one_registry_and_one_sum(tmp_path: Path) -> None:
    program = (
        "from backend.kernel.metrics import LIMITER_AWAY, name_registry, read_counters\n"
        "LIMITER_AWAY.inc(2)\n"
        "print(name_registry(), [v for name, _, v in read_counters() if name == 'candor_limiter_away_total'])"
    )
    said = [_run(program, tmp_path) for _ in range(2)]
    assert [words.split()[1] for words in said] == ["[2]", "[4]"]
    assert said[0].split()[0] == said[1].split()[0]
    for file in tmp_path.iterdir():  # as a start does
        file.unlink()
    again = _run(program, tmp_path)
    assert again.split()[1] == "[2]"
    assert again.split()[0] != said[0].split()[0]


def _run(program: str, folder: Path) -> str:
    around = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    done = subprocess.run([sys.executable, "-c", program], env=around, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_every_route_has_its_group() -> None:
    groups = {each.path: group_of(each.path) for each in ENDPOINTS.values()}
    assert {group for group in groups.values() if group} == set(GROUPS)
    assert groups["/v1/reveals"] == "reveals"
    assert groups["/ops/tasks"] == "operations"
    assert groups["/metrics"] is None


def test_names_of_figures_hold_no_route_and_no_method() -> None:
    labels = {"method": "POST", "route": "/v1/reveals", "status": "503"}
    assert name_figure("candor_request_seconds_count", labels) == ("answers", "reveals/503")
    assert name_figure("candor_request_seconds_bucket", {**labels, "le": "0.05"}) == ("times", "reveals/0.05")
    assert name_figure("candor_due_done_total", {}) is None


@pytest.mark.parametrize(
    ("buckets", "share", "seconds"),
    [
        ({0.1: 50, 0.2: 100, float("inf"): 100}, 0.5, 0.1),
        ({0.1: 50, 0.2: 100, float("inf"): 100}, 0.95, 0.19),
        ({0.1: 50, 0.2: 50, float("inf"): 100}, 0.95, 0.2),
        ({0.1: 0, float("inf"): 0}, 0.5, None),
        ({}, 0.5, None),
    ],
)
def test_a_quantile_lies_between_the_bounds_of_its_bucket(buckets: dict[float, int], share: float, seconds: float | None) -> None:
    assert find_quantile(buckets, share) == (None if seconds is None else pytest.approx(seconds))
