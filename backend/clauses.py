"""`candor clauses`: the rows of the terms, and which of them a passing test proves. Read from the last runs of the tests."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
CLAUSES = ROOT / "docs" / "terms" / "clauses.csv"
COVERAGE = ROOT / "docs" / "terms" / "coverage.md"
RESULTS = ROOT / ".pytest_cache" / "v" / "candor" / "clauses"


@click.command("clauses")
@click.option("--room", help="Only the rows of one room.")
@click.option("--open", "only_open", is_flag=True, help="Only the rows that no passing test proves.")
@click.option("--tests", "with_tests", is_flag=True, help="Name the tests that prove each row.")
@click.option("--write", is_flag=True, help="Write docs/terms/coverage.md anew, after a whole run of the tests.")
def clauses_command(room: str | None, only_open: bool, with_tests: bool, write: bool) -> None:
    """List the terms' rows: proven, failing, open, or text-only (nothing for software to do)."""
    tests = _read_results()
    if write:
        COVERAGE.write_text(describe_coverage(tests), encoding="utf-8")
        click.echo(f"Written: {COVERAGE.relative_to(ROOT)}")
        return
    counts: dict[str, int] = defaultdict(int)
    with CLAUSES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if room and row["room"] != room:
                continue
            marked = tests.get(row["id"], {})
            state = _state(row["software"] == "yes", marked)
            counts[state] += 1
            if only_open and state in ("proven", "text-only"):
                continue
            click.echo(f"{state:<9}  {row['id']:<14} {row['room']:<13} {row['rule']}")
            for test in sorted(marked) if with_tests else ():
                click.echo(f"{'':<27}{test}")
    click.echo(", ".join(f"{count} {state}" for state, count in sorted(counts.items())))
    if not tests:
        click.echo("No test has run here yet: bin/test runs them.")


def describe_coverage(tests: Mapping[str, Mapping[str, bool]]) -> str:
    """The whole list as Markdown: each row of the terms by room, with the tests that prove it."""
    rooms: dict[str, list[str]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    with CLAUSES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            marked = tests.get(row["id"], {})
            state = _state(row["software"] == "yes", marked)
            counts[state] += 1
            names = sorted({test.partition("[")[0] for test in marked})
            proof = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in names)
            rooms[row["room"]].append(f"| {row['id']} | {state} | {row['rule'].replace('|', '/')} | {proof} |")
    parts = [
        "# Which rows of the terms a test proves\n",
        "Made by `bin/candor clauses --write` after the tests. A test fails where a proven row has lost its test.\n",
        ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) + ".\n",
    ]
    for room in sorted(rooms):
        heading = f"## {room or 'nothing for software to do'}\n"
        parts += [heading, "| row | state | rule | tests |\n|---|---|---|---|", "\n".join(rooms[room]) + "\n"]
    return "\n".join(parts)


def _state(software: bool, marked: Mapping[str, bool]) -> str:
    if marked:
        return "proven" if all(marked.values()) else "failing"
    return "open" if software else "text-only"


def _read_results() -> dict[str, dict[str, bool]]:
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    if RESULTS.exists():
        for test, (passed, rows) in json.loads(RESULTS.read_text()).items():
            for row in rows:
                found[row][test] = passed
    return found
