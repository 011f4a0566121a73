"""The score's numbers: one file, known by its hash, and each kind of evidence with bounded weight and words for its user."""

import hashlib
from pathlib import Path

import pytest

from backend.robots.scoring import STEPS, Sign
from backend.robots.thresholds import FILE, THRESHOLDS, read_thresholds
from backend.robots.words import all_words, say_why

MEASURED = "docs/robots/README.md"


def test_the_hash_is_the_files() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == THRESHOLDS.sha256


def test_the_figures_of_the_documents_were_measured_with_these_thresholds() -> None:
    assert THRESHOLDS.sha256 in (Path(__file__).parents[2] / MEASURED).read_text(encoding="utf-8")


def test_the_ladder_has_the_steps_of_the_score() -> None:
    assert ("none", *THRESHOLDS.tree["ladder"]) == STEPS


@pytest.mark.parametrize("name", THRESHOLDS.tree["evidence"])
def test_evidence_is_monotone_and_no_single_kind_decides(name: str) -> None:
    weights = [knot[1] for knot in THRESHOLDS.tree["evidence"][name]["knots"]]
    assert weights in (sorted(weights), sorted(weights, reverse=True))
    assert max(abs(weight) for weight in weights) <= 2.5
    assert min(weights) >= -0.5  # nothing human-looking makes up for several signs of a machine


@pytest.mark.parametrize(("old", "new"), [("\nask = ", "\nask = 0.5 # "), ("[3.5, 1.0]", "[9.5, 1.0]")])
def test_a_file_whose_numbers_do_not_rise_is_refused(tmp_path: Path, old: str, new: str) -> None:
    other = tmp_path / "thresholds.toml"
    other.write_text(FILE.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match="do not rise"):
        read_thresholds(other)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_kind_of_evidence_has_words(lang: str) -> None:
    assert all_words().keys() == {*THRESHOLDS.tree["evidence"], "echo"}
    for name in all_words():
        (said,) = say_why([Sign(name, 12.34, 0.5)], lang)
        assert said.endswith(".")
        assert "{" not in said
        assert "!" not in said


def test_only_what_spoke_for_a_robot_is_said_the_strongest_first() -> None:
    signs = [Sign("pace", 4.42, 0.9), Sign("walking", 0.991, 0.4), Sign("purpose", 2.0, -0.3)]
    assert say_why(signs) == [
        "New people were revealed every 4.4 seconds for a long stretch.",
        "Lists were walked one by one: 99 % of the steps went to the very next person.",
    ]
    assert say_why(signs, "fr")[0] == "De nouvelles personnes ont été révélées toutes les 4,4 secondes pendant un long moment."
