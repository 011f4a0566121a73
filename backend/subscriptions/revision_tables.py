"""The workspace family: a new plan sheet and a premium that runs under an older one, told, answered, applied (10.2)."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from backend.kernel.database import instant, listed, metadata, one_of

TOLD = ("told", "accepted", "tacit", "kept", "recalled")
STATES = ("planned", "unaffected", "withdrawn", *TOLD, "applied", "dropped")
ANSWERS = ("accepted", "tacit", "kept")

price_revisions = sa.Table(
    "price_revisions",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("premium_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sheet", sa.Text, primary_key=True, comment="the new version; the premium's own is in `premiums`"),
    instant("effective_at", nullable=False, comment="no renewal before it is under the new version"),
    sa.Column(
        "state",
        sa.Text,
        nullable=False,
        comment="unaffected: nothing changes for it; withdrawn: the plan is gone; kept: the old price for a while; "
        "recalled: told again, as that is over",
    ),
    instant("due_at", comment="what time does next: the notice, silence that counts, or the second notice"),
    sa.Column("period", sa.Integer, comment="the premium's period at whose end it applies, as was told"),
    sa.Column("told_order", JSONB(none_as_null=True), comment="the order whose old and new price were told"),
    sa.Column("notice", sa.Text, comment="code of the message it was told by"),
    sa.Column("notice_ref", sa.Text, comment="ref of that message"),
    sa.Column("told_to", ARRAY(sa.BigInteger), nullable=False, server_default="{}", comment="accounts it was told to"),
    instant("sent_at"),
    instant("told_at", comment="when both channels first had the notice, as it was known at the answer"),
    instant("keep_until", comment="the old price for every renewal before it"),
    one_of("state", STATES),
    sa.CheckConstraint(f"NOT ({listed('state', TOLD)}) OR (sent_at IS NOT NULL AND period IS NOT NULL)", name="told"),
    sa.CheckConstraint("state NOT IN ('accepted', 'tacit', 'kept', 'recalled') OR told_at IS NOT NULL", name="answered"),
    sa.CheckConstraint("state NOT IN ('kept', 'recalled') OR keep_until IS NOT NULL", name="kept"),
    sa.Index("price_revisions_due_idx", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
    comment="personal=True, kept=True: later plan sheets for running premiums, and how far each has got",
)

price_answers = sa.Table(
    "price_answers",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("answer_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("premium_id", sa.BigInteger, nullable=False),
    sa.Column("sheet", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("account_id", sa.BigInteger, comment="who clicked; null: silence"),
    instant("at", nullable=False),
    one_of("answer", ANSWERS),
    sa.CheckConstraint("(answer = 'tacit') = (account_id IS NULL)", name="who"),
    comment="personal=True, kept=True: every answer to a new price; can only be added to",
)
