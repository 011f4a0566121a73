"""The score's Lua as Redis gets it: nothing is looked up by name there, and a name that nobody knows is refused."""

from pathlib import Path

import pytest

from backend.robots.scripts import LANDMARKS, write_lua
from backend.robots.thresholds import THRESHOLDS


def write(tmp_path: Path, line: str) -> str:
    file = tmp_path / "line.lua"
    file.write_text(line)
    return write_lua(THRESHOLDS, str(file))


def test_names_become_places_and_numbers_but_not_in_texts_and_comments(tmp_path: Path) -> None:
    assert write(tmp_path, "s.at = s[@at] + T.ladder.ask -- s.nobody") == f"s[1] = s[1] + {THRESHOLDS.tree['ladder']['ask']!r} "
    assert write(tmp_path, "f('s.at', T.volume_gate.hour)") == "f('s.at', 25.0, 90.0)"
    assert write(tmp_path, "4 * LANDMARKS") == f"4 * {LANDMARKS}"


@pytest.mark.parametrize("line", ["s.nobody = 1", "s[@nobody] = 1", "x = T.ladder.nobody", "EVIDENCE(nobody; 1; 1)"])
def test_a_name_that_nobody_knows_stops_the_program(tmp_path: Path, line: str) -> None:
    with pytest.raises(KeyError, match="nobody"):
        write(tmp_path, line)


def test_evidence_that_needs_volume_is_told_from_that_which_needs_none(tmp_path: Path) -> None:
    assert "e = e * gate" in write(tmp_path, "EVIDENCE(purpose; 1; 1)")
    assert "beyond_hands = beyond_hands + e" in write(tmp_path, "EVIDENCE(pace; 1; 1)")


def test_nothing_is_left_to_be_looked_up(tmp_path: Path) -> None:
    written = write_lua(THRESHOLDS, "state.lua", "hearing.lua", "score.lua", "easing.lua")
    assert not any(mark in written for mark in ("EVIDENCE", "T.", "@", " s.", "FORMAT", "KEPT"))
