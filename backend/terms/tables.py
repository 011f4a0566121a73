"""Documents and when each takes force, for everybody to read; and the account family: acceptances and refusals, append-only."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from backend.kernel.database import instant, metadata, one_of

KINDS = ("terms", "plan-sheet", "privacy", "dpa")
"""The kinds of documents (4.1, 4.2, X27)."""
ACTIONS = ("sign-up", "subscribe", "button", "tacit")
"""By what somebody accepted."""

documents = sa.Table(
    "documents",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("lang", sa.Text, primary_key=True),
    sa.Column("sha256", sa.LargeBinary, nullable=False, comment="of the text's UTF-8"),
    sa.Column("text", sa.Text, nullable=False),
    one_of("kind", KINDS),
    sa.CheckConstraint("sha256 = sha256(convert_to(text, 'UTF8'))", name="sha256"),
    comment="reference table: every text of every version, as the repository's file was when it was loaded; never changed",
)

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    instant("published_at", nullable=False, comment="announced from then on (18.2)"),
    instant("effective_at", nullable=False, comment="in force from then on"),
    sa.Column("told_through", sa.BigInteger, nullable=False, server_default="0", comment="the last account that was told"),
    instant("told_at", comment="everybody was told; for the first version of a kind nobody had to be"),
    sa.Column("switched_through", sa.BigInteger, nullable=False, server_default="0", comment="the last account looked at"),
    instant("switched_at", comment="silence was counted for everybody (18.5)"),
    one_of("kind", KINDS),
    sa.CheckConstraint("effective_at >= published_at", name="effective"),
    sa.UniqueConstraint("kind", "effective_at"),
    comment="reference table: which version takes force when; the version in force is a question to the clock",
)

acceptances = sa.Table(
    "acceptances",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("acceptance_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("sha256", sa.LargeBinary, nullable=False, comment="of the text that was accepted"),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("label_text", sa.Text, nullable=False, comment="the words beside the box or button; if tacit, what it rests on"),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.BigInteger, comment="the subscriber's, where it was accepted for a subscription (3.4)"),
    instant("accepted_at", nullable=False),
    sa.Column("previous", sa.LargeBinary, nullable=False, comment="the hash of the account's acceptance before; else zeros"),
    sa.Column("hash", sa.LargeBinary, nullable=False, comment="of `previous` and every column but the ids of the row"),
    one_of("document", KINDS),
    one_of("action", ACTIONS),
    sa.CheckConstraint("action <> 'subscribe' OR workspace_id IS NOT NULL", name="subscriber"),
    sa.UniqueConstraint("account_id", "previous"),
    comment="personal=True: the proof of what an account accepted; the application may insert and read, nothing else",
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("document", sa.Text, primary_key=True),
    sa.Column("version", sa.Text, primary_key=True),
    instant("refused_at", nullable=False),
    one_of("document", KINDS),
    comment="personal=True: announced versions that an account does not want (18.4)",
)

updates = sa.Table(
    "updates",
    metadata,
    sa.Column("version", sa.Text, primary_key=True),
    sa.Column("security", sa.Boolean, nullable=False),
    sa.Column("availability", JSONB, nullable=False, comment="where and from when it is to be had; by language"),
    sa.Column("installation", JSONB, nullable=False, comment="how it is installed; by language"),
    sa.Column("consequences", JSONB, nullable=False, comment="of not installing it; by language"),
    sa.Column(
        "minor", sa.Boolean, nullable=False, server_default=sa.false(), comment="its effect is minor: no right to end (12.15)"
    ),
    sa.Column(
        "old_version_allowed",
        sa.Boolean,
        nullable=False,
        server_default=sa.false(),
        comment="the version before stays allowed and compliant: no right to end (12.15)",
    ),
    instant("announced_at", nullable=False),
    sa.Column("told_through", sa.BigInteger, nullable=False, server_default="0", comment="the last account that was told"),
    instant("told_at", comment="everybody was told"),
    comment="reference table: necessary updates and what users are told of them (12.13)",
)

versions_in_use = sa.Table(
    "versions_in_use",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Text, primary_key=True),
    instant("first_used_at", nullable=False),
    instant("last_used_at", nullable=False, comment="to the day"),
    comment="personal=True: which version of the extension an account uses since when (12.14)",
)
