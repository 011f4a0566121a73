"""A mail as it came off the wire, read into plain words: nothing is loaded, run or believed, and nothing it holds raises. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import cast

from backend.kernel.mail import MESSAGE_DOMAIN

LARGEST_MAIL = 1024 * 1024
"""So many bytes are read; a mail's text stands at its beginning, what is attached behind it."""
_LONGEST_TEXT = 20_000
_LONGEST_HTML = 200_000
_LONGEST_SUBJECT = 300
_CUT = "[…]"

_CANCELS = re.compile(
    r"\bresili(er|ation|e|ez|ons)\b|\bnon[- ]renouvellement\b|\bne (pas|plus) (renouveler|reconduire)\b"
    r"|\b(annul|arret|termin)\w+ (mon|notre|l'|cet?) ?(abonnement|contrat|forfait|compte)\b|\bmettre fin a\b"
    r"|\b(cancel|terminate|end|stop)\w* (of )?(my|our|the|this) (\w+ ){0,2}(subscription|plan|contract|premium|account)\b"
    r"|\b(cancellation|termination|non[- ]renewal)\b|\bnot( want to)? renew\b"
)
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
_BY_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE)
_UNDER_HEADS = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote", "table", "ul", "ol", "hr"})


@dataclass(frozen=True)
class Mail:
    """What was read. `machine` says why nobody wrote it by hand, or is empty; `answerable`: an acknowledgement may go back."""

    sender: str = ""
    subject: str = ""
    text: str = ""
    sent_as: str = ""
    machine: str = ""
    answerable: bool = False

    @property
    def words(self) -> str:
        """Subject and text, as they are kept."""
        return f"{self.subject}\n\n{self.text}".strip() or _CUT


def read_mail(raw: bytes) -> Mail:
    """Read a mail, whatever it is; what cannot be understood is kept as the text that it is."""
    cut = raw[:LARGEST_MAIL]
    try:
        return _read(message_from_bytes(cut, policy=default))
    except Exception:  # the standard library's parser raises in more ways than it names
        return Mail(text=_clean(cut.decode("utf-8", "replace"), _LONGEST_TEXT))


def cancels(mail: Mail) -> bool:
    """Whether it may be a notice that ends a subscription: a person decides. What it quotes does not count."""
    plain = unicodedata.normalize("NFKD", _QUOTED.sub("", mail.words).casefold().replace("’", "'"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _CANCELS.search(" ".join(bare.split())) is not None


def _read(message: EmailMessage) -> Mail:
    sender, machine = _sender(message), _machine(message)
    attached = sum(1 for part in message.walk() if part.get_content_disposition() == "attachment")
    text = _clean(_body(message), _LONGEST_TEXT)
    if attached:
        text = f"{text}\n\n[attachments that were not kept: {attached}]"
    return Mail(
        sender=sender,
        subject=_clean(_header(message, "subject"), _LONGEST_SUBJECT).replace("\n", " "),
        text=text,
        sent_as=_clean(f"{_header(message, 'message-id')} {_header(message, 'date')}", _LONGEST_SUBJECT),
        machine=machine,
        answerable=not machine and not _is_bulk(message) and not _BY_MACHINES.match(sender),
    )


def _machine(message: EmailMessage) -> str:
    """Why it is an automatic answer, a returned mail or one of ours; nobody waits for an answer to these (RFC 3834)."""
    if MESSAGE_DOMAIN in _header(message, "message-id").lower():
        return "our own mail"
    if _header(message, "auto-submitted").split(";")[0].strip().lower() not in ("", "no"):
        return "sent automatically"
    if message.get_content_type() == "multipart/report":
        return "a mail that came back"
    if message.get("return-path") is not None and _header(message, "return-path").strip() in ("<>", ""):
        return "a mail that came back"
    if _header(message, "precedence").strip().lower() == "auto_reply" or message.get("x-autoreply") is not None:
        return "an automatic answer"
    return ""


def _is_bulk(message: EmailMessage) -> bool:
    """A list, a mailing, or somebody who asks for no automatic answer: taken in, and not acknowledged."""
    precedence = _header(message, "precedence").strip().lower()
    suppressed = _header(message, "x-auto-response-suppress").strip().lower()
    named = any(message.get(name) is not None for name in ("list-id", "list-unsubscribe"))
    return precedence in ("bulk", "list", "junk") or named or suppressed not in ("", "none")


def _sender(message: EmailMessage) -> str:
    """The one address it is from; empty where there is none, or more, or bytes that are no letters."""
    try:
        addresses = message["from"].addresses
        sender = str(addresses[0].addr_spec) if len(addresses) == 1 else ""
        return sender if sender.isprintable() else ""
    except Exception:
        return ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except Exception:
        return ""


def _body(message: EmailMessage) -> str:
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        words = _content(cast(EmailMessage, part)) if part is not None else ""
        if kind == "html":
            words = read_html(words)
        if words.strip():
            return words
    return ""


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except Exception:  # a charset nobody knows, a transfer encoding nobody closed
        packed = part.get_payload(decode=True)
        return packed.decode("utf-8", "replace") if isinstance(packed, bytes) else ""


class _Reader(HTMLParser):
    """Keeps the words between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNDER_HEADS
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _UNDER_HEADS))
        if tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def read_html(html: str) -> str:
    """The words of a page, one paragraph a line."""
    reader = _Reader()
    reader.feed(html[:_LONGEST_HTML])
    lines = (" ".join(line.split()) for line in "".join(reader.words).split("\n"))
    return "\n".join(line for line in lines if line)


def _clean(text: str, most: int) -> str:
    """Printable words on lines, no longer than `most`."""
    kept = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text.replace("\r\n", "\n"))
    kept = kept.encode("utf-8", "replace").decode().strip()
    return kept if len(kept) <= most else f"{kept[:most]} {_CUT}"
