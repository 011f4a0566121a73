"""Who suspended an account, so that another person answers its appeal; the queue of open cases."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The operator's name comes from the log, where it stands already."""
    comment = "personal=True: the operator who decided it; another one answers an appeal (R43)"
    op.add_column("suspensions", sa.Column("opened_by", sa.Text(), nullable=True, comment=comment))
    op.execute(
        """
        UPDATE suspensions s SET opened_by = (
          SELECT l.by FROM ops_log l
          WHERE l.action = 'account.suspend' AND l.subject = 'account ' || s.account_id AND l.at <= s.opened_at
          ORDER BY l.entry_id DESC LIMIT 1
        )
        """
    )
    op.create_index("cases_queue_idx", "cases", ["case_id"], postgresql_where=sa.text("state = 'open'"))


def downgrade() -> None:
    """Nobody knows who suspended, but for the log."""
    op.drop_index("cases_queue_idx", "cases")
    op.drop_column("suspensions", "opened_by")
