"""The workspace family: who is on which plan in which period, what was quoted, and what is due."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from backend.kernel.database import instant, metadata, one_of

INTERVALS = ("month", "year")
MEANS = ("sepa_debit", "wire")
PREMIUM_STATES = ("pending", "active", "frozen", "ended")
DUE_STATES = ("open", "submitted", "paid", "failed", "dropped")
CHANNELS = ("account", "email")
WHAT = ("start", "renewal", "upgrade", "pack")

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False, comment="whose freemium it is"),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("sheet", sa.Text, nullable=False, comment="version of the plan sheet it was taken out under"),
    sa.Column("started_on", sa.Date, nullable=False, comment="Paris; every period is counted from this day"),
    sa.Column("period", sa.Integer, nullable=False, comment="1 for the first"),
    sa.Column("granted_period", sa.Integer, nullable=False, comment="the last one that granted; a premium lets it rest"),
    instant("period_ends_at", nullable=False, index=True),
    sa.CheckConstraint("period >= 1", name="period"),
    sa.CheckConstraint("granted_period BETWEEN 0 AND period", name="granted"),
    comment="personal=True: running freemiums",
)

quotes = sa.Table(
    "quotes",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("quote_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("sheet", sa.Text, nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("interval", sa.Text, nullable=False),
    sa.Column("packs", JSONB(none_as_null=True), nullable=False, comment="how many of each code"),
    sa.Column("price", sa.Numeric(12, 2), nullable=False, comment="euros without VAT, for one period; locked until it expires"),
    instant("made_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("accepted_at"),
    sa.CheckConstraint("seats >= 1", name="seats"),
    one_of("interval", INTERVALS),
    comment="prices as they were shown, which hold until they expire",
)

premiums = sa.Table(
    "premiums",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("premium_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("state", sa.Text, nullable=False, comment="pending: a wire is awaited; frozen: a payment failed"),
    sa.Column("sheet", sa.Text, nullable=False, comment="version of the plan sheet it was taken out under"),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("interval", sa.Text, nullable=False),
    sa.Column("packs", JSONB(none_as_null=True), nullable=False, comment="how many of each code; they recur"),
    sa.Column("means", sa.Text, nullable=False),
    sa.Column("started_on", sa.Date, comment="Paris; every period is counted from this day; null while pending"),
    sa.Column("period", sa.Integer, nullable=False, comment="1 for the first; 0 while pending"),
    sa.Column("begun_months", sa.Integer, nullable=False, comment="months from the first day to the running period"),
    instant("period_ends_at"),
    sa.Column("next_order", JSONB(none_as_null=True), comment="plan, seats and interval from the end of `next_after` on"),
    sa.Column("next_after", sa.Integer, comment="the period after which `next_order` holds"),
    sa.Column(
        "reverted",
        JSONB(none_as_null=True),
        nullable=False,
        server_default="{}",
        comment="packs not to recur",
    ),
    sa.Column("last_period", sa.Integer, comment="the period at whose end it ends; null: it renews"),
    instant("next_alert_at", comment="when its members are next told that it ends"),
    instant("ended_at"),
    sa.Column("end_reason", sa.Text),
    sa.Column("vat_percent", sa.Numeric(4, 2), nullable=False, server_default="20", comment="of the subscriber's country"),
    sa.Column("end_channel", sa.Text, comment="how it was told to end"),
    instant("end_heard_at", comment="when it was told to end; of an email, when it was received (7.5.1)"),
    instant("switch_at", comment="when a switch to another provider ends it, whatever the period"),
    sa.Column("switch_period", sa.Integer, comment="the one it was asked for in"),
    one_of("state", PREMIUM_STATES),
    one_of("interval", INTERVALS),
    one_of("means", MEANS),
    sa.CheckConstraint("seats >= 1", name="seats"),
    sa.CheckConstraint("(started_on IS NULL) = (period_ends_at IS NULL) AND (started_on IS NULL) = (period = 0)", name="started"),
    sa.CheckConstraint("state NOT IN ('active', 'frozen') OR period >= 1", name="running"),
    sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended"),
    sa.CheckConstraint("(next_order IS NULL) = (next_after IS NULL)", name="next"),
    one_of("end_channel", CHANNELS),
    sa.CheckConstraint("(switch_at IS NULL) = (switch_period IS NULL)", name="switch"),
    sa.Index("premiums_one_key", "workspace_id", unique=True, postgresql_where=sa.text("state <> 'ended'")),
    sa.Index("premiums_period_idx", "period_ends_at", postgresql_where=sa.text("state IN ('active', 'frozen')")),
    sa.Index("premiums_switch_idx", "switch_at", postgresql_where=sa.text("switch_at IS NOT NULL AND state <> 'ended'")),
    sa.Index("premiums_alert_idx", "next_alert_at", postgresql_where=sa.text("next_alert_at IS NOT NULL")),
    comment="kept=True: paid plans of workspaces, at most one that has not ended",
)

subscribers = sa.Table(
    "subscribers",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("premium_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="legal name, country, SIREN, VAT number, sealed JSON"),
    sa.Column("attested_by", sa.BigInteger, nullable=False, comment="who said so: professional, and authorised to bind"),
    instant("attested_at", nullable=False),
    comment="personal=True, kept=True: who a premium was taken out for, and who attested it",
)

dues = sa.Table(
    "dues",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("due_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("premium_id", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("period", sa.Integer, nullable=False, comment="the premium's period it is for"),
    sa.Column("amount", sa.Numeric(12, 2), nullable=False, comment="euros without VAT"),
    sa.Column("vat", sa.Numeric(12, 2), nullable=False, server_default="0", comment="euros"),
    sa.Column("received", sa.Numeric(12, 2), nullable=False, server_default="0"),
    sa.Column("means", sa.Text, nullable=False),
    instant("due_at", nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    instant("counted_at", comment="what it pays for was given: a debit submitted, a wire received in full"),
    instant("paid_at"),
    sa.Column("before", JSONB(none_as_null=True), comment="an upgrade's plan and seats until then, to go back to"),
    sa.Column("after", JSONB(none_as_null=True), comment="what an upgrade or pack changes"),
    sa.Column("order_key", sa.LargeBinary, comment="digest of the Idempotency-Key it was ordered under"),
    sa.Column("order_body", sa.LargeBinary, comment="digest of what was ordered under it"),
    one_of("what", WHAT),
    one_of("means", MEANS),
    one_of("state", DUE_STATES),
    sa.CheckConstraint("amount >= 0 AND received >= 0", name="amount"),
    sa.CheckConstraint("vat >= 0", name="vat"),
    sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name="paid"),
    sa.UniqueConstraint("workspace_id", "order_key"),
    sa.Index("dues_period_key", "workspace_id", "premium_id", "period", unique=True,
             postgresql_where=sa.text("what IN ('start', 'renewal')")),
    comment="kept=True: amounts due, each with what became of it; there is no other trace of money",
)  # fmt: skip

returns = sa.Table(
    "returns",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("due_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("premium_id", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.Numeric(12, 2), nullable=False, comment="euros without VAT"),
    sa.Column("vat", sa.Numeric(12, 2), nullable=False, comment="euros"),
    sa.Column("reason", sa.Text, nullable=False),
    instant("made_at", nullable=False),
    sa.CheckConstraint("amount >= 0 AND vat >= 0", name="amount"),
    comment="kept=True: the part of a due that is for months not begun: paid back, or not asked for where it was not paid",
)

legal_rates = sa.Table(
    "legal_rates",
    metadata,
    sa.Column("half_year", sa.Text, primary_key=True, comment="like 2026-H1"),
    sa.Column("percent", sa.Numeric(5, 2), nullable=False),
    sa.Column("decree", sa.Text, nullable=False, comment="where it stands"),
    instant("entered_at", nullable=False),
    sa.CheckConstraint("half_year ~ '^[0-9]{4}-H[12]$'", name="half_year"),
    comment="reference table: the legal rate of interest of each half-year, entered by those who run Candor",
)
