"""Pages for people without the extension: HTML that loads nothing from elsewhere and runs no script.

Every page extends `base.html` (in `backend/web/templates`), which Jinja finds by name, and is made of the parts of `parts.html`
(`docs/design.md`). Here is also what guards a form: the key of its session, and where it came from.
"""

import hashlib
import hmac
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, redirect, render_template, request

from backend.kernel.writing import LANGUAGES, set_words

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_LONGEST_FIELD = 1000


def page_language() -> str:
    """The reader's language, of those we write in."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def answer_page(template: str, status: int = 200, *, lang: str = "", **context: Any) -> Response:
    """Render `template`, with a banner for each incident that lasts; `lang` is the reader's own where it is not named."""
    lang = lang or page_language()
    lasting = current_app.extensions["candor"].switches.lasting_incidents()
    html = render_template(template, lang=lang, banners=[words[lang] for words in lasting], **context)
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "DENY"  # for browsers that do not know frame-ancestors
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language"
    return response


def speak(lang: str, *rooms: Path) -> Callable[..., str]:
    """Says an English sentence in the reader's language, with the `french.toml` of `rooms`; what stands in braces is filled in."""

    def say(sentence: str, **facts: Any) -> str:
        said = sentence
        if lang != LANGUAGES[0]:
            said = next((french[sentence] for french in map(read_french, rooms) if sentence in french), sentence)
        return said.format(**facts) if facts else said

    return say


@cache
def read_french(room: Path) -> dict[str, str]:
    """The French of what a room's pages say; the English sentence is its own key."""
    written = tomllib.loads((room / "french.toml").read_text(encoding="utf-8"))
    return {sentence: set_words(said, "fr") for sentence, said in written.items()}


def read_field(name: str, longest: int = _LONGEST_FIELD) -> str:
    """What a form's field says, without blanks around it."""
    return request.form.get(name, "").replace("\x00", "").strip()[:longest]


def see_other(address: str) -> Response:
    """What follows a form that was carried out: its page anew, so that sending it again is harmless."""
    response: Response = redirect(address, 303)  # type: ignore[assignment]
    response.headers["Cache-Control"] = "no-store"
    return response


def form_key(session: str) -> str:
    """What every form of a session carries, and no other page can know."""
    return hmac.new(session.encode(), b"candor form", hashlib.sha256).hexdigest()


def carries_key(key: str) -> bool:
    """Whether the form that was sent is one of the session with this key."""
    return hmac.compare_digest(request.form.get("form_key", "").encode(), key.encode())


def came_from_elsewhere() -> bool:
    """Whether a browser says that another site sent this form: for forms before any session."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def stay_within(home: str, wanted: str) -> str:
    """The path that was wanted, where it is `home` or below it; else `home`."""
    parts = urlsplit(wanted)
    below = not (parts.scheme or parts.netloc) and (parts.path == home or parts.path.startswith(f"{home}/"))
    return parts.path if below and "\\" not in wanted else home
