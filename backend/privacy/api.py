"""HTTP: the objection page. Its address is the secret, so it needs no login; looking at it changes nothing, its one button does."""

from flask import Response

from backend.directory import object_to_use, read_objector
from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.pages import answer_page
from backend.privacy.texts import choose_reader_language, read_page_texts

api = Room("privacy", __name__, template_folder="templates")


@api.get("/objection/<token>", who="anyone", limit=PAGES, media="text/html")
def show_objection(token: str) -> Response:
    """Show the person a notice was sent to how to object."""
    objector = read_objector(kernel(), token)
    if objector is None:
        return _nobody()
    _, lang, has_objected = objector
    return _page(lang, "done" if has_objected else "ask")


@api.post("/objection/<token>", who="anyone", limit=PAGES, media="text/html", status=303)
def object_(token: str) -> Response:
    """Take the person out of the directory, at once and for good; then show the page again, which says so."""
    house = kernel()
    objector = read_objector(house, token)
    if objector is None:
        return _nobody()
    object_to_use(house, objector[0], house.clock.now())
    return Response(status=303, headers={"Location": token})


def _nobody() -> Response:
    return _page(choose_reader_language(), "nobody", 404)


def _page(lang: str, state: str, status: int = 200) -> Response:
    words = {"texts": read_page_texts(lang), "contact": kernel().settings.privacy_contact}
    response = answer_page("objection.html", status, lang=lang, state=state, **words)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
