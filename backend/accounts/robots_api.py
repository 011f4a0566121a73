"""HTTP: the fair-use meter, the human check, and the appeal against a hold."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from backend.accounts.fair_use import read_fair_use
from backend.accounts.holds import appeal
from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import READS, SIGN_INS, WRITES
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.robots import NothingAsked, answer_question, ask_question

api = Room("robots", __name__)


class FairUseShown(TypedDict):
    kind: str | None
    left: int | None
    of: int
    resets_at: datetime | None
    near: bool
    state: Literal["free", "asked", "held"]
    asked_because: list[str] | None
    how_to_appeal: str


class QuestionAsked(TypedDict):
    check: str
    says: str
    asks: str
    choices: list[str]
    answer_by: datetime


class CheckShown(TypedDict):
    question: QuestionAsked | None


class CheckAnswer(Body):
    check: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    choice: Annotated[int, Field(ge=0, le=2)]


class CheckGraded(TypedDict):
    passed: bool


class AppealBody(Body):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


@api.get("/v1/fair-use", limit=READS, answer=FairUseShown)
def show_fair_use() -> FairUseShown:
    """Say what is left of the month's unlimited credits, what a question or a hold rests on, and how to appeal.

    `kind` and `left` are null where the plan has no unlimited credits; `near` is true once four fifths of them are used.
    """
    use = read_fair_use(kernel(), caller(), page_language())
    return {
        "kind": use.kind,
        "left": use.left,
        "of": use.of,
        "resets_at": use.resets_at,
        "near": use.near,
        "state": use.state,
        "asked_because": list(use.because) or None,
        "how_to_appeal": use.how_to_appeal,
    }


@api.get("/v1/robots/check", limit=READS, answer=CheckShown)
def show_check() -> CheckShown:
    """Ask the human check: a sentence to read and three answers to choose from; null where none is asked.

    Each question is good for one answer within its minutes. There is no limit to how often it is asked.
    """
    question = ask_question(kernel(), caller().account_id, page_language())
    if question is None:
        return {"question": None}
    return {
        "question": {
            "check": question.check,
            "says": question.says,
            "asks": question.asks,
            "choices": list(question.choices),
            "answer_by": question.answer_by,
        }
    }


@api.post("/v1/robots/check", limit=SIGN_INS, body=CheckAnswer, answer=CheckGraded, problems=("nothing-asked",))
def answer_check(body: CheckAnswer) -> CheckGraded:
    """Answer the human check by the place of the choice, from 0. A wrong or late answer is followed by another question."""
    try:
        return {"passed": answer_question(kernel(), caller().account_id, body.check, body.choice, page_language())}
    except NothingAsked:
        raise Problem("nothing-asked") from None


@api.post("/v1/robots/appeal", limit=WRITES, body=AppealBody, status=204, problems=("nothing-held",))
def appeal_against_hold(body: AppealBody) -> None:
    """Appeal against the hold of the unlimited credits: a person reads it, who has not decided about it before."""
    appeal(kernel(), caller().account_id, body.text)
