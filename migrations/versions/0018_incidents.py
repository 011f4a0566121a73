"""Maintenance with its planned end, incidents and who was told of them, disputes, and the register of breaches of personal data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _instant(name: str, comment: str | None = None, *, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _number(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    """A column and four tables."""
    op.add_column("switches", _instant("ends_at", "of maintenance: its planned end"))
    op.create_table(
        "incidents",
        _number("incident_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", JSONB(), nullable=False, comment="what users are told of it, by language"),
        _instant("opened_at", "the event; of a force majeure, limits stand still from then on (13.2)", nullable=False),
        _instant("closed_at"),
        _instant("permanent_at", "performance was found to be impossible for good: contracts end (13.3)"),
        _instant("carried_out_at", "they have all been ended"),
        sa.CheckConstraint("kind IN ('incident', 'force-majeure')", name="incidents_kind_check"),
        sa.CheckConstraint("closed_at >= opened_at", name="incidents_closed_check"),
        sa.CheckConstraint("permanent_at IS NULL OR kind = 'force-majeure'", name="incidents_permanent_check"),
        sa.PrimaryKeyConstraint("incident_id", name="incidents_pkey"),
        comment="reference table: what kept Candor from working as it should",
    )
    lasts = sa.text("closed_at IS NULL AND kind = 'force-majeure'")
    op.create_index("incidents_force_majeure_key", "incidents", ["kind"], unique=True, postgresql_where=lasts)
    op.create_table(
        "incident_notices",
        sa.Column("incident_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("stage", sa.Text(), nullable=False),
        _instant("due_at", nullable=False),
        sa.Column("told_through", sa.BigInteger(), nullable=False, server_default="0", comment="the last account that was told"),
        _instant("told_at", "everybody was told"),
        sa.CheckConstraint("stage IN ('opened', 'permanent', 'closed')", name="incident_notices_stage_check"),
        sa.PrimaryKeyConstraint("incident_id", "stage", name="incident_notices_pkey"),
        comment="reference table: of what every user is told, and how far that is (13.4)",
    )
    op.create_index("incident_notices_due_idx", "incident_notices", ["due_at"], postgresql_where=sa.text("told_at IS NULL"))
    op.create_table(
        "disputes",
        _number("dispute_id"),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False, comment="the subscriber's"),
        sa.Column("sender", sa.Text(), nullable=False, comment="who wrote the registered letter"),
        sa.Column("registered_number", sa.Text(), nullable=False, comment="of that letter"),
        sa.Column("about", sa.LargeBinary(), nullable=False, comment="sealed; what it is about"),
        sa.Column("received_on", sa.Date(), nullable=False, comment="Paris"),
        sa.Column("meet_by", sa.Date(), nullable=False, comment="the parties are to meet by then (20.2)"),
        sa.Column("escalation_on", sa.Date(), nullable=False, comment="from then on the court may be asked"),
        _instant("entered_at", nullable=False),
        _instant("escalated_at", "there was no agreement by then"),
        _instant("agreed_at"),
        sa.Column("agreement", sa.LargeBinary(), comment="sealed; what was agreed"),
        sa.CheckConstraint("sender IN ('provider', 'subscriber')", name="disputes_sender_check"),
        sa.CheckConstraint("meet_by > received_on AND escalation_on > meet_by", name="disputes_days_check"),
        sa.CheckConstraint("(agreed_at IS NULL) = (agreement IS NULL)", name="disputes_agreed_check"),
        sa.PrimaryKeyConstraint("dispute_id", name="disputes_pkey"),
        sa.UniqueConstraint("registered_number", name="disputes_registered_number_key"),
        comment="personal=True, reference table: disputes that a registered letter began, with their two limits",
    )
    waits = sa.text("escalated_at IS NULL AND agreed_at IS NULL")
    op.create_index("disputes_escalation_idx", "disputes", ["escalation_on"], postgresql_where=waits)
    op.create_table(
        "data_breaches",
        _number("breach_no"),
        _instant("aware_at", "the clocks run from then", nullable=False),
        sa.Column(
            "linkedin", sa.Boolean(), nullable=False, comment="content of LinkedIn's is concerned: 24 hours to tell LinkedIn"
        ),
        sa.Column("what", sa.LargeBinary(), nullable=False, comment="sealed; what happened, whom and how many it concerns"),
        _instant("entered_at", nullable=False),
        _instant("linkedin_alarm_at", "when those who run Candor are warned that the 24 hours end"),
        _instant("cnil_alarm_at", "when they are warned that the 72 hours end"),
        _instant("linkedin_told_at"),
        _instant("cnil_told_at"),
        _instant("people_told_at"),
        sa.Column("risk", sa.Text(), comment="for the people concerned, as it was assessed"),
        sa.Column("assessment", sa.LargeBinary(), comment="sealed; why, and what was done"),
        _instant("closed_at"),
        sa.CheckConstraint("risk IN ('none', 'risk', 'high')", name="data_breaches_risk_check"),
        sa.CheckConstraint("(risk IS NULL) = (assessment IS NULL)", name="data_breaches_assessed_check"),
        sa.CheckConstraint("closed_at IS NULL OR risk IS NOT NULL", name="data_breaches_closed_check"),
        sa.PrimaryKeyConstraint("breach_no", name="data_breaches_pkey"),
        comment="personal=True, reference table: breaches of personal data (GDPR article 33(5)); none is removed",
    )


def downgrade() -> None:
    """None of it was noted."""
    for table in ("data_breaches", "disputes", "incident_notices", "incidents"):
        op.drop_table(table)
    op.drop_column("switches", "ends_at")
