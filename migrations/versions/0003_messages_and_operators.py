"""What users are told, and who runs Candor."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False, comment="what it is about; the same code and ref are told once"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="the facts its words need, sealed JSON"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="in the account from then on"),
        sa.Column("mail_id", sa.BigInteger(), nullable=True, comment="its letter in the outbox; null until it is written"),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True, comment="accepted by the mail server"),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True, comment="the mail came back"),
        _instant("read_at"),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("messages_pkey")),
        sa.UniqueConstraint("account_id", "code", "ref", name=op.f("messages_account_id_code_ref_key")),
        comment="personal=True: what an account was told, in the account and by mail",
    )
    op.create_index("messages_mail_idx", "messages", ["mail_id"], postgresql_where=sa.text("mailed_at IS NULL"))
    op.create_index("messages_at_idx", "messages", ["at"], postgresql_where=sa.text("mail_id IS NULL"))
    op.create_table(
        "operators",
        sa.Column("name", sa.Text(), nullable=False, comment="personal=True: how the log calls them"),
        sa.Column("role", sa.Text(), nullable=False),
        _instant("created_at", nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'support', 'compliance', 'admin')", name=op.f("operators_role_check")),
        sa.PrimaryKeyConstraint("name", name=op.f("operators_pkey")),
        comment="reference table: those who run Candor",
    )
    op.create_table(
        "ops_log",
        sa.Column("entry_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _instant("at", nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="the operator"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="what it was done to, by our own ids"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(reason) >= 3", name=op.f("ops_log_reason_check")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("ops_log_pkey")),
        comment="reference table: everything those who run Candor did, and why; can only be added to",
    )


def downgrade() -> None:
    op.drop_table("ops_log")
    op.drop_table("operators")
    op.drop_table("messages")
