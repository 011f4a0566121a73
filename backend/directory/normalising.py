"""One spelling for what has many: emails, phone numbers, names and companies, so that the same value has the same digest. Pure."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

LONGEST_EMAIL = 254

# Around an address: spaces of every width and marks that are not seen.
_AROUND = " \t\r\n\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff"
_TRIM = re.compile(f"^[{_AROUND}]+|[{_AROUND}]+$")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")
_LOCAL = re.compile(r"[^\s@\"<>(),:;\[\]\\\x00-\x1f\x7f]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LEGAL_FORMS = re.compile(
    "(?: (?:sas|sasu|sarl|eurl|sa|snc|gmbh|ag|kg|ug|se|ltd|limited|plc|llp|llc|inc|corp|bv|nv|srl|spa|sl|slu|lda|sp z oo|sp z o o)"
    ")+$"
)

# Private mail services: an address there is the person's own, whatever column it stands in.
_PRIVATE = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "t-online.de", "freenet.de", "proton.me",
    "protonmail.com", "pm.me", "tutanota.com", "mail.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net",
    "bbox.fr", "hotmail.fr", "yahoo.fr", "outlook.fr", "live.fr", "hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "sky.com",
    "libero.it", "virgilio.it", "tiscali.it", "alice.it", "hotmail.it", "yahoo.it", "telefonica.net", "hotmail.es", "yahoo.es",
    "ziggo.nl", "kpnmail.nl", "planet.nl", "hotmail.nl", "sapo.pt", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "gazeta.pl",
})  # fmt: skip


class Unreadable(ValueError):
    """A text that is no value of the kind it should be."""


def normalise_email(text: str) -> str:
    """An address in the one form its digest is made of: bare, lower case, NFC, its domain as the DNS writes it.

    Dots and plus tags stay: they may be other people. Raises Unreadable.
    """
    text = _TRIM.sub("", text)
    if bracketed := _IN_BRACKETS.fullmatch(text):
        text = _TRIM.sub("", bracketed[1])
    if text[:7].lower() == "mailto:":
        text = text[7:]
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    local, at, domain = text.rpartition("@")
    try:
        domain = domain.rstrip(".").encode("idna").decode()
    except UnicodeError:
        raise Unreadable("email") from None
    labels = domain.split(".")
    if (
        not at
        or len(text) > LONGEST_EMAIL
        or not _LOCAL.fullmatch(local)
        or ".." in f".{local}."
        or len(labels) < 2
        or not all(_LABEL.fullmatch(label) for label in labels)
        or labels[-1].isdigit()
    ):
        raise Unreadable("email")
    return f"{local}@{domain}"


def is_private_address(email: str) -> bool:
    """Whether a normalised address is on a private mail service."""
    return email.rpartition("@")[2] in _PRIVATE


@dataclass(frozen=True)
class Phone:
    """A number as the whole world writes it (E.164), and the country its numbering plan is of."""

    e164: str
    region: str | None


def normalise_phone(text: str, country: str | None) -> Phone:
    """A number in E.164; one written without its country is read as of `country`. Raises Unreadable."""
    text = text.strip()
    if text.startswith("00"):
        text = f"+{text[2:]}"
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        raise Unreadable("phone") from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise Unreadable("phone")
    # Numbers kept for films are in no country's plan, so the calling code tells the country, not the number's own pattern.
    region = phonenumbers.region_code_for_country_code(number.country_code or 0)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164, region if re.fullmatch(r"[A-Z]{2}", region) else None)


def normalise_words(text: str) -> str:
    """A name or a title for comparing: no accents, no case, no punctuation, single spaces."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())


def normalise_company(name: str) -> str:
    """A company's name for comparing, without its legal form."""
    words = normalise_words(name.replace(".", ""))
    return _LEGAL_FORMS.sub("", words) or words
