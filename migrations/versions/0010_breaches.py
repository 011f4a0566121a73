"""Breaches, formal notices, the premium they suspend, and the freemium that is told not to renew."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATES = "state IN ('pending', 'active', 'frozen', 'ended')"
_STATES_NOW = "state IN ('pending', 'active', 'frozen', 'suspended', 'ended')"
_RUNNING = "state IN ('active', 'frozen')"
_RUNNING_NOW = "state IN ('active', 'frozen', 'suspended')"
_CAUSES = "cause IN ('by-the-user', 'conduct', 'identifiers')"
_CAUSES_NOW = "cause IN ('by-the-user', 'conduct', 'identifiers', 'breach')"


def _key(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.add_column("premiums", _instant("suspended_at", "for breach: nobody spends from then on"))
    op.alter_column(
        "premiums",
        "state",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="pending: a wire is awaited; frozen: a payment failed",
        comment="pending: a wire is awaited; frozen: a payment failed; suspended: for breach, and billed all the same",
    )
    _check("premiums", "state", _STATES_NOW)
    _check("premiums", "running", f"state NOT {_RUNNING_NOW.removeprefix('state ')} OR period >= 1")
    op.create_check_constraint(op.f("premiums_suspended_check"), "premiums", "state <> 'suspended' OR suspended_at IS NOT NULL")
    _index_periods(_RUNNING_NOW)
    _check("closed_accounts", "cause", _CAUSES_NOW)
    op.add_column("subscriptions", _instant("not_renewed_at", "its owner asked for it to end with the running month (7.5.12)"))
    op.add_column(
        "subscriptions",
        sa.Column("acknowledged", sa.LargeBinary(), nullable=True, comment="sealed: what was typed and shown then"),
    )
    op.create_check_constraint(
        op.f("subscriptions_not_renewed_check"), "subscriptions", "(not_renewed_at IS NULL) = (acknowledged IS NULL)"
    )
    _make_breaches()
    _make_notices()


def _make_breaches() -> None:
    op.create_table(
        "breaches",
        _key("workspace_id"),
        sa.Column("breach_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("premium_id", sa.BigInteger(), nullable=True, comment="null: it concerns this account alone"),
        sa.Column("account_id", sa.BigInteger(), nullable=True, comment="whose conduct it is; null: the subscriber's own"),
        sa.Column("conduct", sa.Boolean(), nullable=False, comment="it followed the suspension of the account"),
        sa.Column("ground", sa.Text(), nullable=False, comment="id of the clause it rests on"),
        sa.Column("reason", sa.LargeBinary(), nullable=True, comment="sealed; in words the subscriber reads"),
        _instant("opened_at", nullable=False),
        _instant("due_at", "unless cured by then, it is carried out", nullable=False),
        _instant("waiting_since", "a cure was handed in and is not answered: the clock stands still"),
        _instant("resumed_at", "the last cure was refused"),
        _instant("closed_at"),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "breach_id", name=op.f("breaches_pkey")),
        sa.CheckConstraint("outcome IN ('cured', 'terminated', 'ended')", name=op.f("breaches_outcome_check")),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("breaches_closed_check")),
        sa.CheckConstraint("premium_id IS NOT NULL OR account_id IS NOT NULL", name=op.f("breaches_whose_check")),
        comment="personal=True, kept=True: breaches of contract, each with its days to put it right and how it ended",
    )
    op.create_index("breaches_due_at_idx", "breaches", ["due_at"], postgresql_where=sa.text("closed_at IS NULL"))
    op.create_index("breaches_account_id_idx", "breaches", ["account_id"], postgresql_where=sa.text("closed_at IS NULL"))


def _make_notices() -> None:
    op.create_table(
        "formal_notices",
        _key("workspace_id"),
        sa.Column("notice_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("premium_id", sa.BigInteger(), nullable=True, comment="null: a freemium's"),
        sa.Column("account_id", sa.BigInteger(), nullable=False, comment="who acted for the subscriber"),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="sealed; what the other party is to put right"),
        sa.Column("registered_number", sa.Text(), nullable=False, comment="of the registered letter"),
        _instant("sent_at", nullable=False),
        _instant("due_at", "from then on the sender may terminate, unless it was remedied", nullable=False),
        _instant("entered_at", nullable=False),
        _instant("closed_at"),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "notice_id", name=op.f("formal_notices_pkey")),
        sa.UniqueConstraint("workspace_id", "registered_number", name=op.f("formal_notices_workspace_id_registered_number_key")),
        sa.CheckConstraint("sender IN ('provider', 'subscriber')", name=op.f("formal_notices_sender_check")),
        sa.CheckConstraint("cause IN ('breach', 'non-payment')", name=op.f("formal_notices_cause_check")),
        sa.CheckConstraint("sender = 'provider' OR cause = 'breach'", name=op.f("formal_notices_payer_check")),
        sa.CheckConstraint("outcome IN ('remedied', 'terminated', 'ended')", name=op.f("formal_notices_outcome_check")),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("formal_notices_closed_check")),
        comment="personal=True, kept=True: formal notices by registered letter, and what came of each",
    )
    op.create_index(
        "formal_notices_due_at_idx",
        "formal_notices",
        ["due_at"],
        postgresql_where=sa.text("closed_at IS NULL AND cause = 'non-payment'"),
    )


def _check(table: str, name: str, condition: str) -> None:
    op.drop_constraint(op.f(f"{table}_{name}_check"), table, type_="check")
    op.create_check_constraint(op.f(f"{table}_{name}_check"), table, condition)


def _index_periods(running: str) -> None:
    op.drop_index("premiums_period_idx", "premiums")
    op.create_index("premiums_period_idx", "premiums", ["period_ends_at"], postgresql_where=sa.text(running))


def downgrade() -> None:
    for table in ("formal_notices", "breaches"):
        op.drop_table(table)
    for column in ("acknowledged", "not_renewed_at"):
        op.drop_column("subscriptions", column)
    _check("closed_accounts", "cause", _CAUSES)
    op.drop_constraint(op.f("premiums_suspended_check"), "premiums")
    op.execute("UPDATE premiums SET state = 'frozen' WHERE state = 'suspended'")
    _check("premiums", "state", _STATES)
    _check("premiums", "running", f"state NOT {_RUNNING.removeprefix('state ')} OR period >= 1")
    op.alter_column(
        "premiums",
        "state",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="pending: a wire is awaited; frozen: a payment failed; suspended: for breach, and billed all the same",
        comment="pending: a wire is awaited; frozen: a payment failed",
    )
    op.drop_column("premiums", "suspended_at")
    _index_periods(_RUNNING)
