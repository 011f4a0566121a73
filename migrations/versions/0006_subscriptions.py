"""Premium: what was quoted, what runs, who subscribed, what is due."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_INTERVALS = "interval IN ('month', 'year')"
_MEANS = "means IN ('sepa_debit', 'wire')"
_STARTED = "(started_on IS NULL) = (period_ends_at IS NULL) AND (started_on IS NULL) = (period = 0)"


def _id(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _key(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _text(name: str, comment: str | None = None) -> "sa.Column[object]":
    return sa.Column(name, sa.Text(), nullable=False, comment=comment)


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.create_table_comment(
        "subscriptions", "personal=True: running freemiums", existing_comment="personal=True: running subscriptions"
    )
    granted = sa.Column("granted_period", sa.Integer(), nullable=True, comment="the last one that granted; a premium lets it rest")
    op.add_column("subscriptions", granted)
    op.execute("UPDATE subscriptions SET granted_period = period")
    op.alter_column("subscriptions", "granted_period", nullable=False)
    op.create_check_constraint(op.f("subscriptions_granted_check"), "subscriptions", "granted_period BETWEEN 0 AND period")
    op.create_table(
        "quotes",
        _key("workspace_id"),
        _id("quote_id"),
        _text("sheet"),
        _text("plan"),
        sa.Column("seats", sa.Integer(), nullable=False),
        _text("interval"),
        sa.Column("packs", JSONB(), nullable=False, comment="how many of each code"),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, comment="euros without VAT, for one period; locked until it expires"),
        _instant("made_at", nullable=False),
        _instant("expires_at", nullable=False),
        _instant("accepted_at"),
        sa.CheckConstraint("seats >= 1", name=op.f("quotes_seats_check")),
        sa.CheckConstraint(_INTERVALS, name=op.f("quotes_interval_check")),
        sa.PrimaryKeyConstraint("workspace_id", "quote_id", name=op.f("quotes_pkey")),
        comment="prices as they were shown, which hold until they expire",
    )
    op.create_table(
        "premiums",
        _key("workspace_id"),
        _id("premium_id"),
        _text("state", "pending: a wire is awaited; frozen: a payment failed"),
        _text("sheet", "version of the plan sheet it was taken out under"),
        _text("plan"),
        sa.Column("seats", sa.Integer(), nullable=False),
        _text("interval"),
        sa.Column("packs", JSONB(), nullable=False, comment="how many of each code; they recur"),
        _text("means"),
        sa.Column(
            "started_on", sa.Date(), nullable=True, comment="Paris; every period is counted from this day; null while pending"
        ),
        sa.Column("period", sa.Integer(), nullable=False, comment="1 for the first; 0 while pending"),
        sa.Column("begun_months", sa.Integer(), nullable=False, comment="months from the first day to the running period"),
        _instant("period_ends_at"),
        sa.Column("next_order", JSONB(), nullable=True, comment="plan, seats and interval from the end of `next_after` on"),
        sa.Column("next_after", sa.Integer(), nullable=True, comment="the period after which `next_order` holds"),
        sa.Column("reverted", JSONB(), server_default="{}", nullable=False, comment="packs not to recur"),
        sa.Column("last_period", sa.Integer(), nullable=True, comment="the period at whose end it ends; null: it renews"),
        _instant("next_alert_at", "when its members are next told that it ends"),
        _instant("ended_at"),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'active', 'frozen', 'ended')", name=op.f("premiums_state_check")),
        sa.CheckConstraint(_INTERVALS, name=op.f("premiums_interval_check")),
        sa.CheckConstraint(_MEANS, name=op.f("premiums_means_check")),
        sa.CheckConstraint("seats >= 1", name=op.f("premiums_seats_check")),
        sa.CheckConstraint(_STARTED, name=op.f("premiums_started_check")),
        sa.CheckConstraint("state NOT IN ('active', 'frozen') OR period >= 1", name=op.f("premiums_running_check")),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("premiums_ended_check")),
        sa.CheckConstraint("(next_order IS NULL) = (next_after IS NULL)", name=op.f("premiums_next_check")),
        sa.PrimaryKeyConstraint("workspace_id", "premium_id", name=op.f("premiums_pkey")),
        comment="kept=True: paid plans of workspaces, at most one that has not ended",
    )
    op.create_index("premiums_one_key", "premiums", ["workspace_id"], unique=True, postgresql_where=sa.text("state <> 'ended'"))
    running = sa.text("state IN ('active', 'frozen')")
    op.create_index("premiums_period_idx", "premiums", ["period_ends_at"], postgresql_where=running)
    alert = sa.text("next_alert_at IS NOT NULL")
    op.create_index("premiums_alert_idx", "premiums", ["next_alert_at"], postgresql_where=alert)
    op.create_table(
        "subscribers",
        _key("workspace_id"),
        _key("premium_id"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="legal name, country, SIREN, VAT number, sealed JSON"),
        sa.Column("attested_by", sa.BigInteger(), nullable=False, comment="who said so: professional, and authorised to bind"),
        _instant("attested_at", nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "premium_id", name=op.f("subscribers_pkey")),
        comment="personal=True, kept=True: who a premium was taken out for, and who attested it",
    )
    op.create_table(
        "dues",
        _key("workspace_id"),
        _id("due_id"),
        sa.Column("premium_id", sa.BigInteger(), nullable=False),
        _text("what"),
        sa.Column("period", sa.Integer(), nullable=False, comment="the premium's period it is for"),
        sa.Column("amount", sa.Numeric(12, 2), nullable=False, comment="euros without VAT"),
        sa.Column("received", sa.Numeric(12, 2), server_default="0", nullable=False),
        _text("means"),
        _instant("due_at", nullable=False),
        _text("state"),
        _instant("counted_at", "what it pays for was given: a debit submitted, a wire received in full"),
        _instant("paid_at"),
        sa.Column("before", JSONB(), nullable=True, comment="an upgrade's plan and seats until then, to go back to"),
        sa.Column("after", JSONB(), nullable=True, comment="what an upgrade or pack changes"),
        sa.Column("order_key", sa.LargeBinary(), nullable=True, comment="digest of the Idempotency-Key it was ordered under"),
        sa.Column("order_body", sa.LargeBinary(), nullable=True, comment="digest of what was ordered under it"),
        sa.CheckConstraint("what IN ('start', 'renewal', 'upgrade', 'pack')", name=op.f("dues_what_check")),
        sa.CheckConstraint(_MEANS, name=op.f("dues_means_check")),
        sa.CheckConstraint("state IN ('open', 'submitted', 'paid', 'failed', 'dropped')", name=op.f("dues_state_check")),
        sa.CheckConstraint("amount >= 0 AND received >= 0", name=op.f("dues_amount_check")),
        sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f("dues_paid_check")),
        sa.PrimaryKeyConstraint("workspace_id", "due_id", name=op.f("dues_pkey")),
        sa.UniqueConstraint("workspace_id", "order_key", name=op.f("dues_workspace_id_order_key_key")),
        comment="kept=True: amounts due, each with what became of it; there is no other trace of money",
    )
    once = sa.text("what IN ('start', 'renewal')")
    op.create_index("dues_period_key", "dues", ["workspace_id", "premium_id", "period"], unique=True, postgresql_where=once)


def downgrade() -> None:
    for table in ("dues", "subscribers", "premiums", "quotes"):
        op.drop_table(table)
    op.drop_column("subscriptions", "granted_period")
    op.create_table_comment(
        "subscriptions", "personal=True: running subscriptions", existing_comment="personal=True: running freemiums"
    )
