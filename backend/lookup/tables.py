"""Details that users reported wrong (workspace family): who, of whom, what is wrong with it, and how that was answered."""

from typing import Literal, get_args

import sqlalchemy as sa

from backend.directory import CONTACT_FIELDS
from backend.kernel.database import instant, metadata, one_of

Wrong = Literal["does-not-reach", "another-person", "old"]
"""What may be wrong with a detail."""
State = Literal["open", "confirmed", "refused"]

detail_reports = sa.Table(
    "detail_reports",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("report_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False, comment="who reported it"),
    sa.Column("person_id", sa.BigInteger, nullable=False, comment="whose detail it is"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("wrong", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, comment="what else the user says, bound to the workspace; null: nothing"),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    instant("reported_at", nullable=False),
    instant("answered_at"),
    one_of("kind", CONTACT_FIELDS),
    one_of("wrong", get_args(Wrong)),
    one_of("state", get_args(State)),
    sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered"),
    sa.Index(
        "detail_reports_open_key",
        "workspace_id",
        "account_id",
        "person_id",
        "kind",
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    ),
    sa.Index("detail_reports_account_idx", "account_id"),
    sa.Index("detail_reports_waiting_idx", "reported_at", postgresql_where=sa.text("state = 'open'")),
    comment="personal=True: details that users reported wrong, and how that was answered",
)
