"""Which rows of the terms carry a passing test: kept from each run for `candor clauses`, whichever process ran them."""

import csv
from pathlib import Path

import pytest

pytest_plugins = ["e2e.candor_browser"]

CLAUSES = Path(__file__).parent / "docs" / "terms" / "clauses.csv"
CACHE_KEY = "candor/clauses"
MOST_A_TEST = 4


def _rows() -> set[str]:
    with CLAUSES.open(newline="", encoding="utf-8") as file:
        return {row["id"] for row in csv.DictReader(file)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark that names no row of the terms, or too many of them; each report carries its test's rows."""
    rows = _rows()
    for item in items:
        marked = [str(name) for mark in item.iter_markers("clause") for name in mark.args]
        if unknown := set(marked) - rows:
            raise pytest.UsageError(f"{item.nodeid}: docs/terms/clauses.csv has no row {', '.join(sorted(unknown))}")
        if len(marked) > MOST_A_TEST:
            raise pytest.UsageError(f"{item.nodeid}: proves {len(marked)} rows; {MOST_A_TEST} are the most a test can show")
        item.user_properties += [("clause", name) for name in marked]


class Proofs:
    """What became of the marked tests of this run."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._collected: set[str] = set()
        self._ran: dict[str, tuple[bool, list[str]]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passed when its set-up, its call and its end did."""
        marked = [str(value) for name, value in report.user_properties if name == "clause"]
        passed, _ = self._ran.get(report.nodeid, (True, marked))
        self._ran[report.nodeid] = (passed and report.passed, marked)

    def pytest_sessionfinish(self) -> None:
        """Add this run's results to those of earlier runs; a test that is gone from its file goes from the list."""
        cache = self._config.cache
        if cache is None:
            return
        known: dict[str, tuple[bool, list[str]]] = cache.get(CACHE_KEY, {})
        files = {test.split("::")[0] for test in self._ran}
        kept = {test: seen for test, seen in known.items() if test.split("::")[0] not in files or test in self._collected}
        cache.set(CACHE_KEY, {test: seen for test, seen in {**kept, **self._ran}.items() if seen[1]})


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # with several processes, in the one that hears of all
        config.pluginmanager.register(Proofs(config))
