"""Mail to the contact address: a user's becomes a thread or goes on with one, anybody else's a case for operators (16.2).

Who a mail is from is what it says; the mail server in front decides what it lets in. So a mail changes nothing but its thread: what
reads like a cancellation is entered with its receipt time, and a person decides.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import find_row, login_digests
from backend.helpdesk.letters import write_received
from backend.helpdesk.mail_text import Mail, cancels, read_mail
from backend.helpdesk.rules import Category
from backend.helpdesk.tables import threads, unknown_mails
from backend.helpdesk.threads import THREAD, Opening, Place, add_words, find_sent, is_thread, open_thread
from backend.kernel import Kernel
from backend.kernel.emails import NotAnEmail, fold_email, read_email
from backend.kernel.ids import ID_LENGTH
from backend.kernel.mail import post
from backend.kernel.messages import Fact, Message, tell
from backend.kernel.ops import open_task
from backend.kernel.request_keys import RequestKey

_ACKNOWLEDGED_A_DAY = 3
_A_DAY = timedelta(days=1)
_REFERENCE = re.compile(rf"\[([a-z2-7]{{{ID_LENGTH}}})\]")
_HAVE_AN_ACCOUNT = ("active", "suspended")
_SENDER = "helpdesk-sender"


@dataclass(frozen=True)
class Taken:
    """What became of a mail; `subject` names it by our own ids, or says why nobody reads it."""

    outcome: Literal["opened", "added", "case", "known", "ignored"]
    subject: str


@dataclass(frozen=True)
class Case:
    """A mail from an address without an account."""

    mail_id: int
    category: str
    sender: str
    text: str
    received_at: datetime
    closed_at: datetime | None


def take_mail(kernel: Kernel, raw: bytes, received_at: datetime | None = None) -> Taken:
    """Take in a mail, in a transaction of its own. Whatever it is, it does not raise."""
    with kernel.database.begin() as connection:
        return take(connection, kernel, raw, received_at)


def take(connection: sa.Connection, kernel: Kernel, raw: bytes, received_at: datetime | None = None) -> Taken:
    """The same, in the caller's. `received_at` is when the mail server had it: now, where it is not said or lies ahead."""
    mail, now = read_mail(raw), kernel.clock.now()
    if mail.machine:
        return Taken("ignored", mail.machine)
    received = min(received_at or now, now)
    address = _read_address(mail.sender)
    account = find_row(connection, login_digests(kernel, address), lock=True) if address else None
    if account is not None and account.state in _HAVE_AN_ACCOUNT:
        return _take_known(connection, kernel, account, mail, received)
    return _take_unknown(connection, kernel, address, mail, received)


def list_cases(connection: sa.Connection, kernel: Kernel, most: int) -> list[Case]:
    """Mail of people without an account that nobody has closed, the oldest first."""
    still_open = sa.select(unknown_mails).where(unknown_mails.c.closed_at.is_(None))
    return [_read_case(kernel, row) for row in connection.execute(still_open.order_by(unknown_mails.c.mail_id).limit(most))]


def read_case(connection: sa.Connection, kernel: Kernel, mail_id: int) -> Case | None:
    """One of them, closed or not; None where there is none of this number."""
    row = connection.execute(sa.select(unknown_mails).where(unknown_mails.c.mail_id == mail_id)).one_or_none()
    return _read_case(kernel, row) if row is not None else None


def close_case(connection: sa.Connection, mail_id: int, at: datetime) -> bool:
    """A person looked at it; False where none of this number is open."""
    this = sa.and_(unknown_mails.c.mail_id == mail_id, unknown_mails.c.closed_at.is_(None))
    return connection.execute(unknown_mails.update().where(this).values(closed_at=at)).rowcount > 0


def _take_known(connection: sa.Connection, kernel: Kernel, account: sa.Row[Any], mail: Mail, received: datetime) -> Taken:
    body = hashlib.sha256(mail.words.encode()).digest()
    key = RequestKey(hashlib.sha256(b"mail:" + mail.sent_as.encode() + body).digest(), body)
    if (known := find_sent(connection, account.account_id, key)) is not None:
        return Taken("known", f"thread {known}")
    category: Category = "cancellation" if cancels(mail) else "question"
    referred = _find_referred(connection, kernel, account.account_id, mail)
    if referred is not None and (category == "question" or referred.category == "cancellation"):
        place = Place(account.account_id, referred.thread_id)
        add_words(connection, kernel, place, mail.words, key)
        return Taken("added", f"thread {place}")
    opening = Opening(category, "normal", "mail", mail.words, received, key=key)
    place = open_thread(connection, kernel, account, opening)
    if mail.answerable and _may_acknowledge(connection, threads, threads.c.account_id == account.account_id, kernel.clock.now()):
        _acknowledge(connection, kernel, place, received)
    return Taken("opened", f"thread {place}")


def _find_referred(connection: sa.Connection, kernel: Kernel, account_id: int, mail: Mail) -> sa.Row[Any] | None:
    """The thread whose reference stands in the subject: nobody can make one up, and it is the account's own or none."""
    for found in _REFERENCE.findall(mail.subject.casefold()):
        known = kernel.ids.decode(THREAD, account_id, found)
        if known is not None:
            return connection.execute(sa.select(threads).where(is_thread(Place(account_id, known)))).one_or_none()
    return None


def _acknowledge(connection: sa.Connection, kernel: Kernel, place: Place, received: datetime) -> None:
    now = kernel.clock.now()
    facts: dict[str, Fact] = {"reference": place.reference(kernel), "contact": kernel.settings.contact, "received_at": received}
    tell(connection, kernel.sealer, Message(place.account_id, "helpdesk-received", str(place.thread_id), now, facts))
    connection.execute(threads.update().where(is_thread(place)).values(acknowledged_at=now))


def _take_unknown(connection: sa.Connection, kernel: Kernel, address: str, mail: Mail, received: datetime) -> Taken:
    now, folded = kernel.clock.now(), fold_email(address) if address else ""
    digest = kernel.digester.digest(_SENDER, folded)
    may = mail.answerable and bool(address)
    mine = unknown_mails.c.digest.in_(kernel.digester.digests(_SENDER, folded))
    answers = may and _may_acknowledge(connection, unknown_mails, mine, now)
    values = {
        "digest": digest,
        "category": "cancellation" if cancels(mail) else "question",
        "sealed": kernel.sealer.seal(json.dumps({"sender": mail.sender, "text": mail.words}), _place(digest)),
        "body_digest": kernel.digester.digest("helpdesk-mail", f"{mail.sent_as}\n{mail.words}"),
        "received_at": received,
        "acknowledged_at": now if answers else None,
    }
    once = insert(unknown_mails).values(values).on_conflict_do_nothing(index_elements=["digest", "body_digest"])
    mail_id = connection.execute(once.returning(unknown_mails.c.mail_id)).scalar()
    if mail_id is None:
        return Taken("known", "a mail that was taken in before")
    open_task(connection, "cancellation" if values["category"] == "cancellation" else "unknown-mail", f"mail {mail_id}", now)
    if answers:
        post(connection, kernel.sealer, write_received(address, kernel.settings.privacy_contact, received), now)
    return Taken("case", f"mail {mail_id}")


def _may_acknowledge(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool], at: datetime) -> bool:
    """No more than some a day to one address, whatever it sends."""
    lately = sa.and_(mine, table.c.acknowledged_at > at - _A_DAY)
    counted = connection.execute(sa.select(sa.func.count()).select_from(table).where(lately)).scalar_one()
    return int(counted) < _ACKNOWLEDGED_A_DAY


def _read_address(sender: str) -> str:
    try:
        return read_email(sender)
    except (NotAnEmail, UnicodeError):
        return ""


def _read_case(kernel: Kernel, row: sa.Row[Any]) -> Case:
    opened = json.loads(kernel.sealer.open(row.sealed, _place(row.digest)))
    return Case(row.mail_id, row.category, opened["sender"], opened["text"], row.received_at, row.closed_at)


def _place(digest: bytes) -> str:
    return f"unknown-mail:{digest.hex()}"
