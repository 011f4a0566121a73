"""What other numbers would have caught: the path of a score is the production score's, to the half, and leaves nothing behind."""

from random import Random

import redis

from backend.robots import HIGHEST, LEVEL, THRESHOLDS, Action, Path, Scorer, add_steps, digest, follow
from backend.robots.catches import Mark
from tests.robots.conftest import NINE


def walk(name: str, seed: int, gaps: tuple[float, float], most: int = 150) -> list[Action]:
    random, at, made = Random(seed), NINE, []
    for number in range(most):
        at += random.uniform(*gaps)
        made.append(Action(name, round(at * 1000), "reveal", digest(f"{name}/{number}")))
    return made


def test_a_path_is_the_production_scores_to_the_half(client: "redis.Redis", scorer: Scorer) -> None:
    robot = walk("ray", 1, (3, 6))
    path = follow(client, "replay-1", 7, robot)
    highest, expected = 0.0, []
    for before, action in enumerate(robot):
        height = scorer.score(action).score // LEVEL * LEVEL
        if height > highest:
            highest = height
            expected.append((height, action.at, before))
    assert [(mark.height, mark.at, mark.reveals) for mark in path.marks] == expected
    assert (path.account_id, path.reveals) == (7, 150)
    assert 2 * THRESHOLDS.tree["ladder"]["ask"] < highest <= HIGHEST


def test_a_number_cuts_the_path_where_the_ladder_would_have_begun(client: "redis.Redis", scorer: Scorer) -> None:
    robot, began = walk("ray", 2, (3, 6)), {}
    for before, action in enumerate(robot):
        verdict = scorer.score(action)
        if verdict.began:
            began[verdict.step] = before
    path = follow(client, "replay-2", 7, robot)
    found = {step: mark.reveals for step, height in THRESHOLDS.tree["ladder"].items() if (mark := path.first(height))}
    assert found == began
    assert set(began) >= {"watch", "ask"}


def test_people_at_work_leave_a_path_that_stays_low(client: "redis.Redis") -> None:
    random, at, made = Random(5), NINE, []
    for number in range(60):
        at += random.lognormvariate(4.2, 0.9)
        made.append(Action("", round(at * 1000), "reveal", digest(str(number))))
    assert follow(client, "replay-3", 7, made).first(THRESHOLDS.tree["ladder"]["watch"]) is None


def test_following_leaves_no_key_behind_and_begins_anew(client: "redis.Redis") -> None:
    robot, before = walk("ray", 3, (3, 6)), set(client.scan_iter("*replay-4*"))
    paths: list[Path] = [follow(client, "replay-4", 7, robot) for _ in range(2)]
    assert paths[0] == paths[1]
    assert set(client.scan_iter("*replay-4*")) == before == set()


def test_what_is_known_of_real_steps_is_put_where_it_happened() -> None:
    path = Path(7, 3, (Mark(2.0, 100, 0), Mark(9.0, 300, 2)))
    assert add_steps(path, [100, 200, 300], []) == path
    added = add_steps(path, [100, 200, 300], [(250, 8.4), (400, 16.7)])
    assert added.marks == (Mark(2.0, 100, 0), Mark(8.0, 250, 2), Mark(9.0, 300, 2), Mark(16.5, 400, 3))
