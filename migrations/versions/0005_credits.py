"""Credits that are set aside, limits for members, reveals that come along, alerts of what is about to expire."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DOMAIN, JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KIND = DOMAIN(
    "credit_kind",
    sa.Text(),
    check="VALUE IN ('b2b_email', 'phone', 'direct_email', 'export')",
    create_type=False,
)


def upgrade() -> None:
    op.add_column(
        "permits",
        sa.Column(
            "limits", JSONB(), nullable=True, comment="most of each kind that may be spent here in a calendar month of Paris"
        ),
    )
    op.create_check_constraint(op.f("permits_limits_check"), "permits", "jsonb_typeof(limits) = 'object'")
    op.add_column(
        "lots",
        sa.Column("frozen", sa.Integer(), server_default="0", nullable=False, comment="set aside until it is paid for"),
    )
    op.drop_constraint(op.f("lots_remaining_check"), "lots", type_="check")
    op.create_check_constraint(
        op.f("lots_remaining_check"), "lots", "remaining >= 0 AND frozen >= 0 AND remaining + frozen <= granted"
    )
    op.add_column(
        "reveals",
        sa.Column(
            "paid_in",
            sa.BigInteger(),
            nullable=True,
            comment="the workspace that holds the lot, where the reveal came along from there",
        ),
    )
    op.create_table(
        "member_months",
        sa.Column("workspace_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", _KIND, nullable=False),
        sa.Column("month_ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.CheckConstraint("spent >= 0", name=op.f("member_months_spent_check")),
        sa.PrimaryKeyConstraint("workspace_id", "account_id", "kind", "month_ends_at", name=op.f("member_months_pkey")),
        comment="what members with a limit have spent of it; kept only while there is a limit",
    )
    op.create_table(
        "expiry_alerts",
        sa.Column("days_ahead", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="Paris; who loses credits on an earlier day has been told"),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False, comment="of that day, workspaces up to this one have been told"),
        sa.PrimaryKeyConstraint("days_ahead", name=op.f("expiry_alerts_pkey")),
        comment="reference table: how far the alerts of credits about to expire have come",
    )


def downgrade() -> None:
    op.drop_table("expiry_alerts")
    op.drop_table("member_months")
    op.drop_column("reveals", "paid_in")
    op.drop_constraint(op.f("lots_remaining_check"), "lots", type_="check")
    op.create_check_constraint(op.f("lots_remaining_check"), "lots", "remaining BETWEEN 0 AND granted")
    op.drop_column("lots", "frozen")
    op.drop_constraint(op.f("permits_limits_check"), "permits", type_="check")
    op.drop_column("permits", "limits")
