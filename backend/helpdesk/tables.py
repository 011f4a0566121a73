"""The account family: threads with the helpdesk, what was said in them, and the mail of people without an account."""

import sqlalchemy as sa

from backend.helpdesk.rules import CATEGORIES, CHANNELS, SEVERITIES, STATES, WAITING
from backend.kernel.database import instant, listed, metadata, one_of

AUTHORS = ("user", "operator")
SCANNED = ("application/pdf", "image/jpeg", "image/png", "image/tiff")

threads = sa.Table(
    "threads",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("thread_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="new"),
    instant("opened_at", nullable=False, comment="entered here"),
    instant("received_at", nullable=False, comment="a mail or letter was received; what a notice limit is counted by"),
    instant("answer_by", comment="a letter is to be answered by then"),
    instant("reminded_at", comment="that time was over, and those who run Candor were told"),
    instant("confirmed_at", comment="serious: mailed to the contact address and to the user"),
    instant("acknowledged_at", comment="a mail: its sender was told that it arrived"),
    one_of("category", CATEGORIES),
    one_of("severity", SEVERITIES),
    one_of("channel", CHANNELS),
    one_of("state", STATES),
    sa.CheckConstraint("(severity = 'serious') = (confirmed_at IS NOT NULL)", name="confirmed"),
    sa.Index("threads_waiting_idx", "state", "received_at", postgresql_where=sa.text(listed("state", WAITING))),
    sa.Index("threads_answer_by_idx", "answer_by", postgresql_where=sa.text("reminded_at IS NULL AND answer_by IS NOT NULL")),
    comment="personal=True: what users ask, report or send, by chat, mail or letter",
)

thread_steps = sa.Table(
    "thread_steps",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("step_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("thread_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    instant("at", nullable=False),
    one_of("state", STATES),
    sa.Index("thread_steps_state_idx", "state", "at"),
    comment="personal=True: each state of a thread, with its time",
)

thread_messages = sa.Table(
    "thread_messages",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("thread_id", sa.BigInteger, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the text, bound to the thread"),
    instant("at", nullable=False),
    sa.Column("sent_key", sa.LargeBinary, comment="digest of the Idempotency-Key, or of the mail, it came under"),
    sa.Column("sent_body", sa.LargeBinary, comment="digest of what came under it"),
    one_of("author", AUTHORS),
    sa.UniqueConstraint("account_id", "sent_key"),
    sa.Index("thread_messages_thread_idx", "account_id", "thread_id", "message_id"),
    comment="personal=True: what was said in threads",
)

thread_scans = sa.Table(
    "thread_scans",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("scan_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("thread_id", sa.BigInteger, nullable=False),
    sa.Column("media", sa.Text, nullable=False, comment="by its first bytes"),
    sa.Column("sha256", sa.LargeBinary, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the file, bound to the thread"),
    instant("at", nullable=False),
    one_of("media", SCANNED),
    comment="personal=True: letters as they were scanned",
)

unknown_mails = sa.Table(
    "unknown_mails",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of the sender's address"),
    sa.Column("mail_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="sender and text, sealed JSON"),
    sa.Column("body_digest", sa.LargeBinary, nullable=False, comment="the same mail is taken once"),
    instant("received_at", nullable=False),
    instant("acknowledged_at", comment="its sender was told that it arrived"),
    instant("closed_at", comment="a person looked at it; it is removed some time later"),
    one_of("category", CATEGORIES),
    sa.UniqueConstraint("digest", "body_digest"),
    sa.Index("unknown_mails_mail_idx", "mail_id"),
    sa.Index("unknown_mails_closed_idx", "closed_at", postgresql_where=sa.text("closed_at IS NOT NULL")),
    comment="personal=True: cases without an account: mail from addresses that have none",
)
