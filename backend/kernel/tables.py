"""The kernel's own tables: mail that is to go out, switches, the sandbox's clock."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

mails = sa.Table(
    "mails",
    metadata,
    sa.Column("mail_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="recipient, subject and bodies, sealed JSON"),
    instant("due_at", nullable=False),
    instant("sent_at", comment="accepted by the mail server, or put into the mailbox page"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.Text, comment="the kind of the last failure, never an address"),
    sa.Index("mails_due_idx", "due_at", postgresql_where=sa.text("sent_at IS NULL")),
    comment="personal=True: mail waiting to be sent",
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    instant("since", nullable=False, server_default=sa.func.now()),
    comment="reference table: a row means on",
)

sandbox_clock = sa.Table(
    "sandbox_clock",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True, server_default=sa.true()),
    instant("stands_at", nullable=False),
    sa.CheckConstraint("one", name="one"),
    comment="reference table: where the sandbox's clock was put; without a row it is the machine's",
)
