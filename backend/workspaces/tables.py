"""The workspace family: workspaces and who is a member of them."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("name", sa.Text, comment="null: a home of one, until a Workspace is created"),
    instant("created_at", nullable=False),
    comment="who shares credits and contacts",
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("role", sa.Text, nullable=False),
    instant("joined_at", nullable=False),
    sa.CheckConstraint("role IN ('admin', 'member')", name="role"),
    comment="personal=True: which account belongs to which workspace",
)
