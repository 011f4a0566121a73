"""Pure rules of sign-up: what a business email is, and which passwords are too easy to guess (clauses 2.Login, 6.1.2)."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from backend.kernel.emails import NotAnEmail as NotAnEmail
from backend.kernel.emails import ascii_domain
from backend.kernel.emails import fold_email as fold_email
from backend.kernel.emails import read_email as read_email

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 256

_HERE = Path(__file__).parent
_LEET = str.maketrans("0134578@$!|", "oleastbasil")
_WALKS = (
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_DRESSING = re.compile(r"^[\d\W_]+|[\d\W_]+$")
_SHORTEST_NAME = 5
_SHORTEST_WORD = 2


def is_business(email: str) -> bool:
    """Whether the domain is neither a private mail service's nor a throw-away one's; their subdomains count too."""
    labels = ascii_domain(email.rpartition("@")[2]).split(".")
    kept = _read_list("private_domains.txt")
    return not any(".".join(labels[start:]) in kept for start in range(len(labels)))


def fold_password(password: str) -> str:
    """One form of the same characters typed on different keyboards."""
    return unicodedata.normalize("NFKC", password)


def find_weakness(password: str, email: str) -> str:
    """Why the password is too easy to guess, as a sentence; empty where it is not."""
    folded = fold_password(password)
    if len(folded) < SHORTEST_PASSWORD:
        return f"Use at least {SHORTEST_PASSWORD} characters."
    plain = folded.casefold()
    if len(set(plain)) < 4:
        return "Use more different characters."
    if plain.isdecimal() and len(plain) < 16:
        return "Use letters too."
    if any(_walks_along(plain, walk) for walk in _WALKS):
        return "This follows the keyboard or the alphabet."
    names = [part for part in re.split(r"[@.]", fold_email(email)) if len(part) >= _SHORTEST_NAME]
    core, local = _undress(plain), fold_email(email).rpartition("@")[0]
    if core in {*names, local, "candor"} or (len(local) >= _SHORTEST_NAME and local in plain):
        return "This is made of your address or of our name."
    if _is_known(plain) or _is_known(core) or _is_known(core.translate(_LEET)):
        return "Others use this password; it would be tried first."
    return ""


def shares_a_word(name: str, email: str) -> bool:
    """Whether a person's name and an address have a word in common, accents, case and order aside; True where there is no name."""
    local = _plain_letters(email.rpartition("@")[0])
    words = [word for word in re.split(r"[^a-z]+", _plain_letters(name)) if len(word) >= _SHORTEST_WORD]
    return not words or any(word in local for word in words)


def _plain_letters(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_known(text: str) -> bool:
    known = _read_list("weak_passwords.txt")
    half = text[: len(text) // 2]
    return text in known or (len(half) >= 3 and half * 2 == text and half in known)


def _undress(text: str) -> str:
    """Without digits and signs around the word: `!Password2026` is `password`."""
    return _DRESSING.sub("", text)


def _walks_along(text: str, walk: str) -> bool:
    core = text.rstrip("!?.")
    return core in walk or core[::-1] in walk


@cache
def _read_list(name: str) -> frozenset[str]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in map(str.strip, lines) if line and not line.startswith("#"))
