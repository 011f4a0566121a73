"""Mail: written in the transaction of the action it tells about, sealed until it is sent, then kept only for the mailbox page."""

import hashlib
import json
import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from backend.kernel.due import Until
from backend.kernel.sealing import Sealer
from backend.kernel.tables import mails, messages

_PLACE = "mail"
REFUSED = smtplib.SMTPRecipientsRefused.__name__
_NOBODY_THERE = (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)
_PAUSE_SECONDS = 1.0
_FOR_GOOD = 500
"""Codes from here on are for good, those below for now (RFC 5321, 4.2.1)."""
MESSAGE_DOMAIN = "candor.invalid"
"""Ends the Message-ID of every mail of ours, by which one that comes back is known."""
_LONGEST_WAIT = timedelta(hours=1)
_AT_ONCE = 500
_DUE_AT = mails.c.due_at
_UNDER_WAY = messages.c.mailed_at.is_(None)
"""The condition of the index by which a letter's message is found."""


@dataclass(frozen=True)
class Letter:
    """One mail: every one has a text part; `html` may be empty."""

    to: str
    subject: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class SentLetter:
    """A letter with the instant at which it was sent."""

    letter: Letter
    sent_at: datetime


def post(connection: sa.Connection, sealer: Sealer, letter: Letter, due_at: datetime) -> int:
    """Put a letter into the outbox, in the caller's transaction; returns its id."""
    sealed = sealer.seal(json.dumps(asdict(letter)), _PLACE)
    row = connection.execute(mails.insert().values(sealed=sealed, due_at=due_at).returning(mails.c.mail_id))
    return int(row.scalar_one())


def post_all(connection: sa.Connection, sealer: Sealer, letters: Sequence[Letter], due_at: datetime) -> list[int]:
    """What `post` does, for many at once; their ids in the same order."""
    rows = [{"sealed": sealer.seal(json.dumps(asdict(letter)), _PLACE), "due_at": due_at} for letter in letters]
    posted = mails.insert().returning(mails.c.mail_id, sort_by_parameter_order=True)
    return list(connection.execute(posted, rows).scalars()) if rows else []


def read_mailbox(connection: sa.Connection, sealer: Sealer, most: int = 100) -> list[SentLetter]:
    """The letters sent, newest first. Only the embedded default keeps any."""
    sent = sa.select(mails).where(mails.c.sent_at.is_not(None))
    rows = connection.execute(sent.order_by(mails.c.sent_at.desc(), mails.c.mail_id.desc()).limit(most))
    return [SentLetter(Letter(**json.loads(sealer.open(row.sealed, _PLACE))), row.sent_at) for row in rows]


class Delivery:
    """Due work: hands letters to the mail server, one at a time, so that none goes out twice for another's sake.

    One that was handed over in a transaction that did not end well is handed over again, under the same Message-ID. A server that
    cannot be reached is tried once in a tick: one that hangs would keep everything else that is due waiting, ten seconds a letter.
    """

    name = "mail"

    def __init__(self, sealer: Sealer, send: Callable[[Letter, str], None]) -> None:
        self._sealer = sealer
        self._send = send
        self._away_until = float("-inf")

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest letter was due."""
        return _oldest(until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Send one letter; a refusal puts it off, twice as long each time, up to an hour."""
        if time.monotonic() < self._away_until:
            return 0
        row = connection.execute(_take(until, 1, mails)).one_or_none()
        if row is None:
            return 0
        this = mails.c.mail_id == row.mail_id
        try:
            name = hashlib.sha256(row.sealed).hexdigest()[:32]
            self._send(Letter(**json.loads(self._sealer.open(row.sealed, _PLACE))), name)
        except (OSError, smtplib.SMTPException) as error:
            if not isinstance(error, smtplib.SMTPException) or isinstance(error, _NOBODY_THERE):
                self._away_until = time.monotonic() + _PAUSE_SECONDS
            wait = min(timedelta(seconds=5 * 2**row.attempts), _LONGEST_WAIT)
            change: dict[str, Any] = {
                "attempts": row.attempts + 1,
                "due_at": until + wait,
                "last_error": name_failure(error),
            }
            connection.execute(mails.update().where(this).values(**change))
        else:
            connection.execute(messages.update().where(messages.c.mail_id == row.mail_id, _UNDER_WAY).values(mailed_at=until))
            connection.execute(mails.delete().where(this))
        return 1


class Mailbox:
    """Due work where there is no mail server: the letters are there already, the mailbox page shows them from their instant on."""

    name = "mail"

    def next_due(self, until: Until) -> sa.Select[Any]:
        """When the oldest letter was due."""
        return _oldest(until)

    def run(self, connection: sa.Connection, until: datetime) -> int:
        """Put some letters into the mailbox."""
        taken = connection.execute(_take(until, _AT_ONCE, mails.c.mail_id)).scalars().all()
        these = sa.any_(sa.literal(taken, ARRAY(sa.BigInteger)))
        if taken:
            connection.execute(messages.update().where(messages.c.mail_id == these, _UNDER_WAY).values(mailed_at=until))
            in_mailbox = {"sent_at": until, "attempts": mails.c.attempts + 1}
            connection.execute(mails.update().where(mails.c.mail_id == these).values(in_mailbox))
        return len(taken)


def name_failure(error: OSError | smtplib.SMTPException) -> str:
    """The kind of a failure; REFUSED only where the server says that this address will never do."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and any(code < _FOR_GOOD for code, _ in error.recipients.values()):
        return "SMTPRecipientsPutOff"
    return type(error).__name__


def _oldest(until: Until) -> sa.Select[Any]:
    return sa.select(sa.func.min(_DUE_AT)).where(mails.c.sent_at.is_(None), until >= _DUE_AT)


def _take(until: datetime, most: int, *columns: Any) -> sa.Select[Any]:
    waiting = sa.select(*columns).where(mails.c.sent_at.is_(None), until >= _DUE_AT)
    return waiting.order_by(_DUE_AT, mails.c.mail_id).limit(most).with_for_update(skip_locked=True)


class SmtpSender:
    """Sends by `smtp://`, `smtp+starttls://` or `smtps://user:password@host:port`."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        if self._url.scheme not in ("smtp", "smtps", "smtp+starttls") or not self._url.hostname:
            raise ValueError("SMTP_URL reads smtp://, smtp+starttls:// or smtps://user:password@host:port")

    def __call__(self, letter: Letter, name: str) -> None:
        """Send one letter, or raise OSError or SMTPException. `name` is the letter's own, whenever it is sent."""
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        message["Message-ID"] = f"<{name}@{MESSAGE_DOMAIN}>"
        message["Auto-Submitted"] = "auto-generated"  # no robot answers it (RFC 3834)
        message.set_content(letter.text)
        if letter.html:
            message.add_alternative(letter.html, subtype="html")
        secure = self._url.scheme == "smtps"
        connect = smtplib.SMTP_SSL if secure else smtplib.SMTP
        with closing(connect(self._url.hostname or "", self._url.port or (465 if secure else 587), timeout=10)) as server:
            if self._url.scheme == "smtp+starttls":
                server.starttls()
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(message)
            # The letter is theirs by now: whatever goes wrong at goodbye must not send it again.
            with suppress(OSError):
                server.quit()
