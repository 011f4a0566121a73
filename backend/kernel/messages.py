"""Messages to users: written once, told twice, by mail and in the account (the terms ask for both).

A message is a code and its facts. Its words stand in the `messages.toml` of the room that sends it, in English and French, and are
chosen when it is read. `ref` makes telling again harmless.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.kernel.sealing import Sealer
from backend.kernel.tables import messages
from backend.kernel.writing import LANGUAGES, set_words, write_day, write_moment, write_money, write_number

ROOMS = Path(__file__).parents[1]

_TOLD_ONCE = ["account_id", "code", "ref"]

Fact = str | int | date | datetime | Decimal


@dataclass(frozen=True)
class Message:
    """What an account is told. `ref` says of what; the same code and ref are told once."""

    account_id: int
    code: str
    ref: str
    at: datetime
    facts: Mapping[str, Fact]


@dataclass(frozen=True)
class Told:
    """A message as it stands; `mailed_at` is null while the mail is under way."""

    message_id: int
    code: str
    ref: str
    at: datetime
    facts: dict[str, str]
    mailed_at: datetime | None
    bounced_at: datetime | None
    read_at: datetime | None


def tell(connection: sa.Connection, sealer: Sealer, message: Message) -> bool:
    """Tell an account something, in the caller's transaction; False where it was told before. The mail follows by itself."""
    statement = insert(messages).values(_row(sealer, message))
    once = statement.on_conflict_do_nothing(index_elements=_TOLD_ONCE).returning(messages.c.message_id)
    return connection.execute(once).first() is not None


def tell_all(connection: sa.Connection, sealer: Sealer, told: Sequence[Message]) -> None:
    """What `tell` does, for many at once."""
    rows = [_row(sealer, message) for message in told]
    if rows:
        connection.execute(insert(messages).on_conflict_do_nothing(index_elements=_TOLD_ONCE), rows)


def _row(sealer: Sealer, message: Message) -> dict[str, Any]:
    facts = {name: _plain(fact) for name, fact in message.facts.items()}
    render(message.code, LANGUAGES[0], facts)  # a fact that is missing is our fault now, not the worker's tomorrow
    sealed = sealer.seal(json.dumps(facts), _place(message.account_id))
    return {"account_id": message.account_id, "code": message.code, "ref": message.ref, "sealed": sealed, "at": message.at}


def read_messages(connection: sa.Connection, sealer: Sealer, account_id: int, before: int, most: int) -> list[Told]:
    """The newest `most` messages older than message `before`."""
    mine = sa.select(messages).where(messages.c.account_id == account_id, messages.c.message_id < before)
    return [_told(sealer, row) for row in connection.execute(mine.order_by(messages.c.message_id.desc()).limit(most))]


def read_deliveries(connection: sa.Connection, code: str, ref: str, account_ids: Sequence[int]) -> dict[int, datetime | None]:
    """By account, when both channels had one message: null while the mail is under way or came back; only those who were told."""
    delivered = sa.case((messages.c.bounced_at.is_(None), messages.c.mailed_at))
    these = sa.select(messages.c.account_id, delivered).where(
        messages.c.account_id.in_(account_ids), messages.c.code == code, messages.c.ref == ref
    )
    return {row[0]: row[1] for row in connection.execute(these)}


def mark_bounced(connection: sa.Connection, account_id: int, at: datetime) -> int:
    """Mail to this account came back: none of its messages counts as told by mail. Returns how many there were."""
    mailed = sa.and_(messages.c.account_id == account_id, messages.c.mailed_at.is_not(None), messages.c.bounced_at.is_(None))
    return connection.execute(messages.update().where(mailed).values(bounced_at=at)).rowcount


def mark_read(connection: sa.Connection, account_id: int, message_id: int, at: datetime) -> bool:
    """Its reader has seen it; False where there is no such message."""
    this = sa.and_(messages.c.account_id == account_id, messages.c.message_id == message_id)
    return connection.execute(messages.update().where(this).values(read_at=sa.func.coalesce(messages.c.read_at, at))).rowcount > 0


def forget_messages(connection: sa.Connection, account_id: int) -> None:
    """The account is gone, and what it was told with it; a letter already in the outbox still goes."""
    connection.execute(messages.delete().where(messages.c.account_id == account_id))


def render(code: str, lang: str, facts: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text in the reader's language, or else in English. KeyError where the code or a fact is unknown.

    In the words `{day:date}`, `{at:moment}`, `{sum:money}` and `{count:number}` are written as the language does.
    """
    words = all_words()[code]
    lang = lang if lang in words else LANGUAGES[0]
    known = {name: _Written(fact, lang) for name, fact in facts.items()}
    subject, text = words[lang]["subject"], words[lang]["text"]
    return subject.format_map(known).strip(), text.format_map(known).strip() + "\n"


@cache
def all_words() -> dict[str, dict[str, dict[str, str]]]:
    """Every code's words, by language, from the rooms' `messages.toml`; `example` holds facts to try them with."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for file in sorted(ROOMS.glob("*/messages.toml")):
        for code, words in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in found:
                raise ValueError(f"{file}: {code} stands in another room, too")
            for lang in LANGUAGES:
                words[lang] = {part: set_words(said, lang) for part, said in words[lang].items()}
            found[code] = words
    return found


class _Written:
    """A fact, written in a language when a message asks for it."""

    def __init__(self, fact: str, lang: str) -> None:
        self._fact, self._lang = fact, lang

    def __format__(self, form: str) -> str:
        match form:
            case "date":
                return write_day(date.fromisoformat(self._fact[:10]), self._lang)
            case "moment":
                return write_moment(datetime.fromisoformat(self._fact), self._lang)
            case "money":
                return write_money(Decimal(self._fact), self._lang)
            case "number":
                return write_number(Decimal(self._fact), self._lang)
        return self._fact


def _plain(fact: Fact) -> str:
    return fact.isoformat() if isinstance(fact, date) else str(fact)


def _place(account_id: int) -> str:
    return f"message:{account_id}"


def open_facts(sealer: Sealer, row: sa.Row[Any]) -> dict[str, str]:
    """The facts of a message's row."""
    facts: dict[str, str] = json.loads(sealer.open(row.sealed, _place(row.account_id)))
    return facts


def _told(sealer: Sealer, row: sa.Row[Any]) -> Told:
    facts = open_facts(sealer, row)
    return Told(row.message_id, row.code, row.ref, row.at, facts, row.mailed_at, row.bounced_at, row.read_at)
