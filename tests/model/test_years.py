"""Any sequence of joins, leaves, upgrades, downgrades and cancellations keeps the audit clean, over years, as the terms say."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.world import World
from tests.model.years import Years

LONG = bool(os.environ.get("CANDOR_LONG"))
EXAMPLES, STEPS = (200, 80) if LONG else (10, 50)


@pytest.mark.timeout(7200 if LONG else 900)
def test_years_of_people_and_premiums_go_as_the_terms_say(world: World) -> None:
    """The same walks every time; other ones, and many more, where CANDOR_LONG is set."""

    class Walk(Years):
        pass

    Walk.world = world
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Walk,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=not LONG,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink] if LONG else [Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            print_blob=False,
        ),
    )
