"""Where an account was last used, as digests; when the archive of a closed one goes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KINDS = "cases_kind_check"
_ARCHIVE = "personal=True: restricted archive; the application adds to it and cannot read it"
_NAME = "null: a home of one, until a Workspace is created"


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("session_id", sa.BigInteger(), comment="null once it has ended"),
        sa.Column("network", sa.LargeBinary(), nullable=False, comment="keyed digest of account and network, never an address"),
        sa.Column("country", sa.LargeBinary(), comment="likewise, where a proxy of ours says it"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="Paris; `turns` are those of this day"),
        sa.Column(
            "turns", sa.Integer(), nullable=False, comment="between sessions in different networks, each soon after the other"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("sightings_pkey")),
        comment="personal=True: where an account was used last, to notice one that is shared (6.2.5)",
    )
    op.drop_constraint(op.f(_KINDS), "cases")
    op.create_check_constraint(
        op.f(_KINDS), "cases", "kind IN ('not-the-user', 'fake', 'suspension', 'appeal', 'compromise', 'shared-account')"
    )
    goes = "when the time to go to law is over, and it goes too (X19)"
    op.add_column("closed_accounts", sa.Column("purge_at", sa.DateTime(timezone=True), comment=goes))
    op.execute("UPDATE closed_accounts SET purge_at = closed_at + interval '5 years'")
    op.alter_column("closed_accounts", "purge_at", nullable=False)
    op.create_index(op.f("closed_accounts_purge_at_idx"), "closed_accounts", ["purge_at"])
    op.create_table_comment("closed_accounts", f"{_ARCHIVE.removesuffix('it')}what is in it")
    op.alter_column("workspaces", "name", comment=f"{_NAME}. A company's or a team's, read by every member: not sealed")


def downgrade() -> None:
    op.alter_column("workspaces", "name", comment=_NAME)
    op.create_table_comment("closed_accounts", _ARCHIVE)
    op.drop_index(op.f("closed_accounts_purge_at_idx"), "closed_accounts")
    op.drop_column("closed_accounts", "purge_at")
    op.execute("DELETE FROM cases WHERE kind = 'shared-account'")
    op.drop_constraint(op.f(_KINDS), "cases")
    op.create_check_constraint(op.f(_KINDS), "cases", "kind IN ('not-the-user', 'fake', 'suspension', 'appeal', 'compromise')")
    op.drop_table("sightings")
