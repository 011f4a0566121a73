"""Notices of a new price, and what subscribers answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATES = "state IN ('planned', 'unaffected', 'withdrawn', 'told', 'accepted', 'tacit', 'kept', 'recalled', 'applied', 'dropped')"
_TOLD = "state NOT IN ('told', 'accepted', 'tacit', 'kept', 'recalled') OR (sent_at IS NOT NULL AND period IS NOT NULL)"
_ANSWERED = "state NOT IN ('accepted', 'tacit', 'kept', 'recalled') OR told_at IS NOT NULL"


def _key(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _text(name: str, comment: str | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.create_table(
        "price_revisions",
        _key("workspace_id"),
        _key("premium_id"),
        _text("sheet", "the new version; the premium's own is in `premiums`"),
        _instant("effective_at", "no renewal before it is under the new version", nullable=False),
        _text(
            "state",
            "unaffected: nothing changes for it; withdrawn: the plan is gone; kept: the old price for a while; "
            "recalled: told again, as that is over",
        ),
        _instant("due_at", "what time does next: the notice, silence that counts, or the second notice"),
        sa.Column("period", sa.Integer(), nullable=True, comment="the premium's period at whose end it applies, as was told"),
        sa.Column("told_order", JSONB(), nullable=True, comment="the order whose old and new price were told"),
        _text("notice", "code of the message it was told by", nullable=True),
        _text("notice_ref", "ref of that message", nullable=True),
        sa.Column("told_to", ARRAY(sa.BigInteger()), server_default="{}", nullable=False, comment="accounts it was told to"),
        _instant("sent_at"),
        _instant("told_at", "when both channels first had the notice, as it was known at the answer"),
        _instant("keep_until", "the old price for every renewal before it"),
        sa.CheckConstraint(_STATES, name=op.f("price_revisions_state_check")),
        sa.CheckConstraint(_TOLD, name=op.f("price_revisions_told_check")),
        sa.CheckConstraint(_ANSWERED, name=op.f("price_revisions_answered_check")),
        sa.CheckConstraint("state NOT IN ('kept', 'recalled') OR keep_until IS NOT NULL", name=op.f("price_revisions_kept_check")),
        sa.PrimaryKeyConstraint("workspace_id", "premium_id", "sheet", name=op.f("price_revisions_pkey")),
        comment="personal=True, kept=True: later plan sheets for running premiums, and how far each has got",
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("price_revisions_due_idx", "price_revisions", ["due_at"], postgresql_where=due)
    op.create_table(
        "price_answers",
        _key("workspace_id"),
        sa.Column("answer_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("premium_id", sa.BigInteger(), nullable=False),
        _text("sheet"),
        _text("answer"),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="who clicked; null: silence"),
        _instant("at", nullable=False),
        sa.CheckConstraint("answer IN ('accepted', 'tacit', 'kept')", name=op.f("price_answers_answer_check")),
        sa.CheckConstraint("(answer = 'tacit') = (account_id IS NULL)", name=op.f("price_answers_who_check")),
        sa.PrimaryKeyConstraint("workspace_id", "answer_id", name=op.f("price_answers_pkey")),
        comment="personal=True, kept=True: every answer to a new price; can only be added to",
    )


def downgrade() -> None:
    op.drop_table("price_answers")
    op.drop_table("price_revisions")
