"""The human check: one sentence to read and one of three answers to choose, made anew each time and graded here.

A question is not kept. Its id says until when it holds and to which answer of the account it belongs, under a MAC; what is asked
follows from it by a keyed digest. So it is good for one answer, of one account, within its minutes, and cannot be worked out.
"""

import hashlib
import hmac
import secrets
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from backend.kernel import Kernel
from backend.robots.easing import ScoreAway, ease
from backend.robots.ladder import climb, note_step
from backend.robots.tables import human_checks

CHOICES = 3
FAILURES_FOR_A_PERSON = 3
HOLDS_FOR = timedelta(minutes=3)
_EASED_AGAIN_AFTER = timedelta(days=14)
_SEED, _TIME, _COUNT, _MAC = 8, 5, 3, 16


@dataclass(frozen=True)
class Question:
    """What is shown: `says` is read, `asks` is answered by the place of one of `choices`."""

    check: str
    says: str
    asks: str
    choices: tuple[str, ...]
    answer_by: datetime


class NothingAsked(LookupError):
    """This account is asked nothing."""


def ask_question(kernel: Kernel, account_id: int, lang: str) -> Question | None:
    """A question for an account that is to answer one; None where it is asked nothing."""
    with kernel.database.begin() as connection:
        row = _find(connection, account_id)
    if row is None:
        return None
    answer_by = kernel.clock.now() + HOLDS_FOR
    head = secrets.token_bytes(_SEED) + int(answer_by.timestamp()).to_bytes(_TIME) + row.answers.to_bytes(_COUNT)
    check = urlsafe_b64encode(head + _sign(kernel, account_id, head)[:_MAC]).decode().rstrip("=")
    says, asks, choices, _ = _write(kernel, account_id, head, lang)
    return Question(check, says, asks, choices, answer_by)


def answer_question(kernel: Kernel, account_id: int, check: str, choice: int, lang: str) -> bool:
    """Grade an answer; the question is used up. A wrong one is followed by another question, the third wrong one by a person.

    Passing lowers the score, but not again within a fortnight: then it only lets the account go on. Raises NothingAsked.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        row = _find(connection, account_id, lock=True)
        if row is None:
            raise NothingAsked
        right = _is_right(kernel, account_id, row.answers, check, choice, lang, now)
        failures = row.failures + (not right)
        eases = right and (row.eased_at is None or now - row.eased_at >= _EASED_AGAIN_AFTER)
        change: dict[str, Any] = {"answers": row.answers + 1, "failures": failures}
        if right:
            change["passed_at"] = now
            note_step(connection, kernel, account_id, "passed" if eases else "answered", now)
        if eases:
            change["eased_at"] = now
            _ease(kernel, account_id)
        connection.execute(human_checks.update().where(human_checks.c.account_id == account_id).values(**change))
    if not right and failures == FAILURES_FOR_A_PERSON:
        climb(kernel, account_id, "failed", (), None)
    return right


def _ease(kernel: Kernel, account_id: int) -> None:
    # Without Redis there is no score either that could ask again.
    try:
        ease(kernel, account_id)
    except ScoreAway:
        return


def _find(connection: sa.Connection, account_id: int, *, lock: bool = False) -> sa.Row[Any] | None:
    this = sa.select(human_checks).where(human_checks.c.account_id == account_id, human_checks.c.passed_at.is_(None))
    return connection.execute(this.with_for_update() if lock else this).one_or_none()


def _is_right(kernel: Kernel, account_id: int, answers: int, check: str, choice: int, lang: str, now: datetime) -> bool:
    try:
        raw = urlsafe_b64decode(check + "==")
    except (Error, ValueError):
        return False
    head, mac = raw[:-_MAC], raw[-_MAC:]
    if not hmac.compare_digest(mac, _sign(kernel, account_id, head)[:_MAC]):
        return False
    deadline, count = int.from_bytes(head[_SEED : _SEED + _TIME]), int.from_bytes(head[_SEED + _TIME :])
    return count == answers and now.timestamp() < deadline + 1 and choice == _write(kernel, account_id, head, lang)[3]


def _write(kernel: Kernel, account_id: int, head: bytes, lang: str) -> tuple[str, str, tuple[str, ...], int]:
    """The sentence, the question, the choices, and which is right. Languages differ in words, not in which is right."""
    random = Random(_sign(kernel, account_id, b"what is asked" + head))  # noqa: S311  (seeded by a MAC)
    asked = random.choice(all_questions()[lang])
    fill = random.sample(asked["fill"], CHOICES)
    choices = random.sample(fill, CHOICES)
    return asked["says"].format(*fill), asked["asks"], tuple(choices), choices.index(fill[0])


@cache
def all_questions() -> dict[str, list[dict[str, Any]]]:
    """By language, in the same order."""
    return tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))


def _sign(kernel: Kernel, account_id: int, what: bytes) -> bytes:
    key = hmac.digest(kernel.settings.jwt_secret.encode(), b"candor: human checks", hashlib.sha256)
    return hmac.digest(key, f"{account_id}:".encode() + what, hashlib.sha256)
