"""The notice of Article 14: in which language it is written, and what it says. Pure; the words stand in `letter_texts/`.

Its parts are fields without defaults: a text that lacks one cannot be loaded, and so no letter can leave without it.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path

from backend.kernel.mail import Letter

_TEXTS = Path(__file__).parent / "letter_texts"

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "pl")
_SPOKEN = {
    "fr": "FR MC LU",
    "de": "DE AT LI CH",
    "es": "ES MX AR CO CL PE UY EC BO PY VE CR PA GT HN NI SV DO CU",
    "it": "IT SM VA",
    "nl": "NL BE SR",
    "pt": "PT BR AO MZ CV",
    "pl": "PL",
    "en": "GB IE MT US CA AU NZ IN ZA SG NG KE GH PH HK JM TT",
}
OFFICIAL = {country: lang for lang, countries in _SPOKEN.items() for country in countries.split()}
"""The official language most people of a country read, of those the letter is written in."""

Part = list[str]
"""A heading and a text."""


def choose_language(lang: str | None, country: str | None) -> tuple[str, str]:
    """The letter's language and why: the person's own, else their country's; English where neither is written here."""
    if lang in LANGUAGES:
        return str(lang), "the person's language"
    if country in OFFICIAL:
        return OFFICIAL[country], f"official language of {country}"
    return "en", f"no language of {country} is written here" if country else "country not known"


@dataclass(frozen=True)
class Texts:
    """The letter's words in one language: everything Article 14(1) and (2) asks for has its part here."""

    subject: str
    greeting: str
    date_format: str
    objection_title: str
    objection_text: str
    objection_link: str
    intro: str
    data: Part
    controller: Part
    purposes: Part
    interests: Part
    recipients: Part
    transfers: Part
    retention: Part
    rights: Part
    complaint: Part
    cnil: str
    decisions: Part
    fields: dict[str, str]
    visibilities: dict[str, str]


PARTS = ("controller", "purposes", "interests", "recipients", "transfers", "retention", "rights", "complaint", "decisions")
"""In the order in which they stand below the list of what is held."""


@cache
def read_texts(lang: str) -> Texts:
    """The words in `lang`; TypeError where a part is missing or unknown."""
    return Texts(**tomllib.loads((_TEXTS / f"{lang}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Held:
    """One thing that is held about the person: what, from whom, since when. Not the value: a letter may go astray."""

    field: str
    source: str
    visibility: str
    collected_at: datetime


@dataclass(frozen=True)
class NoticeLetter:
    """Everything a notice needs to be written."""

    to: str
    lang: str
    name: str
    held: Sequence[Held]
    objection_url: str
    controller: str
    address: str
    contact: str

    def write(self) -> Letter:
        """The letter: the objection first and apart, then what is held, then the rest."""
        texts = read_texts(self.lang)
        parts = [(texts.data[0], "", self._held_lines(texts))]
        filled = {"controller": self.controller, "address": self.address, "contact": self.contact, "cnil": texts.cnil}
        for name in PARTS:
            heading, text = getattr(texts, name)
            parts.append((heading, text.format(**filled), []))
        greeting = texts.greeting.format(name=self.name)
        return Letter(
            self.to, texts.subject, self._as_text(texts, greeting, parts), self._as_html(texts, greeting, parts, texts.cnil)
        )

    def _held_lines(self, texts: Texts) -> list[str]:
        """One line for each source and day, naming everything that came from there then."""
        together: dict[tuple[str, str, str], dict[str, None]] = {}
        for each in self.held:
            came = (each.source, texts.visibilities[each.visibility], each.collected_at.strftime(texts.date_format))
            together.setdefault(came, {})[texts.fields[each.field]] = None
        return [
            texts.data[1].format(field=", ".join(named), source=source, visibility=visibility, date=date)
            for (source, visibility, date), named in together.items()
        ]

    def _as_text(self, texts: Texts, greeting: str, parts: list[tuple[str, str, list[str]]]) -> str:
        rule = "=" * 40
        lines = [rule, texts.objection_title, texts.objection_text, "", self.objection_url, rule, "", greeting, "", texts.intro]
        for heading, text, items in parts:
            lines += ["", heading, *([text] if text else []), *(f"- {item}" for item in items)]
        return "\n".join([*lines, "", self.controller, ""])

    def _as_html(self, texts: Texts, greeting: str, parts: list[tuple[str, str, list[str]]], cnil: str) -> str:
        body = [
            '<div style="border:2px solid #0b6e6e;padding:12px 16px;margin:0 0 24px">',
            f"<p><strong>{escape(texts.objection_title)}</strong></p><p>{escape(texts.objection_text)}</p>",
            f'<p><a href="{escape(self.objection_url)}">{escape(texts.objection_link)}</a></p></div>',
            f"<p>{escape(greeting)}</p><p>{escape(texts.intro)}</p>",
        ]
        link = f'<a href="{escape(cnil)}">{escape(cnil)}</a>'
        for heading, text, items in parts:
            body.append(f"<h2 style='font-size:16px;margin:20px 0 4px'>{escape(heading)}</h2>")
            if text:
                body.append(f"<p>{escape(text).replace(escape(cnil), link)}</p>")
            if items:
                body.append(f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>")
        return (
            f'<!doctype html><html lang="{self.lang}"><head><meta charset="utf-8"><title>{escape(texts.subject)}</title></head>'
            '<body style="font:15px/22px system-ui,sans-serif;color:#16202a;max-width:640px">'
            f"{''.join(body)}<p>{escape(self.controller)}</p></body></html>"
        )
