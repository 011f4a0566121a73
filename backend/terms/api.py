"""HTTP: the terms as an account sees them: what is in force, what it accepted, what is announced; and its answer."""

from datetime import datetime
from typing import Annotated, Literal

from flask import Response
from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from backend.kernel.http import Body, Room, caller, kernel
from backend.kernel.limits import PAGES, READS, WRITES
from backend.kernel.pages import page_language
from backend.kernel.problems import Problem
from backend.terms import answers
from backend.terms.acceptances import NEEDED
from backend.terms.documents import Kind, read_document
from backend.terms.pdf import print_document
from backend.terms.tables import KINDS

api = Room("terms", __name__)


def _must_be_true(value: bool) -> bool:
    if not value:
        raise ValueError("must be true")
    return value


Ticked = Annotated[bool, Field(json_schema_extra={"const": True}), AfterValidator(_must_be_true)]


def _must_differ(kinds: list[Kind]) -> list[Kind]:
    if len(set(kinds)) != len(kinds):
        raise ValueError("names a document twice")
    return kinds


Documents = Annotated[
    list[Kind],
    Field(min_length=1, max_length=len(KINDS), json_schema_extra={"uniqueItems": True}),
    AfterValidator(_must_differ),
]


class AcceptanceBody(Body):
    """`accept` is the tick. Without `documents` the three behind the box at sign-up are meant."""

    accept: Ticked
    documents: Documents = Field(default_factory=lambda: list(NEEDED))
    which: Literal["in-force", "announced"] = "in-force"


class RefusalBody(Body):
    """`refuse` is the tick; `documents` are those whose announced version is refused."""

    refuse: Ticked
    documents: Documents


class Language(Body):
    lang: Literal["en", "fr"] | None = None


class InForce(TypedDict):
    document: str
    version: str
    sha256: str
    effective_at: datetime
    url: str
    pdf: str


class Mine(TypedDict):
    document: str
    version: str
    sha256: str
    action: str
    accepted_at: datetime
    url: str
    pdf: str


class Coming(TypedDict):
    document: str
    version: str
    sha256: str
    announced_at: datetime
    effective_at: datetime
    accepted: bool
    refused: bool
    url: str
    pdf: str


class TermsShown(TypedDict):
    in_force: list[InForce]
    mine: list[Mine]
    announced: list[Coming]


@api.get("/v1/terms", limit=READS, answer=TermsShown)
def read_terms() -> dict[str, object]:
    """Say which documents are in force, which versions hold for this account, and what is announced."""
    seen = answers.read_overview(kernel(), caller(), page_language())
    return {
        "in_force": [
            {
                "document": document.kind,
                "version": document.version,
                "sha256": document.sha256,
                "effective_at": published.effective_at,
                **_addresses(document.kind, document.version, document.lang),
            }
            for document, published in seen.in_force
        ],
        "mine": [
            {
                "document": mine.document,
                "version": mine.version,
                "sha256": mine.sha256,
                "action": mine.action,
                "accepted_at": mine.accepted_at,
                **_addresses(mine.document, mine.version, mine.lang),
            }
            for mine in seen.mine
        ],
        "announced": [
            {
                "document": each.document.kind,
                "version": each.document.version,
                "sha256": each.document.sha256,
                "announced_at": each.publication.published_at,
                "effective_at": each.publication.effective_at,
                "accepted": each.accepted,
                "refused": each.refused,
                **_addresses(each.document.kind, each.document.version, each.document.lang),
            }
            for each in seen.announced
        ],
    }


@api.post("/v1/terms/acceptances", limit=WRITES, body=AcceptanceBody, status=204, problems=("nothing-announced",))
def accept_terms(body: AcceptanceBody) -> None:
    """Accept documents as they are in force, or, with `which` `announced`, as they will be.

    Lookups and reveals open again once the terms, the plan sheet and the privacy policy in force are accepted.
    """
    answers.accept(kernel(), caller(), body.documents, body.which, page_language())


@api.post("/v1/terms/refusals", limit=WRITES, body=RefusalBody, status=204, problems=("nothing-announced", "already-accepted"))
def refuse_terms(body: RefusalBody) -> None:
    """Refuse an announced change, until it takes force.

    The version accepted before stays until the period ends, and the period is not renewed.
    """
    answers.refuse(kernel(), caller(), body.documents)


@api.get("/v1/terms/<kind>/<version>.pdf", who="anyone", limit=PAGES, query=Language, media="application/pdf")
def download_terms(kind: str, version: str, query: Language) -> Response:
    """Give one version as a PDF to keep or print. It carries the exact text as an attachment, and its SHA-256 on every page."""
    with kernel().database.begin() as connection:
        try:
            document = read_document(connection, kind, version, query.lang or page_language())
        except KeyError:
            raise Problem("not-found") from None
    response = Response(print_document(document), mimetype="application/pdf")
    response.headers["X-Document-SHA256"] = document.sha256
    response.headers["Content-Disposition"] = f'inline; filename="candor-{document.kind}-{document.version}.pdf"'
    response.headers["Vary"] = "Accept-Language"
    return response


def _addresses(kind: str, version: str, lang: str) -> dict[str, str]:
    base = kernel().settings.public_url
    return {"url": f"{base}/{kind}/{version}", "pdf": f"{base}/v1/terms/{kind}/{version}.pdf?lang={lang}"}
