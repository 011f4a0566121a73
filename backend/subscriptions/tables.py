"""The workspace family: which plan an account or workspace is on, and the period that runs."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False, comment="whose freemium it is"),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("sheet", sa.Text, nullable=False, comment="version of the plan sheet it was taken out under"),
    sa.Column("started_on", sa.Date, nullable=False, comment="Paris; every period is counted from this day"),
    sa.Column("period", sa.Integer, nullable=False, comment="1 for the first"),
    instant("period_ends_at", nullable=False, index=True),
    sa.CheckConstraint("period >= 1", name="period"),
    comment="personal=True: running subscriptions",
)
