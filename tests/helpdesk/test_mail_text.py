"""Mail as it comes off the wire: read into plain words, whatever it is, without loading anything."""

from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.helpdesk.mail_text import LARGEST_MAIL, read_html, read_mail
from tests.helpdesk.conftest import write_mail


def compose(text: str = "", html: str = "", attach: bytes = b"") -> bytes:
    message = EmailMessage()
    message["From"] = "Zoé Lefèvre <zoe@elsewhere.example>"
    message["Subject"] = "Résiliation ?"
    if text:
        message.set_content(text)
    if html:
        (message.add_alternative if text else message.set_content)(html, subtype="html")
    if attach:
        message.add_attachment(attach, maintype="application", subtype="pdf", filename="letter.pdf")
    return bytes(message)


def test_letters_of_every_alphabet_are_read() -> None:
    mail = read_mail(compose("Où êtes-vous ? 日本"))
    assert (mail.sender, mail.subject, mail.text) == ("zoe@elsewhere.example", "Résiliation ?", "Où êtes-vous ? 日本")
    assert mail.words == "Résiliation ?\n\nOù êtes-vous ? 日本"


def test_html_alone_becomes_its_words() -> None:
    html = "<style>p{color:red}</style><p>First &amp; last</p><script>alert(1)</script><img src='http://x.example/t.gif'><p>Second<br>line"
    assert read_mail(compose(html=html)).text == "First & last\nSecond\nline"
    assert read_mail(compose("Plain.", html="<p>Rich.</p>")).text == "Plain."


@pytest.mark.parametrize("html", ["<p", "</p></p>", "<style>", "<![CDATA[x", "<!--", "&#xFFFFFFFF;", "<" * 5000, "\x00<p>\x00"])
def test_html_that_is_broken_is_read_as_far_as_it_goes(html: str) -> None:
    assert isinstance(read_html(html), str)


def test_what_is_attached_is_counted_and_not_kept() -> None:
    assert read_mail(compose("See the file.", attach=b"%PDF-1.7 x")).text == "See the file.\n\n[attachments that were not kept: 1]"


def test_a_large_mail_is_read_from_its_beginning() -> None:
    mail = read_mail(compose("It begins here.\n" + "x " * LARGEST_MAIL))
    assert mail.text.startswith("It begins here.")
    assert len(mail.text) < 21_000
    assert mail.text.endswith("[…]")


@pytest.mark.parametrize(
    ("name", "value", "machine", "answerable"),
    [
        ("Auto-Submitted", "auto-generated", True, False),
        ("Auto-Submitted", "Auto-Replied; owner=x", True, False),
        ("Auto-Submitted", "no", False, True),
        ("Return-Path", "<>", True, False),
        ("Return-Path", "<zoe@elsewhere.example>", False, True),
        ("Precedence", "auto_reply", True, False),
        ("Precedence", "bulk", False, False),
        ("Precedence", "list", False, False),
        ("List-Id", "<news.elsewhere.example>", False, False),
        ("X-Auto-Response-Suppress", "OOF, AutoReply", False, False),
        ("X-Auto-Response-Suppress", "None", False, True),
        ("Message-ID", "<17.4@CANDOR.invalid>", True, False),
        ("Content-Type", "multipart/report; report-type=delivery-status", True, False),
        ("From", "MAILER-DAEMON@elsewhere.example", False, False),
        ("From", "no-reply@elsewhere.example", False, False),
    ],
)
def test_machines_are_known_by_what_they_say_of_themselves(name: str, value: str, machine: bool, answerable: bool) -> None:
    mail = read_mail(write_mail("zoe@elsewhere.example", "Hello", **{name: value}))
    assert (bool(mail.machine), mail.answerable) == (machine, answerable)


@pytest.mark.parametrize("sender", ["", "a@b.example, c@d.example", "undisclosed:;", "<", "@", "=?x?q?=FF?=", "\x00", "a" * 9000])
def test_who_names_no_one_sender_has_none_that_could_be_taken_for_another(sender: str) -> None:
    read = read_mail(write_mail(sender, "Hello").replace(b"From: \r\n", b""))
    assert "@" not in read.sender or read.sender == "@"


ODD_HEADERS = st.sampled_from(
    ["From", "Subject", "Content-Type", "Content-Transfer-Encoding", "Message-ID", "Return-Path", "Date", "MIME-Version"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ODD_HEADERS, st.binary(max_size=60)), max_size=6), st.binary(max_size=300))
@example([("Content-Type", b'text/plain; charset="nowhere"')], b"x")
@example([("Content-Type", b"multipart/mixed; boundary=a")], b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a--")
@example([("Content-Transfer-Encoding", b"base64"), ("Content-Type", b"text/html")], b"!!!=")
@example([("From", b"=?utf-8?q?" + b"=" * 50), ("Subject", b"=?utf-8?b?" + b"A" * 41)], b"\xff")
def test_nothing_that_comes_raises(headers: list[tuple[str, bytes]], body: bytes) -> None:
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    mail = read_mail(raw)
    assert mail.words
    for kept in (mail.words, mail.sender, mail.sent_as):
        kept.encode()


def test_parts_in_parts_in_parts_are_no_trap() -> None:
    raw = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000)) + b"\r\nHello"
    assert read_mail(raw).words
