"""The score: who is asked, who never, and what it keeps."""

import pytest
import redis

from backend.kernel.limits import TAKE
from backend.robots.scoring import IN_ONE_TRIP, Action, Scorer, Verdict, arguments_of, digest, keys_of, read_verdict
from backend.robots.thresholds import THRESHOLDS
from tests.robots.conftest import NINE, Account


def signs_of(scorer: Scorer, account: Account, **signs: object) -> dict[str, float]:
    """The evidence of one more reveal."""
    person = digest(f"{account.name}/one more")
    action = Action(account.name, round((account.at + 20) * 1000), "reveal", person, **signs)  # type: ignore[arg-type]
    return {sign.name: sign.evidence for sign in scorer.score(action, tell=True).signs}


@pytest.mark.parametrize("seed", range(5))
def test_the_uniform_batcher_is_asked_within_a_hundred_reveals(scorer: Scorer, seed: int) -> None:
    account = Account(scorer, "batcher", seed)
    account.batches(150)
    assert account.began["ask"] < 100
    assert account.began["ask"] < account.began["hold"]


@pytest.mark.parametrize("seed", range(5))
def test_a_persons_week_of_afternoons_is_not_even_watched(scorer: Scorer, seed: int) -> None:
    account = Account(scorer, "person", seed)
    for _ in range(5):
        account.afternoon(100)
        account.at += 19 * 3600
    assert account.reveals > 200
    assert account.began == {}


def test_somebody_who_only_looks_and_reveals_is_not_asked_for_ordinary_amounts(scorer: Scorer) -> None:
    account = Account(scorer, "quiet")
    for _ in range(10):
        for _ in range(60):
            account.people += 1
            person = f"quiet/{account.people}"
            account.do(account.random.lognormvariate(3.5, 0.7), "lookup", person)
            if account.random.random() < 0.75:
                account.do(account.random.lognormvariate(1, 0.5), "reveal", person)
        account.at += 20 * 3600
    assert "ask" not in account.began


def work_slowly(account: Account, days: int, else_every: int = 0) -> None:
    for _ in range(days):
        for number in range(40):
            account.reveal(account.random.lognormvariate(6, 0.7) + (3600 if number % 14 == 13 else 0))
            if else_every and number % else_every == 0:
                account.do(9, "search")
        account.at += 14 * 3600


def test_hundreds_of_reveals_without_any_other_work_are_asked_at_whatever_pace_and_not_held(scorer: Scorer) -> None:
    bare, busy = Account(scorer, "slow"), Account(scorer, "busy")
    work_slowly(bare, 30)
    work_slowly(busy, 30, else_every=40)
    assert 400 < bare.began["ask"] < 900
    assert "hold" not in bare.began
    assert "ask" not in busy.began


def test_second_looks_are_no_shield(scorer: Scorer) -> None:
    account = Account(scorer, "again")
    for number in range(800):
        account.reveal(account.random.lognormvariate(2.5, 0.7))
        if number % 5 == 0:
            account.do(4, "known", f"again/{account.random.randrange(1, account.people + 1)}")
    assert account.began["ask"] < 800


def test_nobody_new_among_thousands_is_taken_for_somebody_known(scorer: Scorer, client: "redis.Redis") -> None:
    at = round(NINE * 1000)
    lot = [Action("many", at + 20_000 * number, "reveal", digest(f"many/{number}")) for number in range(3000)]
    for begin in range(0, 3000, 1000):
        scorer.score_lot(lot[begin : begin + 1000])
    signs = {
        sign.name: sign.measure for sign in scorer.score(lot[-1]._replace(at=lot[-1].at + 1, person=digest("x")), tell=True).signs
    }
    assert signs["returning"] == 0
    known = scorer.score(lot[5]._replace(at=lot[-1].at + 2), tell=True)
    assert known.signs == ()  # somebody of hours ago is known still


def test_an_account_that_turns_is_caught_in_spite_of_its_past(scorer: Scorer) -> None:
    account = Account(scorer, "turned")
    for _ in range(20):
        account.afternoon(80)
        account.at += 19 * 3600
    before = account.reveals
    assert account.began == {}
    account.batches(400)
    assert account.began["ask"] - before < 300


@pytest.mark.parametrize("seed", range(5))
def test_gaps_drawn_evenly_over_a_wide_range_are_found_by_their_bounds(scorer: Scorer, seed: int) -> None:
    account, found = Account(scorer, "wide", seed), []
    for number in range(100):
        account.at += account.random.uniform(8, 22)
        action = Action("wide", round(account.at * 1000), "reveal", digest(f"wide/{number}"))
        signs = {sign.name: sign.evidence for sign in scorer.score(action, tell=True).signs}
        found.append(signs.get("bounds", 0))
    assert max(found) > 0.5
    assert scorer.score(action._replace(action="settings")).score > THRESHOLDS.tree["ladder"]["watch"]


def test_profiles_opened_beforehand_may_be_clicked_through_in_a_minute(scorer: Scorer) -> None:
    account = Account(scorer, "tabs")
    for _ in range(40):
        for _ in range(account.random.randrange(4, 12)):
            account.reveal(account.random.lognormvariate(0.7, 0.5))
        account.at += account.random.lognormvariate(5.6, 0.7)
    assert account.reveals > 200
    assert "ask" not in account.began


def test_a_dull_list_with_a_persons_breaks_is_left_alone_and_without_them_asked(scorer: Scorer) -> None:
    steps = {}
    for name, pause in (("breaks", 1800.0), ("none", 0.0)):
        account = Account(scorer, name)
        for _ in range(3):
            for _ in range(4):
                for _ in range(40):
                    account.reveal(account.random.lognormvariate(3.3, 0.6))
                account.at += pause
            account.at += 14 * 3600
        steps[name] = account.began
    assert "ask" not in steps["breaks"]
    assert "ask" in steps["none"]


def test_a_recording_heard_again_and_again_is_asked_whatever_else_it_does(scorer: Scorer) -> None:
    account = Account(scorer, "macro")
    waits = [round(account.random.lognormvariate(2.7, 0.7)) + 1 for _ in range(100)]
    for _ in range(6):
        for number, wait in enumerate(waits):
            account.reveal(wait)
            if number % 5 == 0:
                account.do(0.2, ("note", "search", "tag", "view_contact")[number // 5 % 4])
        account.at += 3 * 3600
    assert "ask" in account.began


@pytest.mark.parametrize("sign", ["list_position", "dwell_ms", "proof", "network", "on_device"])
def test_what_is_unknown_is_no_evidence(scorer: Scorer, sign: str) -> None:
    named = {
        "list_position": "walking",
        "dwell_ms": "dwell",
        "proof": "unproven",
        "network": "networks",
        "on_device": "shared_device",
    }
    bare, told = Account(scorer, "bare"), Account(scorer, "told")
    values = {"list_position": None, "dwell_ms": 300, "proof": "no", "network": "0000000a", "on_device": 9}
    for number in range(120):
        value = number % 25 + 1 if sign == "list_position" else f"{number:08x}" if sign == "network" else values[sign]
        bare.reveal(20 + number % 7)
        told.reveal(20 + number % 7, **{sign: value})
    assert named[sign] not in signs_of(scorer, bare)
    assert signs_of(scorer, told).get(named[sign], 0) > 0
    assert told.verdict.score >= bare.verdict.score


def test_two_people_at_one_account_do_not_change_its_network(scorer: Scorer) -> None:
    account = Account(scorer, "two")
    for number in range(120):
        account.reveal(20 + number % 7, network=("0000000a", "0000000b", "0000000c")[number % 3])
    assert signs_of(scorer, account, network="0000000a")["networks"] == 0


def test_a_persons_second_kind_is_not_somebody_new_and_a_return_counts_as_one(scorer: Scorer) -> None:
    account = Account(scorer, "twice")
    account.reveal(10)
    first = scorer.score(Action("twice", round((account.at + 1) * 1000), "reveal", digest("twice/1"), None), tell=True)
    assert first.signs == ()  # nothing moved
    for number in range(60):
        account.reveal(20)
        if number % 3 == 0:
            account.do(3, "reveal", f"twice/{number // 2 + 1}")
    returning = {
        sign.name: sign.measure
        for sign in scorer.score(Action("twice", round(account.at * 1000) + 9000, "reveal", digest("new")), tell=True).signs
    }
    assert 0.25 < returning["returning"] < 0.42


def test_a_return_without_a_name_counts_too(scorer: Scorer) -> None:
    with_returns, without = Account(scorer, "with"), Account(scorer, "without")
    for number in range(200):
        for account in (with_returns, without):
            account.reveal(20 + number % 9)
        if number % 5 == 0:
            with_returns.do(2, "known")
    assert signs_of(scorer, with_returns)["returning"] < 0 < signs_of(scorer, without)["returning"]


def test_a_forged_proof_holds_at_once_and_whatever_else_is_said_does_not(scorer: Scorer) -> None:
    account = Account(scorer, "forger")
    assert account.reveal(10, proof="no").step == "none"
    assert account.reveal(10, proof="forged").step == "hold"


def test_a_step_begins_once_and_ends_at_half_its_threshold(scorer: Scorer) -> None:
    account = Account(scorer, "batcher")
    account.batches(50)
    assert account.verdict.step == "ask"
    account.do(5, "settings")
    assert not account.verdict.began
    ask = THRESHOLDS.tree["ladder"]["ask"]
    scores = []
    while account.verdict.step == "ask":
        scores.append(account.verdict.score)
        account.do(6 * 3600, "settings")
    assert scores[-1] >= ask / 2 > account.verdict.score
    assert len([score for score in scores if score < ask]) > 5
    assert account.verdict.step == "watch"
    assert not account.verdict.began


def test_the_state_is_bounded_whatever_an_account_does(scorer: Scorer, client: "redis.Redis") -> None:
    account = Account(scorer, "busy")
    account.reveal(1)
    size = client.strlen(keys_of("busy")[0])
    at = round(account.at * 1000)
    lot = [
        Action("busy", at + n * 700, ("reveal", "note", "search")[n % 3], digest(str(n)), n, 100, "no", f"{n:08x}", n)
        for n in range(20_000)
    ]
    for begin in range(0, len(lot), 1000):
        scorer.score_lot(lot[begin : begin + 1000])
    state, *people = keys_of("busy")
    assert client.strlen(state) == size <= 512
    assert all(client.strlen(each) <= 3 * THRESHOLDS.tree["windows"]["people"] for each in people)
    assert len(client.keys("*busy*")) <= 3
    assert all(0 < client.ttl(key) <= 86400 * THRESHOLDS.tree["windows"]["kept_days"] for key in client.keys("*busy*"))


def test_a_state_that_is_not_ours_or_too_old_begins_anew(scorer: Scorer, client: "redis.Redis") -> None:
    account = Account(scorer, "old")
    account.batches(70)
    account.at += 86400 * (THRESHOLDS.tree["windows"]["kept_days"] + 1)
    assert account.reveal(1).score == 0
    client.set(keys_of("old")[0], b"from another version")
    assert account.reveal(1).step == "none"


def test_one_by_one_and_in_lots_the_score_is_the_same(scorer: Scorer) -> None:
    random = Account(scorer, "x").random
    actions = []
    at = NINE
    for number in range(300):
        at += random.lognormvariate(1.5, 0.5)
        actions.append(
            Action(
                "one",
                round(at * 1000),
                random.choice(("reveal", "reveal", "note", "lookup")),
                digest(str(number)),
                number,
                900,
                "yes",
            )
        )
    single = [scorer.score(action, tell=True) for action in actions]
    together = scorer.score_lot([action._replace(account="two") for action in actions], tell=True)
    assert [together.verdicts[place] for place in range(300)] == single
    assert together.highest == pytest.approx(max(verdict.score for verdict in single), abs=1e-3)


def test_bucket_and_score_move_in_one_trip(client: "redis.Redis") -> None:
    client.script_flush()
    script = client.register_script(IN_ONE_TRIP)
    action = Action("both", round(NINE * 1000), "reveal", digest("p"), 1, 900, "forged")
    keys, arguments = ["{account:both}:reveals", *keys_of("both")], [10_000_000, 2, 1, *arguments_of(action)]
    client.config_resetstat()
    passed, left, _, verdict = script(keys=keys, args=arguments)
    assert (passed, left) == (1, 1)
    assert read_verdict(verdict) == Verdict("hold", THRESHOLDS.tree["ladder"]["hold"], True, read_verdict(verdict).signs)
    assert client.info("commandstats")["cmdstat_evalsha"]["calls"] == 2  # the first did not know the script
    script(keys=keys, args=arguments)
    refused = script(keys=keys, args=arguments)
    assert refused[0] == 0
    assert len(refused) == 3  # what the bucket refuses has not happened
    assert client.register_script(TAKE)(keys=["{account:both}:reveals"], args=arguments[:3])[0] == 0


def test_a_loop_of_recorded_gaps_is_heard(scorer: Scorer) -> None:
    looped, free = Account(scorer, "looped"), Account(scorer, "free")
    gaps = [looped.random.lognormvariate(2.5, 0.8) for _ in range(150)]
    for number in range(600):
        looped.reveal(gaps[number % 150])
        free.reveal(free.random.lognormvariate(2.5, 0.8))
    assert looped.began["ask"] < free.began.get("ask", 600)
