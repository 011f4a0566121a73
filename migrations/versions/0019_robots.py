"""The ladder of the robot score: its steps, human checks, planted people; cases of their own."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STEPS = "step IN ('watch', 'ask', 'hold', 'passed', 'answered', 'failed', 'appealed', 'kept', 'released')"
_CASES = "kind IN ('not-the-user', 'fake', 'suspension', 'appeal', 'compromise', 'shared-account'{})"


def upgrade() -> None:
    op.create_table(
        "robot_steps",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("step_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.Float(), comment="at that moment; null: a person did it"),
        sa.Column(
            "signs",
            postgresql.JSONB(),
            server_default="[]",
            nullable=False,
            comment="name, measure and evidence of each; never a person",
        ),
        sa.Column("decided_by", sa.Text(), comment="which operator; null: the score or the user"),
        sa.Column("words", sa.LargeBinary(), comment="sealed: the operator's reason, or the user's appeal"),
        sa.CheckConstraint(_STEPS, name=op.f("robot_steps_step_check")),
        sa.CheckConstraint("(decided_by IS NOT NULL) = (step IN ('kept', 'released'))", name=op.f("robot_steps_decided_by_check")),
        sa.PrimaryKeyConstraint("account_id", "step_id", name=op.f("robot_steps_pkey")),
        comment="personal=True: each step of the ladder with the signs that caused it, each appeal and each decision",
    )
    op.create_table(
        "human_checks",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False, comment="given so far: a question is good for one"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), comment="null: it waits for an answer"),
        sa.Column("eased_at", sa.DateTime(timezone=True), comment="when passing one last lowered the score"),
        sa.PrimaryKeyConstraint("account_id", name=op.f("human_checks_pkey")),
        comment="personal=True: the human check of an account that was asked",
    )
    op.add_column(
        "people",
        sa.Column("planted", sa.LargeBinary(), comment="sealed: why ops planted this person, who does not exist; null: a real one"),
    )
    _let_cases_be(", 'robots', 'robots-appeal', 'planted'")


def downgrade() -> None:
    op.execute("DELETE FROM cases WHERE kind IN ('robots', 'robots-appeal', 'planted')")
    _let_cases_be("")
    op.drop_column("people", "planted")
    op.drop_table("human_checks")
    op.drop_table("robot_steps")


def _let_cases_be(more: str) -> None:
    op.drop_constraint(op.f("cases_kind_check"), "cases")
    op.create_check_constraint(op.f("cases_kind_check"), "cases", _CASES.format(more))
