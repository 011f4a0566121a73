"""Workspaces that others join: seats, invitations, and the log of what was done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False, comment: str | None = None) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.add_column(
        "workspaces", sa.Column("seats", sa.Integer(), nullable=True, comment="paid for by a premium; null: none is counted")
    )
    op.create_check_constraint(op.f("workspaces_seats_check"), "workspaces", "seats >= 1")
    op.create_table(
        "invitations",
        sa.Column("workspace_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "email", sa.LargeBinary(), nullable=True, comment="sealed, bound to the workspace; null once it is answered or over"
        ),
        sa.Column(
            "digest", sa.LargeBinary(), nullable=True, comment="keyed digest of the email, letter case ignored; null likewise"
        ),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False, comment="of the letter"),
        sa.Column("invited_by", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        _instant("sent_at", comment="the newest letter"),
        _instant("lapses_at"),
        _instant("closed_at", nullable=True),
        sa.CheckConstraint("role IN ('admin', 'member')", name=op.f("invitations_role_check")),
        sa.CheckConstraint("state IN ('pending', 'accepted', 'revoked', 'lapsed')", name=op.f("invitations_state_check")),
        sa.CheckConstraint("(state = 'pending') = (closed_at IS NULL)", name=op.f("invitations_closed_check")),
        sa.CheckConstraint(
            "(state = 'pending') = (email IS NOT NULL) AND (email IS NULL) = (digest IS NULL)",
            name=op.f("invitations_address_check"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "invitation_id", name=op.f("invitations_pkey")),
        comment="personal=True: who is asked to join; the address is forgotten when the invitation is over",
    )
    pending = sa.text("state = 'pending'")
    op.create_index("invitations_lapse_idx", "invitations", ["lapses_at"], postgresql_where=pending)
    op.create_index("invitations_pending_key", "invitations", ["workspace_id", "digest"], unique=True, postgresql_where=pending)
    op.create_table(
        "activity",
        sa.Column("workspace_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _instant("at"),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="who acted; null: Candor itself"),
        sa.Column("about_id", sa.BigInteger(), nullable=True, comment="the member it concerns, where it is another"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False, comment="what else there is to say; nothing personal"),
        sa.PrimaryKeyConstraint("workspace_id", "entry_id", name=op.f("activity_pkey")),
        comment="personal=True: who did what in a workspace; the application may insert and read, nothing else",
    )


def downgrade() -> None:
    op.drop_table("activity")
    op.drop_table("invitations")
    op.drop_constraint("workspaces_seats_check", "workspaces")
    op.drop_column("workspaces", "seats")
