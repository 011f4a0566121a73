"""The ledger's tables (workspace family): who may spend, what there is, what was shown, what happened."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, JSONB
from sqlalchemy.sql.operators import OperatorClass

from backend.kernel.database import instant, listed, metadata, one_of

KINDS = ("b2b_email", "phone", "direct_email", "export")
SOURCES = ("subscription", "registration", "reward", "purchased", "unlimited")
ACTIONS = (
    "grant", "reveal", "export", "expire", "void", "carry_out", "carry_in", "transfer",
    "correct", "give_back", "hold", "settle", "release",
)  # fmt: skip
UNLIMITED = 10_000


class Word(DOMAIN):
    """A text that is one of a few words."""

    operator_classes = OperatorClass.STRING


# Every charge writes three rows, and the server parses a table's checks anew for each. A type's check it keeps for the session.
KIND = Word("credit_kind", sa.Text(), check=listed("VALUE", KINDS))
SOURCE = Word("lot_source", sa.Text(), check=listed("VALUE", SOURCES))
ACTION = Word("entry_action", sa.Text(), check=listed("VALUE", ACTIONS))

permits = sa.Table(
    "permits",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False, server_default="active"),
    sa.Column("reason", sa.Text, comment="why it is suspended, in words the user reads"),
    sa.Column("terms_ok", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("synced_until", comment="LinkedIn's consent holds until then"),
    sa.Column("extension_seen", sa.Boolean, nullable=False, server_default=sa.false()),
    instant("plan_until", comment="a subscription runs until then; 'infinity' for freemium"),
    sa.Column("unlimited_kind", KIND, comment="the kind that the plan makes unlimited"),
    sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false(), comment="the unlimited lot is held"),
    sa.Column(
        "ended_sessions",
        ARRAY(sa.BigInteger),
        nullable=False,
        server_default="{}",
        comment="sessions that ended while their access tokens may still be about",
    ),
    sa.Column("limits", JSONB(none_as_null=True), comment="most of each kind that may be spent here in a calendar month of Paris"),
    sa.CheckConstraint("jsonb_typeof(limits) = 'object'", name="limits"),
    one_of("state", ("active", "suspended", "ended")),
    comment="who may spend in a workspace, and if not, why: for spending this row is the truth",
)

lots = sa.Table(
    "lots",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("lot_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("account_id", sa.BigInteger, comment="whose it is; null: the workspace's pool"),
    sa.Column("kind", KIND, nullable=False),
    sa.Column("source", SOURCE, nullable=False),
    sa.Column("rank", sa.SmallInteger, nullable=False, comment="burnt in this order, before the expiry is looked at"),
    sa.Column("granted", sa.Integer, nullable=False),
    sa.Column("remaining", sa.Integer, nullable=False),
    instant("valid_from", nullable=False),
    instant("expires_at", comment="null: lives as long as the account"),
    sa.Column("frozen", sa.Integer, nullable=False, server_default="0", comment="set aside until it is paid for"),
    sa.Column("keeps", sa.Boolean, nullable=False, server_default=sa.false(), comment="carried over at renewal"),
    sa.Column("grant_key", sa.Text, nullable=False, comment="a grant replayed is a grant ignored"),
    # The burn index asks for `open`, not for `remaining`: a debit then changes no indexed column and stays a HOT update.
    sa.Column("open", sa.Boolean, sa.Computed("remaining > 0", persisted=True)),
    sa.UniqueConstraint("workspace_id", "grant_key", "kind"),
    sa.CheckConstraint("remaining >= 0 AND frozen >= 0 AND remaining + frozen <= granted", name="remaining"),
    sa.CheckConstraint("expires_at > valid_from", name="expires_at"),
    sa.CheckConstraint(
        f"source <> 'unlimited' OR (account_id IS NOT NULL AND rank = 0 AND granted <= {UNLIMITED} "
        "AND expires_at IS NOT NULL AND expires_at <= valid_from + interval '32 days')",
        name="unlimited",
    ),
    sa.Index("lots_burn_idx", "workspace_id", "kind", "rank", "expires_at", "lot_id", postgresql_where=sa.text("open")),
    sa.Index(
        "lots_unlimited_key",
        "workspace_id",
        "account_id",
        "expires_at",
        unique=True,
        postgresql_where=sa.text("source = 'unlimited'"),
    ),
    sa.Index("lots_expiry_idx", "expires_at", postgresql_where=sa.text("open")),
    postgresql_with={"fillfactor": "50"},
    comment="grants, each with its own clock",
)

reveals = sa.Table(
    "reveals",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", KIND, primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False, comment="who asked"),
    sa.Column("lot_id", sa.BigInteger, nullable=False, comment="which lot paid"),
    instant("revealed_at", nullable=False),
    sa.Column("paid_in", sa.BigInteger, comment="the workspace that holds the lot, where the reveal came along from there"),
    comment="charged once, by construction; free for the whole workspace from then on",
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("lot_id", sa.BigInteger, nullable=False),
    sa.Column("kind", KIND, nullable=False),
    sa.Column("action", ACTION, nullable=False),
    sa.Column("delta", sa.Integer, nullable=False),
    sa.Column("balance", sa.Integer, nullable=False, comment="the lot's, after this entry"),
    sa.Column("account_id", sa.BigInteger, comment="who acted; null: Candor itself"),
    sa.Column("person_id", sa.BigInteger, comment="what it was spent on"),
    sa.Column("reason", sa.Text),
    instant("at", nullable=False),
    sa.CheckConstraint("balance >= 0", name="balance"),
    # Entries come in order of their instant, so that a few bytes for many pages find a day of them; a charge pays next to nothing.
    sa.Index("entries_at_idx", "at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
    sa.CheckConstraint("(action = 'reveal') = (person_id IS NOT NULL AND delta = -1)", name="reveal"),
    comment="append-only: the application may insert and read, nothing else",
)

member_months = sa.Table(
    "member_months",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", KIND, primary_key=True),
    instant("month_ends_at", primary_key=True),
    sa.Column("spent", sa.Integer, nullable=False),
    sa.CheckConstraint("spent >= 0", name="spent"),
    comment="what members with a limit have spent of it; kept only while there is a limit",
)

expiry_alerts = sa.Table(
    "expiry_alerts",
    metadata,
    sa.Column("days_ahead", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, nullable=False, comment="Paris; who loses credits on an earlier day has been told"),
    sa.Column("workspace_id", sa.BigInteger, nullable=False, comment="of that day, workspaces up to this one have been told"),
    comment="reference table: how far the alerts of credits about to expire have come",
)
