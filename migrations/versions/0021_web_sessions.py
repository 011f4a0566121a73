"""Sessions are opened by our own pages, too: what two columns say of themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_SAID = {
    "client": (sa.Text(), "extension/<version>, or empty", "extension/<version>, web for our own pages, or empty"),
    "refresh_digest": (
        sa.LargeBinary(),
        "of the newest refresh token's secret",
        "of the newest refresh token's secret; of a web session, its cookie's",
    ),
}


def upgrade() -> None:
    for name, (kind, before, after) in _SAID.items():
        op.alter_column("sessions", name, existing_type=kind, comment=after, existing_comment=before)


def downgrade() -> None:
    for name, (kind, before, after) in _SAID.items():
        op.alter_column("sessions", name, existing_type=kind, comment=before, existing_comment=after)
