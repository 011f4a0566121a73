"""Synthetic pages in the shape of LinkedIn's, for invented people: what the end-to-end tests and `candor demo` open.

Each template says which real layout it mirrors. Nothing is loaded from anywhere, and no text is a real person's.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

Kind = Literal[
    "classic", "server", "public", "own", "contact-info",
    "wall", "guest-home", "not-found", "feed", "search", "company", "messaging", "sales", "recruiter",
]  # fmt: skip
Product = Literal["profile", "sales", "recruiter"]

CANARY_MAIL = "planted.canary@canary-candor-sample.example"
CANARY_PHONE = "+33 6 39 98 76 54"

_FOLDER = Path(__file__).parent
_FILES = {
    "own": "classic", "contact-info": "classic", "guest-home": "guest_home", "not-found": "not_found",
    "feed": "list", "search": "list", "company": "list", "messaging": "list",
}  # fmt: skip
_PRODUCTS = {"profile": 0x002A, "sales": 0x002C, "recruiter": 0x0043}
_WORDS = {
    "en": {
        "contact": "Contact info", "about": "About", "experience": "Experience", "signin": "Sign in",
        "join": "Join now", "gone": "This page doesn’t exist", "list": "People", "also": "Others named alike",
    },
    "fr": {
        "contact": "Coordonnées", "about": "Infos", "experience": "Expérience", "signin": "S’identifier",
        "join": "S’inscrire", "gone": "Cette page n’existe pas", "list": "Personnes", "also": "Autres personnes",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """An invented person. Vanity names end in -candor-sample, so that no real one is meant."""

    vanity: str
    name: str
    headline: str = "Head of Samples at Sample House"
    company: str = "Sample House"
    location: str = "Lyon, France"


MIRA = Person("mira-kessler-candor-sample", "Mira Kessler", "Head of Supply, Northern Region")
THEO = Person("theo-marchetti-candor-sample", "Théo Marchetti", "Buyer at Marchetti & Sons", "Marchetti & Sons")


def member_number(vanity: str) -> int:
    """The number of an invented person, far above any that LinkedIn has given out."""
    return 9_000_000_000 + int.from_bytes(hashlib.sha256(vanity.encode()).digest()[:4], "big") % 1_000_000_000


def opaque_id(number: int, product: Product = "profile") -> str:
    """An id in LinkedIn's form: two bytes of kind, six of member number, 21 of (here: meaningless) signature."""
    start = _PRODUCTS[product].to_bytes(2, "big") + number.to_bytes(6, "big")
    signature = b"\x01" + hashlib.sha256(start).digest()[:20]
    return base64.urlsafe_b64encode(start + signature).decode().rstrip("=")


def linkedin_path(kind: Kind, vanity: str = MIRA.vanity) -> str:
    """Where on LinkedIn a page of this kind stands."""
    number = member_number(vanity)
    profile = f"/in/{quote(vanity)}/"
    paths: dict[Kind, str] = {
        "contact-info": f"{profile}overlay/contact-info/",
        "guest-home": "/",
        "feed": "/feed/",
        "search": "/search/results/people/?keywords=sample",
        "company": "/company/sample-house/",
        "messaging": "/messaging/thread/2-sample/",
        "sales": f"/sales/lead/{opaque_id(number, 'sales')},NAME_SEARCH,qJrX",
        "recruiter": f"/talent/profile/{opaque_id(number, 'recruiter')}",
    }
    return paths.get(kind, profile)


def linkedin_page(
    kind: Kind,
    person: Person | None = None,
    *,
    vanity: str = MIRA.vanity,
    name: str = MIRA.name,
    headline: str = MIRA.headline,
    company: str = MIRA.company,
    location: str = MIRA.location,
    lang: Literal["en", "fr"] = "en",
    masked: bool = False,
    loaded_as: Person | None = None,
    then: Person | None = None,
    delay_ms: int = 600,
    mail: str = CANARY_MAIL,
    phone: str = CANARY_PHONE,
) -> str:
    """One page as HTML, about `person` or about the person the other arguments describe.

    `masked` puts asterisks where public pages hide values. `loaded_as` is who the document was loaded for: a classic page
    keeps that person's embedded answers after an in-page navigation. `then` adds a button `#walk` that moves on to that
    person by `history.pushState` and swaps the page `delay_ms` later. `mail` and `phone` stand in the contact overlay.
    """
    who = person or Person(vanity, name, headline, company, location)
    words = _WORDS[lang]
    first, _, last = who.name.partition(" ")
    embedded = loaded_as or who
    embedded_first, _, embedded_last = embedded.name.partition(" ")
    number = member_number(who.vanity)
    values: dict[str, object] = {
        **{f"word_{key}": word for key, word in words.items()},
        "lang": lang,
        "locale": {"en": "en_US", "fr": "fr_FR"}[lang],
        "country": {"en": "www", "fr": "fr"}[lang],
        "style": (_FOLDER / "page.css").read_text(encoding="utf-8"),
        "vanity": who.vanity,
        "name": who.name,
        "first": "*****" if masked else first,
        "last": "*****" if masked else last,
        "headline": who.headline,
        "company": who.company,
        "location": who.location,
        "about": "An invented person, for trying Candor out.",
        "ld_name": "***** *******" if masked else who.name,
        "ld_title": "*****" if masked else who.headline,
        "profile_id": opaque_id(number),
        "sales_id": opaque_id(number, "sales"),
        "recruiter_id": opaque_id(number, "recruiter"),
        "viewer_id": opaque_id(member_number("vera-viewer-candor-sample")),
        "rail_id": opaque_id(member_number("rail-stranger-candor-sample")),
        "rail_sales_id": opaque_id(member_number("rail-stranger-candor-sample"), "sales"),
        "embedded_vanity": embedded.vanity,
        "embedded_name": embedded.name,
        "embedded_first": embedded_first,
        "embedded_last": embedded_last,
        "embedded_headline": embedded.headline,
        "embedded_id": opaque_id(member_number(embedded.vanity)),
        "mail": mail,
        "phone": phone,
        "own_actions": '<a href="/in/me/edit/intro/">Edit</a>' if kind == "own" else "",
    }
    values["overlay"] = _fill("contact_info", values) if kind == "contact-info" else ""
    page = _fill(_FILES.get(kind, kind), values)
    if not then:
        return page
    after = linkedin_page(kind, then, lang=lang)
    walk = {
        "next_main": _cut(after, "<main", "</main>"),
        "next_path": linkedin_path(kind, then.vanity),
        "next_title": _cut(after, "<title>", "</title>")[len("<title>") : -len("</title>")],
        "delay_ms": delay_ms,
    }
    return page.replace("</body>", _fill("walk", walk) + "</body>")


def _cut(page: str, start: str, end: str) -> str:
    return page[page.index(start) : page.index(end) + len(end)]


def _json(value: object) -> str:
    """JSON that may stand in a script or in a code element."""
    return json.dumps(value, ensure_ascii=False).translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&"})


_FORMS: dict[str, Callable[[object], str]] = {
    "": lambda value: html.escape(str(value)),
    "raw:": str,
    "url:": lambda value: quote(str(value)),
    "json:": _json,
}


def _fill(template: str, values: dict[str, object]) -> str:
    """Replaces [[name]] (escaped), [[url:name]], [[json:name]] and [[raw:name]]; an unknown name is a KeyError."""
    text = (_FOLDER / f"{template}.html").read_text(encoding="utf-8")
    return re.sub(r"\[\[((?:raw|url|json):)?(\w+)\]\]", lambda m: _FORMS[m[1] or ""](values[m[2]]), text)
