"""Who asked a member in; an account's profile; details reported wrong: what rewards are granted for."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_PROFILE = "sealed JSON: given and family name, job title, company; null: nothing is said"


def upgrade() -> None:
    op.add_column("members", sa.Column("invited_by", sa.BigInteger(), comment="the account that asked them in; null: nobody did"))
    op.add_column("accounts", sa.Column("profile", sa.LargeBinary(), comment=_PROFILE))
    op.create_table(
        "detail_reports",
        sa.Column("workspace_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="who reported it"),
        sa.Column("person_id", sa.BigInteger(), nullable=False, comment="whose detail it is"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), comment="what else the user says, bound to the workspace; null: nothing"),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('b2b_email', 'phone', 'direct_email')", name=op.f("detail_reports_kind_check")),
        sa.CheckConstraint("wrong IN ('does-not-reach', 'another-person', 'old')", name=op.f("detail_reports_wrong_check")),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'refused')", name=op.f("detail_reports_state_check")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("detail_reports_answered_check")),
        sa.PrimaryKeyConstraint("workspace_id", "report_id", name=op.f("detail_reports_pkey")),
        comment="personal=True: details that users reported wrong, and how that was answered",
    )
    op.create_index(
        "detail_reports_open_key",
        "detail_reports",
        ["workspace_id", "account_id", "person_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("detail_reports_account_idx", "detail_reports", ["account_id"])
    op.create_index("detail_reports_waiting_idx", "detail_reports", ["reported_at"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    op.drop_table("detail_reports")
    op.drop_column("accounts", "profile")
    op.drop_column("members", "invited_by")
