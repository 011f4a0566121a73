"""What other numbers of the ladder would have caught: the last replay, and how high which account stood when."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_replays",
        sa.Column("replay_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="actions from then on"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="the next part"),
        sa.Column("thresholds", sa.Text(), nullable=False, comment="SHA-256 of the file of the score's numbers"),
        sa.Column(
            "after_account_id", sa.BigInteger(), server_default="0", nullable=False, comment="accounts up to this one are done"
        ),
        sa.Column("accounts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("actions", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cut", sa.Boolean(), server_default=sa.false(), nullable=False, comment="it ended before the last account"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("replay_id", name=op.f("score_replays_pkey")),
        comment="reference table: the last replay of what accounts did through the score",
    )
    op.create_table(
        "score_paths",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("replay_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reveals", sa.Integer(), nullable=False, comment="that were replayed"),
        sa.Column(
            "marks",
            postgresql.JSONB(),
            nullable=False,
            comment="[height, milliseconds since 1970, reveals before]: first times, rising",
        ),
        sa.PrimaryKeyConstraint("account_id", "replay_id", name=op.f("score_paths_pkey")),
        comment="personal=True: how high an account's score stood when, in the last replay; those that stayed low are not kept",
    )


def downgrade() -> None:
    op.drop_table("score_paths")
    op.drop_table("score_replays")
