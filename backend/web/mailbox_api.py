"""HTTP: the mailbox page, on loopback without a mail server only: mail that would have been sent stays here to be read."""

from flask import Response
from markupsafe import Markup, escape

from backend.kernel.http import Room, kernel
from backend.kernel.limits import PAGES
from backend.kernel.loopback import refuse_other_hosts
from backend.kernel.mail import read_mailbox
from backend.kernel.pages import answer_page
from backend.web.links import split_links

api = Room("mailbox", __name__)
api.before_request(refuse_other_hosts)


@api.get("/mailbox", who="anyone", limit=PAGES, media="text/html")
def show_mailbox() -> Response:
    """Show the letters, newest first."""
    house = kernel()
    with house.database.begin() as connection:
        letters = read_mailbox(connection, house.sealer)
    return answer_page("mailbox.html", letters=letters, clickable=_clickable)


def _clickable(text: str) -> Markup:
    parts = (Markup('<a href="{0}">{0}</a>').format(part) if is_link else escape(part) for is_link, part in split_links(text))
    return Markup("").join(parts)
