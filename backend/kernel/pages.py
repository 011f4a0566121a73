"""Pages for people without the extension: HTML that loads nothing from elsewhere and runs no script.

Every page extends `base.html` (in `backend/web/templates`), which Jinja finds by name.
"""

from typing import Any

from flask import Response, render_template, request

from backend.kernel.writing import LANGUAGES

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def page_language() -> str:
    """The reader's language, of those we write in."""
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def answer_page(template: str, status: int = 200, *, lang: str = "", **context: Any) -> Response:
    """Render `template`; `lang` is the reader's own where it is not named."""
    html = render_template(template, lang=lang or page_language(), **context)
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "DENY"  # for browsers that do not know frame-ancestors
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "Accept-Language"
    return response
