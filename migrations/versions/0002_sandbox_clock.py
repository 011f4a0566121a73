"""Where the sandbox's clock stands."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sandbox_clock",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("stands_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one", name=op.f("sandbox_clock_one_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("sandbox_clock_pkey")),
        comment="reference table: where the sandbox's clock was put; without a row it is the machine's",
    )


def downgrade() -> None:
    op.drop_table("sandbox_clock")
