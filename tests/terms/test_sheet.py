"""The plan sheet: what is shipped, and what no sheet may say."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from backend.terms import FREE, Sheet, read_sheet
from backend.terms.sheet import sheet_versions


def test_every_sheet_names_itself() -> None:
    assert sheet_versions()
    for version in sheet_versions():
        assert read_sheet(version).version == version


def test_a_version_nobody_published_is_unknown() -> None:
    with pytest.raises(KeyError):
        read_sheet("../documents")


def test_the_free_plan_costs_nothing_and_the_others_rank_by_price() -> None:
    plans = read_sheet("2026-03").plans
    assert not read_sheet("2026-03").plan(FREE).premium
    assert sorted(plans, key=lambda plan: plan.rank) == sorted(plans, key=lambda plan: plan.price)


def test_a_year_costs_ten_months_and_grants_twelve() -> None:
    policy = read_sheet("2026-03").policy
    assert (policy.year_pays_months, policy.year_grants_months) == (10, 12)
    assert read_sheet("2026-03").plan("business").price * policy.year_pays_months == Decimal("790.00")


@pytest.mark.parametrize(("field", "value"), [("plans", []), ("surprise", 1), ("registration", {"gold": 1})])
def test_a_sheet_that_lacks_the_free_plan_or_says_what_nobody_reads_is_refused(field: str, value: object) -> None:
    whole = read_sheet("2026-03").model_dump()
    with pytest.raises(ValidationError):
        Sheet.model_validate({**whole, field: value})


def test_a_code_stands_for_one_plan() -> None:
    whole = read_sheet("2026-03").model_dump()
    with pytest.raises(ValidationError, match="stands twice"):
        Sheet.model_validate({**whole, "plans": [*whole["plans"], whole["plans"][0]]})


WHOLE = read_sheet("2026-03").model_dump(mode="json")
KINDS = {"b2b_email", "phone", "direct_email", "export"}


def without(part: str, field: str, number: int = 0) -> dict[str, Any]:
    """The shipped sheet, where one part lacks a field."""
    whole = deepcopy(WHOLE)
    del whole[part][number][field]
    return whole


@pytest.mark.clause("9.4")
def test_a_sheet_details_every_kind_of_credit_how_it_is_had_and_what_each_plan_serves() -> None:
    sheet = Sheet.model_validate(WHOLE)
    for plan in sheet.plans:
        assert {*plan.grants, plan.unlimited} >= KINDS, plan.code
        assert plan.exports_a_day > 0
        assert bool(plan.api_grants) is plan.api
    assert {pack.kind for pack in sheet.packs} == KINDS == set(sheet.registration)
    assert {reward.code for reward in sheet.rewards} == {"first-teammate", "wrong-detail", "profile-completed"}


@pytest.mark.clause("9.4")
@pytest.mark.parametrize(
    ("part", "field"),
    [
        *[("plans", field) for field in ("code", "name", "rank", "price", "grants", "exports_a_day")],
        *[("packs", field) for field in ("code", "kind", "amount", "price")],
        *[("rewards", field) for field in ("code", "amount")],
    ],
)
def test_a_sheet_that_leaves_out_a_detail_is_refused(part: str, field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Sheet.model_validate(without(part, field))


@pytest.mark.clause("9.4")
@pytest.mark.parametrize(
    "wrong",
    [
        {"grants": {"gold": 1}},
        {"grants": {"phone": "many"}},
        {"api_grants": {"gold": 1}},
        {"unlimited": "gold"},
        {"unlimited": ["b2b_email", "phone"]},
        {"price": "free"},
        {"bonus": 1},
    ],
)
def test_a_plan_that_names_what_there_is_not_is_refused(wrong: dict[str, Any]) -> None:
    whole = deepcopy(WHOLE)
    whole["plans"][1].update(wrong)
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Sheet.model_validate(whole)


@pytest.mark.clause("9.4")
@pytest.mark.parametrize("missing", ["registration", "plans", "packs", "rewards", "policy"])
def test_a_sheet_has_every_part(missing: str) -> None:
    whole = {part: said for part, said in WHOLE.items() if part != missing}
    with pytest.raises(ValidationError, match=missing):
        Sheet.model_validate(whole)
