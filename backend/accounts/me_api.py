"""HTTP: what an account asks about itself: deletion, export, a report of misuse, questions of operators."""

from datetime import datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints
from pydantic_core import to_json
from typing_extensions import TypedDict

from backend.accounts import questions
from backend.accounts.api import OnlyEmail, Password
from backend.accounts.compromise import ask_report, confirm_report, is_asked, report_own
from backend.accounts.deletion import delete_account, read_warning
from backend.accounts.export import export_account
from backend.accounts.profiles import Profile, write_profile
from backend.kernel.http import JSON, Body, Room, caller, kernel
from backend.kernel.limits import PAGES, READS, SIGN_INS, WRITES
from backend.kernel.pages import answer_page, page_language
from backend.kernel.problems import KINDS, Problem

api = Room("me", __name__, template_folder="templates")


Said = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]


class ProfileBody(Body):
    given_name: Said | None = None
    family_name: Said | None = None
    job_title: Said | None = None
    company: Said | None = None


class ConsequenceShown(TypedDict):
    code: str
    text: str


class WorkspaceLeft(TypedDict):
    name: str | None
    role: str
    others: int
    effect: str


class DeletionShown(TypedDict):
    phrase: str
    workspace: WorkspaceLeft
    consequences: list[ConsequenceShown]


class Deletion(Body):
    phrase: Annotated[str, Field(max_length=200)]
    password: Password


class QuestionShown(TypedDict):
    question_id: str
    question: str
    asked_at: datetime
    answer_by: datetime
    answer: str | None


class Questions(TypedDict):
    questions: list[QuestionShown]


class Answer(Body):
    answer: Annotated[str, Field(min_length=1, max_length=2000)]
    contacts: bool | None = None
    activity: bool | None = None


@api.put("/v1/me/profile", limit=WRITES, body=ProfileBody, status=204)
def change_profile(body: ProfileBody) -> None:
    """Say who you are: names, job title, company. What is left out or empty is not said any more.

    A profile that says all four is rewarded once, as the plan sheet says. GET /v1/me shows it.
    """
    said = {name: text or None for name, text in body.model_dump().items()}
    write_profile(kernel(), caller().account_id, Profile(**said))


@api.get("/v1/me/deletion", limit=READS, answer=DeletionShown)
def show_deletion() -> DeletionShown:
    """What deleting this account would mean, for exactly this account, and the phrase to type. Nothing changes."""
    warning = read_warning(kernel(), caller().account_id, page_language())
    left = warning.departure
    return {
        "phrase": warning.phrase,
        "workspace": {"name": left.name, "role": left.role, "others": left.others, "effect": left.effect},
        "consequences": [{"code": each.code, "text": each.text} for each in warning.consequences],
    }


@api.post("/v1/me/deletion", limit=WRITES, body=Deletion, status=204, problems=("phrase-wrong", "credentials-wrong"))
def delete(body: Deletion) -> None:
    """Delete this account, at once and for good. A mail confirms it.

    `phrase` is what GET names after the consequences: typing it acknowledges them.
    """
    delete_account(kernel(), caller().account_id, body.phrase, body.password, page_language())


@api.get("/v1/me/export", limit=WRITES)
def export() -> Response:
    """Everything kept about this account, as one JSON file to save."""
    return answer_export(caller().account_id)


@api.post("/v1/me/compromise", limit=WRITES, status=204)
def report_compromise() -> None:
    """Report that somebody else uses this account: every session ends at once, this one too, and a new password comes by mail."""
    report_own(kernel(), caller().account_id)


@api.post("/v1/compromise", who="anyone", limit=SIGN_INS, body=OnlyEmail, status=202)
def ask_compromise_link(body: OnlyEmail) -> None:
    """Mail a link to report misuse with, where the address has an account; for those who are signed out."""
    ask_report(kernel(), body.email)


@api.get("/compromise/<token>", who="anyone", limit=PAGES, media="text/html")
def show_compromise(token: str) -> Response:
    """Ask once more; looking changes nothing."""
    return _compromise("ask" if is_asked(kernel(), token) else "gone")


@api.post("/compromise/<token>", who="anyone", limit=SIGN_INS, media="text/html")
def confirm_compromise(token: str) -> Response:
    """End every session."""
    try:
        confirm_report(kernel(), token)
    except Problem:
        return _compromise("gone")
    return _compromise("done")


@api.get("/v1/me/questions", limit=READS, answer=Questions, leads_to={"me.answer": {"question_id": "/questions/0/question_id"}})
def list_questions() -> Questions:
    """What those who run Candor ask, newest first; `answer` is null while one waits."""
    me, house = caller(), kernel()
    found = questions.list_questions(house, me.account_id)
    return {
        "questions": [
            {
                "question_id": house.ids.encode("question", me.account_id, each.question_id),
                "question": each.question,
                "asked_at": each.asked_at,
                "answer_by": each.answer_by,
                "answer": each.answer,
            }
            for each in found
        ]
    }


@api.post("/v1/me/questions/<question_id>", limit=WRITES, body=Answer, status=204, problems=("not-found",))
def answer(question_id: str, body: Answer) -> None:
    """Answer a question. Where it is about LinkedIn, `contacts` and `activity` say whether your account there has any."""
    me, house = caller(), kernel()
    known = house.ids.decode("question", me.account_id, question_id)
    if known is None or not questions.answer(
        house, me.account_id, known, body.answer, contacts=body.contacts, activity=body.activity
    ):
        raise Problem("not-found")


def answer_export(account_id: int) -> Response:
    """The export, as a file."""
    document: dict[str, Any] = export_account(kernel(), account_id, page_language())
    response = Response(to_json(document, indent=2), mimetype=JSON)
    response.headers["Content-Disposition"] = 'attachment; filename="candor-export.json"'
    return response


def _compromise(state: str) -> Response:
    response = answer_page("compromise.html", KINDS["not-found"].status if state == "gone" else 200, state=state)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
