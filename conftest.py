"""Which rows of the terms carry a passing test: kept from each run for `candor clauses`."""

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


def _marked(item: pytest.Item) -> list[str]:
    return [str(name) for mark in item.iter_markers("clause") for name in mark.args]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a mark that names no row of the terms, or too many of them."""
    rows = _rows()
    for item in items:
        marked = _marked(item)
        if unknown := set(marked) - rows:
            raise pytest.UsageError(f"{item.nodeid}: docs/terms/clauses.csv has no row {', '.join(sorted(unknown))}")
        if len(marked) > MOST_A_TEST:
            raise pytest.UsageError(f"{item.nodeid}: proves {len(marked)} rows; {MOST_A_TEST} are the most a test can show")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Remember, for every marked test that ran, whether it passed as a whole."""
    report = yield
    if marked := _marked(item):
        results = item.config.stash.setdefault(_RESULTS, {})
        passed, _ = results.get(item.nodeid, (True, marked))
        results[item.nodeid] = (passed and report.passed, marked)
    return report


_RESULTS: pytest.StashKey[dict[str, tuple[bool, list[str]]]] = pytest.StashKey()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Add this run's results to those of earlier runs; a test that is gone from its file goes from the list."""
    cache = session.config.cache
    if cache is None:
        return
    known: dict[str, tuple[bool, list[str]]] = cache.get(CACHE_KEY, {})
    ran = session.config.stash.get(_RESULTS, {})
    files = {nodeid.split("::")[0] for nodeid in ran}
    collected = {item.nodeid for item in session.items}
    kept = {test: seen for test, seen in known.items() if test.split("::")[0] not in files or test in collected}
    cache.set(CACHE_KEY, {**kept, **ran})
