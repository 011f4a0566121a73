"""The plan sheet: every number of credits and its version stand here and nowhere else. A sheet overrides the terms (4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.terms import DOCUMENTS


@dataclass(frozen=True)
class PlanTerms:
    """What a plan gives each month: credits by kind."""

    code: str
    name: str
    monthly: Mapping[str, int]


@dataclass(frozen=True)
class Sheet:
    """One version of the plan sheet. `registration` is granted once in the life of an account (9.20)."""

    version: str
    registration: Mapping[str, int]
    plans: Mapping[str, PlanTerms]


FREE = "free"

SHEET = Sheet(
    version=DOCUMENTS["plan-sheet"],
    registration={"b2b_email": 10, "phone": 2, "direct_email": 2, "export": 5},
    plans={FREE: PlanTerms(FREE, "Free", {"b2b_email": 15, "phone": 5, "direct_email": 5, "export": 10})},
)
