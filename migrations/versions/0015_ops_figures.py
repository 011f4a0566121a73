"""What the pages of those who run Candor count: figures of each day, failures of due work, imports; indexes to count by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEXES = (
    ("messages_bounced_idx", "messages", "bounced_at", "bounced_at IS NOT NULL"),
    ("people_hidden_idx", "people", "hidden_at", "hidden_at IS NOT NULL"),
    ("accounts_created_at_idx", "accounts", "created_at", None),
    ("linkedin_members_synced_at_idx", "linkedin_members", "synced_at", None),
)


def _instant(name: str, comment: str | None = None, *, nullable: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    """Tables and indexes."""
    op.create_table(
        "due_failures",
        sa.Column("piece", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, comment="the kind of the last error, never its words"),
        _instant("since", "when it failed first since it last went well"),
        _instant("last_at"),
        sa.Column("times", sa.Integer(), nullable=False),
        _instant("mended_at", "went well again, or nothing is due any more", nullable=True),
        sa.PrimaryKeyConstraint("piece", name="due_failures_pkey"),
        comment="reference table: what failed last of each piece of due work",
    )
    op.create_table(
        "daily_figures",
        sa.Column("day", sa.Date(), nullable=False, comment="Paris"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "name", "label", name="daily_figures_pkey"),
        comment="reference table: what was counted on a day that no row of ours tells",
    )
    op.create_table(
        "counted",
        sa.Column("registry", sa.Text(), nullable=False, comment="one for each start: its counters begin at 0"),
        sa.Column("counts", JSONB(), nullable=False, comment="where its counters stood when they were last added up"),
        _instant("at"),
        sa.PrimaryKeyConstraint("registry", name="counted_pkey"),
        comment="reference table: how far the counters of `/metrics` are in daily_figures",
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.Text(), comment="as the command named it; null: the rows name theirs"),
        _instant("started_at"),
        _instant("seen_at", "its last batch"),
        _instant("ended_at", "its last row was read", nullable=True),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False, server_default="0")
            for name in ("added", "changed", "unchanged", "refused")
        ),
        sa.PrimaryKeyConstraint("import_id", name="imports_pkey"),
        comment="reference table: imports, and how far each has come",
    )
    for name, table, column, where in _INDEXES:
        op.create_index(name, table, [column], postgresql_where=sa.text(where) if where else None)
    op.create_index("entries_at_idx", "entries", ["at"], postgresql_using="brin", postgresql_with={"autosummarize": "on"})


def downgrade() -> None:
    """Nothing is counted any more."""
    op.drop_index("entries_at_idx", "entries")
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table)
    for table in ("imports", "counted", "daily_figures", "due_failures"):
        op.drop_table(table)
