"""The ladder's numbers at the desk: what they did, what others would have caught; and the week of an account in its case."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest

from backend.accounts import Action
from backend.accounts.cases import open_case
from backend.kernel.clock import PARIS, MovableClock
from backend.kernel.due import tick
from backend.ops.replaying import MOST, NotALadder, ScoreReplay, choose_heights, count_caught, read_tried
from backend.ops.timeline import arrange
from backend.ops.timeline_plot import draw_timeline
from backend.robots import HIGHEST, LEAST, THRESHOLDS, Path, Sign, Step, read_human_band
from backend.robots.catches import Mark
from tests.conftest import START
from tests.ops.conftest import Person as Operator
from tests.robots.production import Worker, hire, kernel, limited, rob

__all__ = ["hire", "kernel", "limited", "rob"]

Make = Callable[..., Operator]
LADDER = THRESHOLDS.tree["ladder"]


@pytest.fixture
def app(limited: Any) -> Any:
    """The desk of the Candor whose limits are on."""
    return limited


def replay(worker: Worker) -> int:
    """What the worker does until nothing is due, its rests left out."""
    done = 0
    while ran := tick(worker.kernel.database.engine, [ScoreReplay(worker.kernel)], worker.clock.now()):
        assert ran.failed == ()
        done += ran.done
        worker.clock.advance(timedelta(seconds=3))
        if not ran.done:
            return done
    return done


def test_a_replay_says_what_each_number_would_have_caught(
    rob: Worker, hire: Any, operator: Make, owner: psycopg.Connection[Any]
) -> None:
    before = rob.go_on_until("human-check-required")
    eve, random = hire("eve"), Random(3)
    for _ in range(12):
        assert eve.reveal(after=random.lognormvariate(4, 0.8)).status_code == 200
    rob.clock.advance(timedelta(seconds=1))
    olga = operator("olga", "compliance")
    assert "Nothing was replayed yet." in olga.get("/ops/robots").text
    assert olga.send("/ops/robots/replay", reason=" ").status_code == 422
    assert olga.send("/ops/robots/replay", reason="Is 16 too high?").status_code == 303
    again = olga.send("/ops/robots/replay", reason="Is 16 too high?")
    assert (again.status_code, "A replay goes on" in again.text) == (422, True)
    assert "goes on" in olga.get("/ops/robots").text
    assert replay(rob) == 1
    page = " ".join(olga.get("/ops/robots").text.split())
    assert f"Accounts: 2. Reveals: {before + 12}." in page
    row = (
        rf'<th scope="row" class="number">{LADDER["ask"]:g}</th><td>asked</td><td class="number">1</td><td class="number">50 %</td>'
    )
    assert re.search(row, page)
    assert THRESHOLDS.sha256 in page
    tried = " ".join(olga.get(f"/ops/robots?watch={LEAST}&ask={LADDER['watch']}&hold={HIGHEST}").text.split())
    first, second = (int(found) for found in re.findall(r"<td>asked after (\d+)</td>", tried))
    assert second < first <= before
    assert f'<a href="/ops/accounts/{rob.account_id}">' in tried
    assert f'<a href="/ops/accounts/{eve.account_id}">' not in tried
    assert owner.execute("SELECT action, reason FROM ops_log WHERE action = 'score.replay'").fetchall() == [
        ("score.replay", "Is 16 too high?")
    ]
    assert not list(rob.store.scan_iter("*replay-*"))
    assert "Ce que d’autres nombres auraient attrapé" in olga.get("/ops/robots", "fr").text


def test_who_deletes_an_account_takes_it_out_of_the_replay(rob: Worker, operator: Make, owner: psycopg.Connection[Any]) -> None:
    rob.go_on_until("human-check-required")
    operator("olga", "compliance").send("/ops/robots/replay", reason="A look.")
    replay(rob)
    assert owner.execute("SELECT account_id FROM score_paths").fetchall() == [(rob.account_id,)]
    given = {"phrase": "delete my account", "password": "nine-boats-under-the-moon"}
    assert rob.call("POST", "/v1/me/deletion", given).status_code == 204
    assert owner.execute("SELECT account_id FROM score_paths").fetchall() == []


def test_a_replay_that_would_be_too_long_is_cut_and_says_so(
    rob: Worker, hire: Any, operator: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for worker in (rob, hire("eve")):
        for _ in range(3):
            worker.reveal(after=60)
    rob.clock.advance(timedelta(seconds=1))
    assert MOST > 3
    for name, value in (("MOST", 3), ("_PART", 1)):
        monkeypatch.setattr(f"backend.ops.replaying.{name}", value)
    olga = operator("olga", "compliance")
    olga.send("/ops/robots/replay", reason="A look.")
    replay(rob)
    page = " ".join(olga.get("/ops/robots").text.split())
    assert "Accounts: 1. Reveals: 3." in page
    assert "the accounts that came last are missing" in page


def test_a_helper_does_not_see_the_numbers(operator: Make) -> None:
    sue = operator("sue", "support")
    assert sue.get("/ops/robots").status_code == 403
    assert "/ops/robots" not in sue.get("/ops/cases").text


@pytest.mark.parametrize(
    "given", [("16", "8", "40"), ("8", "16", "1e9"), ("0", "16", "40"), ("8", "x", "40"), ("8", "nan", "40"), ("8", "", "40")]
)
def test_three_numbers_that_do_not_rise_within_what_is_known_are_not_tried(operator: Make, given: tuple[str, str, str]) -> None:
    numbers = dict(zip(("watch", "ask", "hold"), given, strict=True))
    with pytest.raises(NotALadder):
        read_tried(numbers)
    olga = operator("olga", "compliance")
    refused = olga.browser.get("/ops/robots", query_string=numbers)
    assert (refused.status_code, "Nothing was tried." in refused.text) == (422, True)


def test_what_a_number_catches_is_counted_by_the_first_time_it_was_reached() -> None:
    paths = [Path(n, 100, (Mark(4.0, 1, n), Mark(20.0, 2, 10 * n))) for n in range(1, 11)]
    caught = count_caught(paths, 40, 16)
    assert (caught.accounts, caught.share, caught.middle, caught.most) == (10, 0.25, 55, 90)
    assert count_caught(paths, 40, 4).middle == 6
    nobody = count_caught(paths, 40, 21)
    assert (nobody.accounts, nobody.middle, nobody.most) == (0, None, None)
    assert {LEAST, HIGHEST, *LADDER.values()} < set(choose_heights())


@pytest.mark.clause("R43")
def test_a_held_account_is_shown_beside_what_people_do_and_let_go_by_a_person(
    rob: Worker, operator: Make, owner: psycopg.Connection[Any]
) -> None:
    rob.go_on_until("human-check-required")
    rob.go_on_until("robot-suspected")
    rob.hold(5)
    assert rob.reveal().status_code == 200, "what was paid for works"
    assert owner.execute("SELECT state FROM accounts WHERE account_id = %s", (rob.account_id,)).fetchone() == ("active",)
    olga = operator("olga", "compliance")
    assert "Works like a robot" in olga.get("/ops/cases").text
    page = " ".join(olga.get(f"/ops/cases/{rob.account_id}/1").text.split())
    assert '<svg class="plot" role="img" aria-label="What the account did in the week' in page
    assert "In 0 of 1 hours with reveals there were more of them" in page
    within = re.search(r"(\d+) % of the gaps lie between 6\.1 s and 2 min", page)
    assert within
    assert int(within[1]) < 10
    assert page.index("1 watched") < page.index("2 asked") < page.index("3 held")
    assert "style=" not in page
    assert "<script" not in page
    for kind in ("robots", "planted"):
        aside = olga.send(f"/ops/accounts/{rob.account_id}/answer/close-case", kind=kind, reason="I looked.")
        assert (aside.status_code, "lift it or keep it" in aside.text) == (422, True)
    assert f"/ops/accounts/{rob.account_id}/decide/release-hold" in olga.get(f"/ops/accounts/{rob.account_id}").text
    kept = olga.send(f"/ops/accounts/{rob.account_id}/decide/keep-hold", reason="Every four seconds, all day.")
    assert kept.status_code == 303
    assert rob.call("POST", "/v1/robots/appeal", {"text": "A colleague reads, I click."}).status_code < 300
    mine = olga.get(f"/ops/cases/{rob.account_id}/2").text
    assert "A colleague reads, I click." in mine
    assert "somebody else answers the appeal" in mine
    for deed in ("release-hold", "keep-hold"):
        refused = olga.send(f"/ops/accounts/{rob.account_id}/decide/{deed}", reason="I looked again.")
        assert (refused.status_code, "somebody else answers" in refused.text) == (422, True)
    aside = olga.send(f"/ops/accounts/{rob.account_id}/answer/close-case", kind="robots-appeal", reason="I looked.")
    assert aside.status_code == 422
    otto = operator("otto", "compliance")
    lifted = otto.send(f"/ops/accounts/{rob.account_id}/decide/release-hold", reason="There are two of them.")
    assert lifted.status_code == 303
    assert rob.cases(owner) == []
    assert rob.reveal().status_code == 200
    gone = otto.send(f"/ops/accounts/{rob.account_id}/decide/keep-hold", reason="A slip.")
    assert (gone.status_code, "are not held" in gone.text) == (422, True)


def test_a_case_about_a_person_has_no_picture_of_their_work(operator: Make, rob: Worker, clock: MovableClock) -> None:
    with rob.kernel.database.begin() as connection:
        open_case(connection, rob.account_id, "fake", ["no picture"], rob.clock.now())
    assert "<svg" not in operator().get(f"/ops/cases/{rob.account_id}/1").text


def test_a_week_is_put_into_hours_beside_the_band_of_each() -> None:
    since = START.replace(hour=9, minute=0, second=0, microsecond=0)
    until = since + timedelta(days=7)
    revealed = [since + timedelta(hours=1, seconds=10 * n) for n in range(5)] + [since + timedelta(days=2)]
    steps = [
        Step("watch", since + timedelta(hours=1, minutes=1), 8.5, (Sign("pace", 3.0, 1.0),), None, None),
        Step("kept", until + timedelta(days=1), None, (), "olga", "No."),
    ]
    week = arrange(since, until, revealed, [Action(since, None, "PUT /v1/password")], steps, cut=False)
    assert [(hour.reveals, hour.other, hour.gap, hour.steps) for hour in week.hours] == [
        (0, 1, None, ()), (5, 0, 10.0, (1,)), (1, 0, week.gaps[-1].seconds, ())
    ]  # fmt: skip
    band = read_human_band()
    assert [hour.people_reveal for hour in week.hours] == [band.reveals[hour.begins.astimezone(PARIS).hour] for hour in week.hours]
    assert (week.busy, week.beyond, len(week.sittings), week.within) == (2, 0, 4, 4)
    drawn = str(draw_timeline(week, lambda said, **facts: said.format(**facts), lambda at: f"{at:%d}"))
    assert drawn.count('class="step"') == 1
    assert drawn.count("h0") == 5 - 3  # four dots of one height within one hour fall into one, and that of the long gap


def test_a_picture_of_ten_thousand_reveals_stays_small() -> None:
    since, random = START.replace(minute=0, second=0, microsecond=0), Random(1)
    at, revealed = since, list[datetime]()
    while at < since + timedelta(days=7):
        revealed.append(at)
        at += timedelta(seconds=random.uniform(20, 90))
    week = arrange(since, since + timedelta(days=7), revealed, [], [], cut=False)
    assert len(revealed) > 10_000
    assert len(str(draw_timeline(week, lambda said, **facts: said.format(**facts), lambda at: f"{at:%d}"))) < 60_000


def test_the_band_of_people_is_one_of_a_day_and_night() -> None:
    band = read_human_band()
    assert (len(band.reveals), len(band.other)) == (24, 24)
    assert all(0 <= each.low <= each.high for each in (*band.reveals, *band.other))
    assert max(band.reveals[3:6], key=lambda each: each.high).high < band.reveals[10].high
    assert 1 < band.gaps.low < band.gaps.high < band.longest_gap
