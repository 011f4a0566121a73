"""Threads with the helpdesk: their states, messages and scans; mail from addresses without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CATEGORIES = "category IN ('question', 'anomaly', 'advice', 'cancellation', 'complaint')"
_STATES = "state IN ('new', 'diagnosed', 'fixed', 'answered', 'closed')"


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _text(name: str, **more: object) -> "sa.Column[object]":
    return sa.Column(name, sa.Text(), nullable=False, **more)  # type: ignore[arg-type]


def _bytes(name: str, comment: str | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.LargeBinary(), nullable=nullable, comment=comment)


def _account() -> "sa.Column[object]":
    return sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False)


def _number(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _thread() -> "sa.Column[object]":
    return sa.Column("thread_id", sa.BigInteger(), nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"{table}_{name}_check"))


def upgrade() -> None:
    op.create_table(
        "threads",
        _account(),
        _number("thread_id"),
        _text("category"),
        _text("severity"),
        _text("channel"),
        _text("state", server_default="new"),
        _instant("opened_at", "entered here", nullable=False),
        _instant("received_at", "a mail or letter was received; what a notice limit is counted by", nullable=False),
        _instant("answer_by", "a letter is to be answered by then"),
        _instant("reminded_at", "that time was over, and those who run Candor were told"),
        _instant("confirmed_at", "serious: mailed to the contact address and to the user"),
        _instant("acknowledged_at", "a mail: its sender was told that it arrived"),
        _check("threads", "category", _CATEGORIES),
        _check("threads", "severity", "severity IN ('normal', 'serious')"),
        _check("threads", "channel", "channel IN ('chat', 'mail', 'letter')"),
        _check("threads", "state", _STATES),
        _check("threads", "confirmed", "(severity = 'serious') = (confirmed_at IS NOT NULL)"),
        sa.PrimaryKeyConstraint("account_id", "thread_id", name=op.f("threads_pkey")),
        comment="personal=True: what users ask, report or send, by chat, mail or letter",
    )
    op.create_index(
        "threads_waiting_idx", "threads", ["state", "received_at"], postgresql_where=sa.text("state IN ('new', 'diagnosed')")
    )
    op.create_index(
        "threads_answer_by_idx",
        "threads",
        ["answer_by"],
        postgresql_where=sa.text("reminded_at IS NULL AND answer_by IS NOT NULL"),
    )
    op.create_table(
        "thread_steps",
        _account(),
        _number("step_id"),
        _thread(),
        _text("state"),
        _instant("at", nullable=False),
        _check("thread_steps", "state", _STATES),
        sa.PrimaryKeyConstraint("account_id", "step_id", name=op.f("thread_steps_pkey")),
        comment="personal=True: each state of a thread, with its time",
    )
    op.create_index("thread_steps_state_idx", "thread_steps", ["state", "at"])
    op.create_table(
        "thread_messages",
        _account(),
        _number("message_id"),
        _thread(),
        _text("author"),
        _bytes("sealed", "the text, bound to the thread"),
        _instant("at", nullable=False),
        _bytes("sent_key", "digest of the Idempotency-Key, or of the mail, it came under", nullable=True),
        _bytes("sent_body", "digest of what came under it", nullable=True),
        _check("thread_messages", "author", "author IN ('user', 'operator')"),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("thread_messages_pkey")),
        sa.UniqueConstraint("account_id", "sent_key", name=op.f("thread_messages_account_id_sent_key_key")),
        comment="personal=True: what was said in threads",
    )
    op.create_index("thread_messages_thread_idx", "thread_messages", ["account_id", "thread_id", "message_id"])
    op.create_table(
        "thread_scans",
        _account(),
        _number("scan_id"),
        _thread(),
        _text("media", comment="by its first bytes"),
        _bytes("sha256"),
        sa.Column("size", sa.Integer(), nullable=False),
        _bytes("sealed", "the file, bound to the thread"),
        _instant("at", nullable=False),
        _check("thread_scans", "media", "media IN ('application/pdf', 'image/jpeg', 'image/png', 'image/tiff')"),
        sa.PrimaryKeyConstraint("account_id", "scan_id", name=op.f("thread_scans_pkey")),
        comment="personal=True: letters as they were scanned",
    )
    op.create_table(
        "unknown_mails",
        _bytes("digest", "keyed digest of the sender's address"),
        _number("mail_id"),
        _text("category"),
        _bytes("sealed", "sender and text, sealed JSON"),
        _bytes("body_digest", "the same mail is taken once"),
        _instant("received_at", nullable=False),
        _instant("acknowledged_at", "its sender was told that it arrived"),
        _instant("closed_at", "a person looked at it; it is removed some time later"),
        _check("unknown_mails", "category", _CATEGORIES),
        sa.PrimaryKeyConstraint("digest", "mail_id", name=op.f("unknown_mails_pkey")),
        sa.UniqueConstraint("digest", "body_digest", name=op.f("unknown_mails_digest_body_digest_key")),
        comment="personal=True: cases without an account: mail from addresses that have none",
    )
    op.create_index("unknown_mails_mail_idx", "unknown_mails", ["mail_id"])
    op.create_index("unknown_mails_closed_idx", "unknown_mails", ["closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL"))


def downgrade() -> None:
    for table in ("unknown_mails", "thread_scans", "thread_messages", "thread_steps", "threads"):
        op.drop_table(table)
