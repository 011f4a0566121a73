"""HTTP: the documents. `/terms` is the one in force, `/terms/<version>` stays, `/terms/<version>/text` is byte for byte."""

from flask import Response

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.pages import answer_page, page_language
from backend.kernel.problems import Problem
from backend.terms import KINDS, Document, find_in_force, read_document

api = Room("documents", __name__)

HTML = "text/html"
SHA256 = "X-Document-SHA256"


def _offer(kind: str) -> None:
    """Declare the three addresses of a kind."""

    def show_current() -> Response:
        house = kernel()
        with house.database.begin() as connection:
            version = find_in_force(connection, kind, house.clock.now()).version
        return _show(_read(kind, version))

    def show_version(version: str) -> Response:
        return _show(_read(kind, version))

    def show_text(version: str) -> Response:
        document = _read(kind, version)
        response = Response(document.text.encode(), mimetype="text/plain")
        response.headers[SHA256] = document.sha256
        response.headers["Vary"] = "Accept-Language"
        return response

    for view, path, media, says in (
        (show_current, f"/{kind}", HTML, "Show the version in force."),
        (show_version, f"/{kind}/<version>", HTML, "Show one version, past, in force or announced."),
        (show_text, f"/{kind}/<version>/text", "text/plain", "Give one version's text: its SHA-256 is the one acceptances carry."),
    ):
        view.__name__ = f"{view.__name__}_{kind.replace('-', '_')}"
        view.__doc__ = says
        api.get(path, who="anyone", limit=PAGES, media=media, listed=False)(view)


def _read(kind: str, version: str) -> Document:
    with kernel().database.begin() as connection:
        try:
            return read_document(connection, kind, version, page_language())
        except KeyError:
            raise Problem("not-found") from None


def _show(document: Document) -> Response:
    response = answer_page("document.html", lang=document.lang, document=document)
    response.headers[SHA256] = document.sha256
    return response


for each in KINDS:
    _offer(each)
