"""How those who run Candor sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Logins, the links that set them, sessions."""
    op.create_table(
        "operator_logins",
        sa.Column("name", sa.Text(), nullable=False, comment="personal=True: as in operators"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column("totp", sa.LargeBinary(), nullable=False, comment="sealed secret of the codes (RFC 6238)"),
        sa.Column(
            "last_step", sa.BigInteger(), nullable=False, comment="the time step of the last code taken: none is taken twice"
        ),
        _instant("enrolled_at"),
        sa.PrimaryKeyConstraint("name", name="operator_logins_pkey"),
        comment="reference table: passwords and codes of those who run Candor",
    )
    op.create_table(
        "operator_enrolments",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the link's secret"),
        sa.Column("name", sa.Text(), nullable=False, comment="personal=True: a new link takes the place of the old one"),
        sa.Column("totp", sa.LargeBinary(), nullable=False, comment="sealed secret that its page shows"),
        _instant("ends_at"),
        sa.PrimaryKeyConstraint("digest", name="operator_enrolments_pkey"),
        sa.UniqueConstraint("name", name="operator_enrolments_name_key"),
        comment="reference table: links that set password and codes, once",
    )
    op.create_table(
        "operator_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="of the cookie's secret"),
        sa.Column("name", sa.Text(), nullable=False, comment="personal=True"),
        _instant("opened_at"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False, comment="to the minute"),
        sa.PrimaryKeyConstraint("digest", name="operator_sessions_pkey"),
        comment="reference table: open sessions; one that ends is removed",
    )
    op.create_index("operator_sessions_name_idx", "operator_sessions", ["name"])


def downgrade() -> None:
    """Nobody signs in here any more."""
    for table in ("operator_sessions", "operator_enrolments", "operator_logins"):
        op.drop_table(table)
