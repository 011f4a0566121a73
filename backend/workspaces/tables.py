"""The workspace family: workspaces, who is a member, who is invited, and what was done."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from backend.kernel.database import instant, metadata, one_of

ROLES = ("admin", "member")
INVITATION_STATES = ("pending", "accepted", "revoked", "lapsed")

workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column(
        "name",
        sa.Text,
        comment="null: a home of one, until a Workspace is created. A company's or a team's, read by every member: not sealed",
    ),
    instant("created_at", nullable=False),
    sa.Column("seats", sa.Integer, comment="paid for by a premium; null: none is counted"),
    sa.CheckConstraint("seats >= 1", name="seats"),
    comment="who shares credits and contacts",
)

members = sa.Table(
    "members",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("role", sa.Text, nullable=False),
    instant("joined_at", nullable=False),
    one_of("role", ROLES),
    comment="personal=True: which account belongs to which workspace",
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("invitation_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("email", sa.LargeBinary, comment="sealed, bound to the workspace; null once it is answered or over"),
    sa.Column("digest", sa.LargeBinary, comment="keyed digest of the email, letter case ignored; null likewise"),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("lang", sa.Text, nullable=False, comment="of the letter"),
    sa.Column("invited_by", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="pending"),
    instant("sent_at", nullable=False, comment="the newest letter"),
    instant("lapses_at", nullable=False),
    instant("closed_at"),
    one_of("role", ROLES),
    one_of("state", INVITATION_STATES),
    sa.CheckConstraint("(state = 'pending') = (closed_at IS NULL)", name="closed"),
    sa.CheckConstraint("(state = 'pending') = (email IS NOT NULL) AND (email IS NULL) = (digest IS NULL)", name="address"),
    sa.Index("invitations_lapse_idx", "lapses_at", postgresql_where=sa.text("state = 'pending'")),
    sa.Index("invitations_pending_key", "workspace_id", "digest", unique=True, postgresql_where=sa.text("state = 'pending'")),
    comment="personal=True: who is asked to join; the address is forgotten when the invitation is over",
)

activity = sa.Table(
    "activity",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.BigInteger, sa.Identity(), primary_key=True),
    instant("at", nullable=False),
    sa.Column("account_id", sa.BigInteger, comment="who acted; null: Candor itself"),
    sa.Column("about_id", sa.BigInteger, comment="the member it concerns, where it is another"),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("facts", JSONB, nullable=False, comment="what else there is to say; nothing personal"),
    comment="personal=True: who did what in a workspace; the application may insert and read, nothing else",
)
