"""What walks and their model found to differ once, step by step, so that it is tried every time."""

import pytest

from tests.model.world import World
from tests.model.years import Years


def walk(world: World, means: str = "sepa_debit", plan: str = "business") -> Years:
    """p0 with a premium of three seats, and p1."""

    class Walk(Years):
        pass

    Walk.world = world
    made = Walk()
    made.begin(begin="2026-01-31T09:00", count=2, plan=plan, seats=3, interval="month", means=means)
    return made


@pytest.mark.parametrize("means", ["sepa_debit", "wire"])
def test_nobody_leaves_a_premium_alone_that_is_frozen_or_waits_for_its_wire(world: World, means: str) -> None:
    made = walk(world, means)
    made.create(n=1)
    if means == "sepa_debit":
        made.fail(pick=0)
    made.invite(n=1, who=0, role="member", accepted=True)
    assert made.model.people["p0"].workspace is not made.model.people["p1"].workspace
    made.is_as_the_terms_say()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_pack_that_failed_comes_back_with_its_own_payment_and_not_with_the_plans(world: World, order: tuple[int, int]) -> None:
    made = walk(world)
    made.buy_packs(n=0, packs={"pack-phone": 1})
    made.fail(pick=0)  # the pack
    made.fail(pick=0)  # the plan: nothing else is left that could
    assert [due.state for due in made.model.premiums[0].dues] == ["failed", "failed"]
    for which in order:
        made.settle_this(made.model.premiums[0].dues[which])
        made.is_as_the_terms_say()


def test_a_deleted_workspace_leaves_everybody_a_freemium_that_begins_now(world: World) -> None:
    made = walk(world)
    made.invite(n=0, who=1, role="member", accepted=True)
    made.wait(days=45)
    made.delete_workspace(n=0, sure=True)
    made.is_as_the_terms_say()
    made.wait(days=31)
    made.is_as_the_terms_say()


def test_what_was_bought_or_raised_comes_back_once_when_the_period_is_paid_after_all(world: World) -> None:
    made = walk(world, plan="starter")
    made.buy_packs(n=0, packs={"pack-phone": 1})
    made.change(n=0, plan="organization", seats=3, interval="month")
    start = made.model.premiums[0].dues[0]
    made.fail(pick=2)
    assert start.state == "failed"
    made.is_as_the_terms_say()
    made.settle_this(start)
    made.is_as_the_terms_say()
