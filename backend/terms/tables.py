"""The account family: acceptances, append-only by privilege."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

acceptances = sa.Table(
    "acceptances",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("acceptance_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("label_text", sa.Text, nullable=False, comment="the words beside the box that was ticked"),
    sa.Column("lang", sa.Text, nullable=False),
    instant("accepted_at", nullable=False),
    sa.CheckConstraint("document IN ('terms', 'plan-sheet', 'privacy')", name="document"),
    comment="personal=True: the proof of what an account accepted; the application may insert and read, nothing else",
)
