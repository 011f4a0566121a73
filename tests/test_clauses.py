"""`candor clauses`: what it says of the terms, and that a row once proven keeps its test."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner

from backend import clauses
from backend.clauses import COVERAGE, clauses_command, describe_coverage

TESTS = Path(__file__).parent
PROVEN = re.compile(r"^\| (\S+) \| proven \|", re.M)


def marked_rows() -> Iterator[str]:
    """Every row that a test of the checkout is marked with."""
    for file in [*TESTS.rglob("test_*.py"), *TESTS.with_name("e2e").rglob("test_*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause":
                yield from (str(name.value) for name in node.args if isinstance(name, ast.Constant))


def test_a_row_that_was_proven_keeps_its_test() -> None:
    proven = set(PROVEN.findall(COVERAGE.read_text(encoding="utf-8")))
    assert proven
    assert proven - set(marked_rows()) == set()


def test_every_row_that_is_marked_is_in_the_list() -> None:
    proven = set(PROVEN.findall(COVERAGE.read_text(encoding="utf-8")))
    assert set(marked_rows()) - proven == set(), "type: bin/candor clauses --write"


def test_a_row_is_proven_by_all_its_tests_or_not_at_all() -> None:
    tests = {"7.3.5": {"tests/a.py::test_one": True, "tests/a.py::test_two[x]": True}, "7.4.1": {"tests/a.py::test_three": False}}
    written = describe_coverage(tests)
    assert re.search(r"^\| 7\.3\.5 \| proven \|.*`a\.py::test_one`<br>`a\.py::test_two` \|$", written, re.M)
    assert re.search(r"^\| 7\.4\.1 \| failing \|", written, re.M)
    assert re.search(r"^\| 2\.Credit \| open \|", written, re.M)


def test_without_a_run_it_says_what_to_type(monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(clauses, "RESULTS", tmp_path / "none")
    said = CliRunner().invoke(clauses_command, ["--room", "credits"])
    assert said.exit_code == 0
    assert "No test has run here yet: bin/test runs them." in said.output
