"""What the ladder did (account family, only ever added to), and the human check of each account that was asked."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from backend.kernel.database import instant, metadata, one_of

STEPS = ("watch", "ask", "hold", "passed", "answered", "failed", "appealed", "kept", "released")
"""watch, ask, hold: the score climbed. passed: a human check, which lowered the score; answered: one that did not, for the last was
lately; failed: three wrong answers. appealed, kept, released: the user appealed against a hold, a person kept it, or lifted it."""

robot_steps = sa.Table(
    "robot_steps",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("step_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("step", sa.Text, nullable=False),
    instant("at", nullable=False),
    sa.Column("score", sa.Float, comment="at that moment; null: a person did it"),
    sa.Column("signs", JSONB, nullable=False, server_default="[]", comment="name, measure and evidence of each; never a person"),
    sa.Column("decided_by", sa.Text, comment="which operator; null: the score or the user"),
    sa.Column("words", sa.LargeBinary, comment="sealed: the operator's reason, or the user's appeal"),
    one_of("step", STEPS),
    sa.CheckConstraint("(decided_by IS NOT NULL) = (step IN ('kept', 'released'))", name="decided_by"),
    comment="personal=True: each step of the ladder with the signs that caused it, each appeal and each decision",
)

human_checks = sa.Table(
    "human_checks",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    instant("opened_at", nullable=False),
    sa.Column("answers", sa.Integer, nullable=False, server_default="0", comment="given so far: a question is good for one"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    instant("passed_at", comment="null: it waits for an answer"),
    instant("eased_at", comment="when passing one last lowered the score"),
    comment="personal=True: the human check of an account that was asked",
)

score_replays = sa.Table(
    "score_replays",
    metadata,
    sa.Column("replay_id", sa.BigInteger, sa.Identity(), primary_key=True),
    instant("asked_at", nullable=False),
    instant("since", nullable=False, comment="actions from then on"),
    instant("due_at", nullable=False, comment="the next part"),
    sa.Column("thresholds", sa.Text, nullable=False, comment="SHA-256 of the file of the score's numbers"),
    sa.Column("after_account_id", sa.BigInteger, nullable=False, server_default="0", comment="accounts up to this one are done"),
    sa.Column("accounts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("actions", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("cut", sa.Boolean, nullable=False, server_default=sa.false(), comment="it ended before the last account"),
    instant("ended_at"),
    comment="reference table: the last replay of what accounts did through the score",
)

score_paths = sa.Table(
    "score_paths",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("replay_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("reveals", sa.Integer, nullable=False, comment="that were replayed"),
    sa.Column("marks", JSONB, nullable=False, comment="[height, milliseconds since 1970, reveals before]: first times, rising"),
    comment="personal=True: how high an account's score stood when, in the last replay; those that stayed low are not kept",
)
