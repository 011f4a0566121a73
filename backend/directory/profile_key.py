"""Reads what somebody calls a LinkedIn profile (an address, a vanity name, a member id) as the key it is looked up by. Pure.

An address is only a key: nothing else of it, and nothing of the page behind it, ever enters the directory.
"""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

LONGEST_TEXT = 2000
LONGEST_VANITY = 200
_LARGEST_MEMBER = 2**48

# An opaque id: URL-safe base64 of 29 bytes: kind (profile, Sales Navigator, Recruiter), member number, signature.
_OPAQUE = re.compile(r"(?:ACoAA|ACwAA|AEMAA)[A-Za-z0-9_-]{34}=?")
_OPAQUE_HEADS = ("ACoAA", "ACwAA", "AEMAA")
_OPAQUE_KINDS = (b"\x00\x2a", b"\x00\x2c", b"\x00\x43")
_URN = re.compile(r"urn:li:(?:member:(?P<number>\d{1,15})|fsd?_profile:(?P<opaque>[A-Za-z0-9_=-]+))")
# How most are written: nothing in it that the long way below would change, and no name that stands for something else.
_PLAIN = re.compile(r"https://www\.linkedin\.com/in/(?!me/?$)(?=[-_]*[a-z0-9])([a-z0-9_-]{1,200})/?")
_HOST = re.compile(r"(?:[a-z0-9-]{1,20}\.)?linkedin\.com\.?")
_FIRST_STEPS = {"in", "sales", "talent", "recruiter", "comm", "mwlite", "profile"}
# Joiners stand inside emoji and Persian words; every other invisible character could only disguise a name.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class ProfileKey:
    """What identities are looked up by: a vanity name (lower case, NFC) or a member number (decimal digits)."""

    kind: Literal["vanity", "member"]
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def read_profile_key(text: str) -> ProfileKey | None:
    """The key that `text` names, or None where it is no profile.

    Takes any address of a profile (on any host of LinkedIn's, with whatever follows the name), a bare vanity name, a bare member
    number or an opaque id. `me` is the reader's own page, so it names nobody.
    """
    if plain := _PLAIN.fullmatch(text):
        return ProfileKey("vanity", plain[1])
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or "\x00" in text:
        return None
    if urn := _URN.fullmatch(text):
        return _read_member(urn["number"]) if urn["number"] else _read_opaque(urn["opaque"])
    if "/" in text:
        return _read_address(text)
    if text.isascii() and text.isdigit():
        return _read_member(text)
    return _read_name(_decode(text))


def _read_address(text: str) -> ProfileKey | None:
    if "://" not in text:
        first = text.lstrip("/").split("/", 1)[0]
        text = "https://www.linkedin.com/" + text.lstrip("/") if first in _FIRST_STEPS else "https://" + text.lstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    steps = [step for step in parts.path.split("/") if step]
    if steps and steps[0].lower() in ("comm", "mwlite"):
        steps = steps[1:]
    match [step.lower() for step in steps[:2]]:
        case ["in", _]:
            return _read_name(_decode(steps[1]))
        case ["sales", "lead" | "people" | "profile"] | ["talent" | "recruiter", "profile"] if len(steps) > 2:
            return _read_id(_decode(steps[2]).split(",")[0])
        case ["profile", "view"]:
            return _read_id(parse_qs(parts.query).get("id", [""])[0])
    return None


def _decode(step: str) -> str:
    try:
        return unquote(step, errors="strict")
    except UnicodeDecodeError:
        return ""


def _read_id(text: str) -> ProfileKey | None:
    return _read_member(text) if text.isascii() and text.isdigit() else _read_opaque(text)


def _read_member(digits: str) -> ProfileKey | None:
    number = int(digits) if len(digits) <= 15 else 0
    return ProfileKey("member", str(number)) if 0 < number < _LARGEST_MEMBER else None


def _read_opaque(text: str) -> ProfileKey | None:
    if not _OPAQUE.fullmatch(text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text.rstrip("=") + "=")
    except binascii.Error:
        return None
    number = int.from_bytes(raw[2:8])
    return ProfileKey("member", str(number)) if raw[:2] in _OPAQUE_KINDS and number else None


def _read_name(name: str) -> ProfileKey | None:
    if name.startswith(_OPAQUE_HEADS):
        return _read_opaque(name)
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
    if not 0 < len(name) <= LONGEST_VANITY or name == "me" or not all(map(_may_stand_in_a_vanity, name)):
        return None
    if not any(unicodedata.category(letter)[0] in "LNS" for letter in name):
        return None
    return ProfileKey("vanity", name)


def _may_stand_in_a_vanity(letter: str) -> bool:
    if letter.isascii():
        return letter.isalnum() or letter in "-_"
    return letter in _JOINERS or unicodedata.category(letter)[0] not in "CZ"
