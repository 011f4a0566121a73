"""`candor robots replay`: the production score over a file, errors that name the line."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner, Result

from backend.robots.commands import robots_command
from backend.robots.trace import BadLine, read_trace

GOOD = {"account": "a", "at": "2026-03-02T09:00:00Z", "action": "reveal"}


def replay(file: Path, *options: str) -> Result:
    return CliRunner().invoke(robots_command, ["replay", str(file), *options])


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """A batcher, and somebody who searches, looks and reveals, in one file."""
    random, rows, at = Random(1), [], 1_772_442_000.0
    for number in range(200):
        at += random.uniform(3, 6) + (600 if number % 50 == 49 else 0)
        rows.append({"account": "robot", "at": at, "action": "reveal", "person": f"r{number}", "list_position": number % 25})
    at = 1_772_442_000.0
    for number in range(200):
        at += random.lognormvariate(3, 0.8)
        action = ("search", "lookup", "reveal", "note")[number % 4]
        rows.append({"account": "person", "at": at, "action": action, "person": f"p{number // 4}"})
    rows.sort(key=lambda row: row["at"])  # type: ignore[arg-type, return-value]
    file = tmp_path / "trace.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_it_says_when_each_step_would_have_begun_and_why(trace: Path) -> None:
    said = replay(trace, "--json")
    assert said.exit_code == 0, said.output
    robot, person = sorted(
        (json.loads(line) for line in said.stdout.splitlines()), key=lambda found: found["account"], reverse=True
    )
    assert (robot["account"], robot["reveals"], person["reveals"]) == ("robot", 200, 50)
    assert robot["watch"]["reveals_before"] < robot["ask"]["reveals_before"] < robot["hold"]["reveals_before"] < 150
    assert robot["watch"]["at"] < robot["ask"]["at"] < robot["hold"]["at"]
    assert "The time between two people hardly varied." in robot["ask"]["why"]
    assert person["watch"] is person["ask"] is person["hold"] is None


def test_it_reads_as_sentences_in_both_languages(trace: Path) -> None:
    assert "Le temps entre deux personnes variait à peine." in replay(trace, "--lang", "fr").stdout
    said = replay(trace).stdout
    assert "person: 200 actions, 50 reveals; no step" in said
    assert "400 actions of 2 accounts; 1 would have been asked." in said


def test_it_leaves_nothing_behind_and_reads_standard_input(trace: Path) -> None:
    said = CliRunner().invoke(robots_command, ["replay", "-", "--json"], input=trace.read_text())
    assert [json.loads(line)["ask"] is None for line in said.stdout.splitlines()] in ([True, False], [False, True])


def test_an_unknown_field_is_named_and_not_used(tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text(json.dumps({**GOOD, "label": "bot"}) + "\n")
    said = replay(file)
    assert said.exit_code == 0
    assert "Not used: label." in said.stderr


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("reveal", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ('{"at": 1, "action": "reveal"}', "“account” is missing"),
        ('{"account": "", "at": 1, "action": "reveal"}', "“account” is empty"),
        ('{"account": {}, "at": 1, "action": "reveal"}', "“account” is a text"),
        ('{"account": "a", "action": "reveal"}', "“at” is missing"),
        ('{"account": "a", "at": "yesterday", "action": "reveal"}', "“at” is not an instant"),
        ('{"account": "a", "at": true, "action": "reveal"}', "“at” is an instant"),
        ('{"account": "a", "at": NaN, "action": "reveal"}', "“at” is an instant"),
        ('{"account": "a", "at": 1772442003, "action": "fly"}', "“action” is one of sign_in, lookup"),
        ('{"account": "a", "at": 1772442003, "action": ["reveal"]}', "“action” is one of"),
        ('{"account": "a", "at": 1772442003, "action": "reveal", "person": 1.5}', "“person” is a text"),
        ('{"account": "a", "at": 1772442003, "action": "reveal", "list_position": -1}', "“list_position” is a number"),
        ('{"account": "a", "at": 1772442003, "action": "reveal", "dwell_ms": "3"}', "“dwell_ms” is a number"),
        ('{"account": "a", "at": 1772442003, "action": "reveal", "proof": 7}', "“proof” is true (it came)"),
        ('{"account": "a", "at": "2026-03-02T08:59:59Z", "action": "reveal"}', "earlier than in the line before"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text(f"{json.dumps(GOOD)}\n\n{line}\n")
    said = replay(file)
    assert said.exit_code == 1
    assert "line 3: " in said.stderr
    assert problem in said.stderr


def test_instants_may_be_text_seconds_or_milliseconds() -> None:
    at = ["2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00", 1772442000, 1772442000.0, 1772442000000]
    lines = [json.dumps({**GOOD, "at": each}) for each in at]
    assert {line.action.at for line in read_trace(lines)} == {1772442000000}


def test_a_long_file_is_read_as_a_stream() -> None:
    def lines():  # type: ignore[no-untyped-def]
        yield json.dumps(GOOD)
        yield "{"
        raise AssertionError("read beyond the bad line")

    stream = read_trace(lines())
    assert next(stream).action.account == "a"
    with pytest.raises(BadLine, match="line 2"):
        next(stream)


def on_one(place: str, tmp_path: Path) -> list[dict[str, Any]]:
    """Six accounts whose reveals all come from one device or network; what was found of each."""
    rows = [
        {"account": f"a{number % 6}", "at": 1_772_442_000 + number * 4, "action": "reveal", "person": f"p{number}", place: "one"}
        for number in range(900)
    ]
    file = tmp_path / "trace.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [json.loads(line) for line in replay(file, "--json").stdout.splitlines()]


def test_accounts_on_one_device_are_counted_for_each_of_them(tmp_path: Path) -> None:
    for found in on_one("device", tmp_path):
        assert found["accounts_on_device"] == 6
        shared = found["ask"]["signs"]["shared_device"]
        assert shared["measure"] == 6
        assert shared["evidence"] > 0


def test_an_offices_network_is_told_and_no_evidence(tmp_path: Path) -> None:
    for found in on_one("network", tmp_path):
        assert (found["accounts_on_device"], found["accounts_on_network"]) == (0, 6)
        assert found["ask"]["signs"]["networks"]["evidence"] == 0
        assert "shared_device" not in found["ask"]["signs"]


@pytest.mark.parametrize(
    ("proof", "held"), [("forged", True), ("Invalid", True), (False, False), ("missing", False), (True, False), (None, False)]
)
def test_a_forged_proof_in_a_trace_holds_and_a_missing_one_does_not(tmp_path: Path, proof: Any, held: bool) -> None:
    file = tmp_path / "trace.jsonl"
    file.write_text(json.dumps({**GOOD, "proof": proof}) + "\n")
    assert (json.loads(replay(file, "--json").stdout)["hold"] is not None) is held
