"""What a source gave and was taken back goes, with its value: at once, or three months after it was kept to tell people only."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_COMMENT = "of what was taken back: when it goes, with its value"


def upgrade() -> None:
    op.add_column("facts", sa.Column("purge_at", sa.DateTime(timezone=True), comment=_COMMENT))
    op.execute("UPDATE facts SET purge_at = now() + interval '3 months' WHERE state = 'inform_only'")
    op.execute("UPDATE facts SET purge_at = now() WHERE closed_reason = 'withdrawn'")
    op.create_index("facts_purge_idx", "facts", ["purge_at"], postgresql_where=sa.text("purge_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("facts_purge_idx", "facts")
    op.drop_column("facts", "purge_at")
