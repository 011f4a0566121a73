"""VAT of what is due, what is returned, ends for other reasons, and which version of the extension is in use."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _key(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _money(name: str, comment: str | None = None, **options: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Numeric(12, 2), nullable=False, comment=comment, **options)


def _flag(name: str, comment: str) -> "sa.Column[object]":
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false(), comment=comment)


def upgrade() -> None:
    op.add_column("dues", _money("vat", "euros", server_default="0"))
    asked = "what is still to come in all, VAT included, where a return made it less"
    op.add_column("dues", sa.Column("asked", sa.Numeric(12, 2), nullable=True, comment=asked))
    op.create_check_constraint(op.f("dues_vat_check"), "dues", "vat >= 0")
    op.add_column(
        "premiums",
        sa.Column("vat_percent", sa.Numeric(4, 2), nullable=False, server_default="20", comment="of the subscriber's country"),
    )
    op.add_column("premiums", sa.Column("end_channel", sa.Text(), nullable=True, comment="how it was told to end"))
    op.add_column("premiums", _instant("end_heard_at", "when it was told to end; of an email, when it was received (7.5.1)"))
    op.add_column("premiums", _instant("switch_at", "when a switch to another provider ends it, whatever the period"))
    op.add_column("premiums", sa.Column("switch_period", sa.Integer(), nullable=True, comment="the one it was asked for in"))
    channel = "end_channel IN ('account', 'email')"
    op.create_check_constraint(op.f("premiums_end_channel_check"), "premiums", channel)
    op.create_check_constraint(op.f("premiums_switch_check"), "premiums", "(switch_at IS NULL) = (switch_period IS NULL)")
    switching = sa.text("switch_at IS NOT NULL AND state <> 'ended'")
    op.create_index("premiums_switch_idx", "premiums", ["switch_at"], postgresql_where=switching)
    op.create_table(
        "returns",
        _key("workspace_id"),
        _key("due_id"),
        sa.Column("premium_id", sa.BigInteger(), nullable=False),
        _money("amount", "euros without VAT"),
        _money("vat", "euros"),
        sa.Column("reason", sa.Text(), nullable=False),
        _instant("made_at", nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "due_id", name=op.f("returns_pkey")),
        sa.CheckConstraint("amount >= 0 AND vat >= 0", name=op.f("returns_amount_check")),
        comment="kept=True: the part of a due that is for months not begun: paid back, or not asked for where it was not paid",
    )
    op.create_table(
        "legal_rates",
        sa.Column("half_year", sa.Text(), nullable=False, comment="like 2026-H1"),
        sa.Column("percent", sa.Numeric(5, 2), nullable=False),
        sa.Column("decree", sa.Text(), nullable=False, comment="where it stands"),
        _instant("entered_at", nullable=False),
        sa.PrimaryKeyConstraint("half_year", name=op.f("legal_rates_pkey")),
        sa.CheckConstraint("half_year ~ '^[0-9]{4}-H[12]$'", name=op.f("legal_rates_half_year_check")),
        comment="reference table: the legal rate of interest of each half-year, entered by those who run Candor",
    )
    op.add_column("updates", _flag("minor", "its effect is minor: no right to end (12.15)"))
    op.add_column(
        "updates", _flag("old_version_allowed", "the version before stays allowed and compliant: no right to end (12.15)")
    )
    op.create_table(
        "versions_in_use",
        _key("account_id"),
        sa.Column("version", sa.Text(), nullable=False),
        _instant("first_used_at", nullable=False),
        _instant("last_used_at", "to the day", nullable=False),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("versions_in_use_pkey")),
        comment="personal=True: which version of the extension an account uses since when (12.14)",
    )


def downgrade() -> None:
    for table in ("versions_in_use", "legal_rates", "returns"):
        op.drop_table(table)
    for column in ("old_version_allowed", "minor"):
        op.drop_column("updates", column)
    op.drop_index("premiums_switch_idx", "premiums")
    for column in ("switch_period", "switch_at", "end_heard_at", "end_channel", "vat_percent"):
        op.drop_column("premiums", column)
    op.drop_column("dues", "asked")
    op.drop_column("dues", "vat")
