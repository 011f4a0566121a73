"""Suspensions, what is handed in against them, cases, questions, what was done from an account, and what stays of a deleted one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "accounts_state_check"
_REASONS = "sessions_reason_check"


def _instant(name: str, *, nullable: bool = True, comment: str | None = None) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _account() -> "sa.Column[object]":
    return sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False)


def _number(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    op.add_column("accounts", _instant("password_noted_at", comment="set, or its owner reminded of its age"))
    op.execute("UPDATE accounts SET password_noted_at = password_set_at")
    op.alter_column("accounts", "password_noted_at", nullable=False)
    op.create_index(
        "accounts_password_noted_at_idx", "accounts", ["password_noted_at"], postgresql_where=sa.text("state = 'active'")
    )
    op.drop_constraint(op.f(_STATES), "accounts")
    op.create_check_constraint(op.f(_STATES), "accounts", "state IN ('pending', 'active', 'suspended', 'terminated')")
    op.drop_constraint(op.f(_REASONS), "sessions")
    op.create_check_constraint(
        op.f(_REASONS), "sessions", "reason IN ('signed-out', 'refresh-reused', 'password-changed', 'compromised', 'terminated')"
    )
    op.create_table_comment(
        "resets", "personal=True: mailed secrets that still work, for a new password or a report; used ones are removed"
    )
    verified = sa.Column("email_verified", sa.Boolean(), nullable=False, server_default=sa.true(), comment="as LinkedIn says")
    op.add_column("linkedin_members", verified)
    seen = "on LinkedIn, as the user answered or operators saw; never read from a page"
    op.add_column("accounts", sa.Column("has_contacts", sa.Boolean(), comment=seen))
    op.add_column("accounts", sa.Column("has_activity", sa.Boolean(), comment="likewise"))
    op.create_table(
        "suspensions",
        _account(),
        _number("suspension_id"),
        sa.Column("ground", sa.Text(), nullable=False, comment="id of the clause it rests on (backend/accounts/grounds.toml)"),
        sa.Column("reason", sa.LargeBinary(), nullable=False, comment="sealed; in words the user reads"),
        _instant("opened_at", nullable=False),
        sa.Column("stage", sa.Text(), nullable=False, server_default="cure"),
        _instant("due_at", comment="when the next step is taken; null: none of ours is left"),
        _instant("waiting_since", comment="a cure was handed in and is not answered: the next step waits"),
        _instant("resumed_at", comment="the last cure was refused"),
        _instant("closed_at", comment="lifted"),
        sa.CheckConstraint("stage IN ('cure', 'last', 'breach')", name=op.f("suspensions_stage_check")),
        sa.PrimaryKeyConstraint("account_id", "suspension_id", name=op.f("suspensions_pkey")),
        comment="personal=True: suspensions by operators, each on one ground",
    )
    op.create_index(
        "suspensions_open_key", "suspensions", ["account_id"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    still_due = sa.text("closed_at IS NULL AND waiting_since IS NULL")
    op.create_index("suspensions_due_at_idx", "suspensions", ["due_at"], postgresql_where=still_due)
    op.create_table(
        "replies",
        _account(),
        _number("reply_id"),
        sa.Column("suspension_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False, comment="sealed"),
        _instant("at", nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        _instant("answered_at"),
        sa.CheckConstraint("kind IN ('cure', 'appeal')", name=op.f("replies_kind_check")),
        sa.CheckConstraint("answer IN ('accepted', 'refused')", name=op.f("replies_answer_check")),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("replies_answered_check")),
        sa.PrimaryKeyConstraint("account_id", "reply_id", name=op.f("replies_pkey")),
        comment="personal=True: what suspended users handed in, and how it was answered",
    )
    op.create_table(
        "cases",
        _account(),
        _number("case_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, server_default="open"),
        sa.Column("signals", postgresql.ARRAY(sa.Text()), nullable=False, comment="in words, without personal data"),
        _instant("opened_at", nullable=False),
        sa.CheckConstraint("kind IN ('not-the-user', 'fake', 'suspension', 'appeal', 'compromise')", name=op.f("cases_kind_check")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("cases_state_check")),
        sa.PrimaryKeyConstraint("account_id", "case_id", name=op.f("cases_pkey")),
        comment="personal=True: what a person at operations looks at; a case never suspends by itself",
    )
    op.create_index("cases_open_key", "cases", ["account_id", "kind"], unique=True, postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "case_steps",
        _account(),
        _number("step_id"),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("step", sa.LargeBinary(), nullable=False, comment="sealed"),
        sa.PrimaryKeyConstraint("account_id", "step_id", name=op.f("case_steps_pkey")),
        comment="personal=True: legal steps taken in a case, with their dates",
    )
    op.create_table(
        "questions",
        _account(),
        _number("question_id"),
        sa.Column("question", sa.LargeBinary(), nullable=False, comment="sealed"),
        _instant("asked_at", nullable=False),
        _instant("answer_by", nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True, comment="sealed"),
        _instant("answered_at"),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("questions_answered_check")),
        sa.PrimaryKeyConstraint("account_id", "question_id", name=op.f("questions_pkey")),
        comment="personal=True: what operators asked about identity or eligibility, and what was answered",
    )
    op.create_table(
        "account_actions",
        _account(),
        _number("action_id"),
        _instant("at", nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True, comment="null: through the link of a suspension's mail"),
        sa.Column("action", sa.Text(), nullable=False, comment="method and address as declared"),
        sa.PrimaryKeyConstraint("account_id", "action_id", name=op.f("account_actions_pkey")),
        comment="personal=True: what was done from an account; can only be added to. Reveals stand in the ledger's entries",
    )
    op.create_table(
        "retired_emails",
        sa.Column("digest", sa.LargeBinary(), nullable=False, comment="the digest under which it was known in logins"),
        sa.PrimaryKeyConstraint("digest", name=op.f("retired_emails_pkey")),
        comment="addresses of deleted accounts, which nobody signs up with again; nothing else is kept of them",
    )
    op.create_table(
        "closed_accounts",
        _account(),
        _instant("closed_at", nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column(
            "evidence", sa.LargeBinary(), nullable=False, comment="sealed: address, what was acknowledged, suspensions, cases"
        ),
        sa.CheckConstraint("cause IN ('by-the-user', 'conduct', 'identifiers')", name=op.f("closed_accounts_cause_check")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("closed_accounts_pkey")),
        comment="personal=True: restricted archive; the application adds to it and cannot read it",
    )


def downgrade() -> None:
    for table in (
        "closed_accounts", "retired_emails", "account_actions", "questions", "case_steps", "cases", "replies", "suspensions",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("accounts", "has_activity")
    op.drop_column("accounts", "has_contacts")
    op.drop_column("linkedin_members", "email_verified")
    op.create_table_comment("resets", "personal=True: password resets that still work; used ones are removed")
    op.execute("UPDATE sessions SET reason = 'signed-out' WHERE reason IN ('compromised', 'terminated')")
    op.drop_constraint(op.f(_REASONS), "sessions")
    op.create_check_constraint(op.f(_REASONS), "sessions", "reason IN ('signed-out', 'refresh-reused', 'password-changed')")
    op.execute("UPDATE accounts SET state = 'suspended' WHERE state = 'terminated'")
    op.drop_constraint(op.f(_STATES), "accounts")
    op.create_check_constraint(op.f(_STATES), "accounts", "state IN ('pending', 'active', 'suspended')")
    op.drop_index("accounts_password_noted_at_idx", "accounts")
    op.drop_column("accounts", "password_noted_at")
