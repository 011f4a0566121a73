"""The plan sheet: what is shipped, and what no sheet may say."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from backend.terms import FREE, Sheet, current_sheet, read_sheet
from backend.terms.sheet import sheet_versions


def test_every_sheet_names_itself() -> None:
    assert sheet_versions()
    for version in sheet_versions():
        assert read_sheet(version).version == version


def test_a_version_nobody_published_is_unknown() -> None:
    with pytest.raises(KeyError):
        read_sheet("../documents")


def test_the_free_plan_costs_nothing_and_the_others_rank_by_price() -> None:
    plans = current_sheet().plans
    assert not current_sheet().plan(FREE).premium
    assert sorted(plans, key=lambda plan: plan.rank) == sorted(plans, key=lambda plan: plan.price)


def test_a_year_costs_ten_months_and_grants_twelve() -> None:
    policy = current_sheet().policy
    assert (policy.year_pays_months, policy.year_grants_months) == (10, 12)
    assert current_sheet().plan("business").price * policy.year_pays_months == Decimal("790.00")


@pytest.mark.parametrize(("field", "value"), [("plans", []), ("surprise", 1), ("registration", {"gold": 1})])
def test_a_sheet_that_lacks_the_free_plan_or_says_what_nobody_reads_is_refused(field: str, value: object) -> None:
    whole = current_sheet().model_dump()
    with pytest.raises(ValidationError):
        Sheet.model_validate({**whole, field: value})


def test_a_code_stands_for_one_plan() -> None:
    whole = current_sheet().model_dump()
    with pytest.raises(ValidationError, match="stands twice"):
        Sheet.model_validate({**whole, "plans": [*whole["plans"], whole["plans"][0]]})
