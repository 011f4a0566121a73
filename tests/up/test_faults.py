"""Redis, PostgreSQL, a process of Candor's, the mail server are away for a moment under load: answers stay right, nothing is lost.

The long run is `bench.faults`; here it is short, and what it reads from its figures is tried on figures that are known.
"""

import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from bench.crash import CANDOR
from bench.crash_judge import Verdict
from bench.faults import FAULTS, Pace, Scene, find_failures, run_with_faults
from bench.faults_figures import Figures, Slot, Try, measure
from bench.faults_mail import MailServer
from tests.up.copies import PATIENCE, Copy

SHORT = Pace(pairs=2, readers=2, watch_s=1.15, longest_hold_s=0.8, workspaces=60, people=3, signers=3)


def test_whatever_is_away_for_a_moment_under_load_nothing_is_lost_and_all_comes_back(folder: Path, tmp_path: Path) -> None:
    mail = MailServer()
    mail.open()
    copy = Copy(folder, program=CANDOR, settings=mail.settings)
    try:
        scene = Scene(copy.up(), mail)
        run, figures = run_with_faults(scene, tmp_path, SHORT)
        assert find_failures(scene, run, run.judge(), figures) == [], copy.said()
        assert [one.slot.name for one in figures] == [fault.name for fault in FAULTS]
        assert all(one.answers["200"] for one in figures), figures

        # Each of them was felt.
        by_name = {one.slot.name: one for one in figures}
        assert mail.refused["451"]
        assert by_name["mail server away"].silence >= SHORT.longest_hold_s
        metrics = httpx.get(f"http://127.0.0.1:{copy.port}/metrics").text
        let_through = re.search(r"^candor_limiter_away_total (\S+)$", metrics, re.MULTILINE)
        assert let_through is not None
        assert float(let_through[1]) > 0
        assert run.said.told, "nothing was acknowledged"
        assert mail.taken, "no letter was delivered"
        run.kernel.database.close()
        copy.stop()
        assert copy.process.returncode == 0, copy.said()
    finally:
        copy.process.kill()
        copy.process.wait(PATIENCE)
        mail.close()


def figures_of(*said: str, letters: tuple[tuple[float, bytes], ...] = ()) -> Figures:
    """Of a fault from second 10 on, watched for as many tenths as there are answers."""
    tries = [Try("reveal", 10 + place / 10, 0.05, word) for place, word in enumerate(said)]
    mail = MailServer(taken=list(letters))
    return measure([Slot("a fault", 10, 10.5, 10 + len(said) / 10)], tries, mail, before_s=2)[0]


def test_it_is_well_again_after_the_last_failure_in_a_bad_second() -> None:
    found = figures_of(*["200"] * 5, *["503 unavailable"] * 10, *["200"] * 30)
    assert found.back_after == pytest.approx(1.45)
    assert found.longest_gap == pytest.approx(1.1)
    assert found.answers == Counter({"200": 35, "503 unavailable": 10})
    assert figures_of(*["200"] * 40).back_after == 0


def test_what_still_fails_at_the_end_is_not_back() -> None:
    assert figures_of(*["200"] * 30, "503 unavailable", *["200"] * 5).back_after is None
    assert figures_of(*["unanswered"] * 30).back_after is None


def test_a_letter_is_twice_there_where_it_came_before_or_again() -> None:
    letters = ((9.0, b"one"), (10.1, b"one"), (10.2, b"two"), (10.3, b"two"), (10.4, b"three"))
    found = figures_of(*["200"] * 20, letters=letters)
    assert found.twice == 2
    assert found.silence == pytest.approx(1.6)


@pytest.mark.parametrize("fault", ["reveals", "figures", "restarted", "letters"])
def test_each_thing_that_must_not_be_is_named(fault: str) -> None:
    run = SimpleNamespace(faults={"hung": 1} if fault == "reveals" else {})
    scene = Scene(copy=None, mail=MailServer(), undelivered=2 if fault == "letters" else 0)  # type: ignore[arg-type]
    if fault == "restarted":
        scene.restarted.append("API ended during Redis killed")
    figures = [figures_of(*["unanswered" if fault == "figures" else "200"] * 30)]
    assert len(find_failures(scene, run, Verdict(), figures)) == 1  # type: ignore[arg-type]
