"""How those who run Candor sign in, and what they keep: disputes with subscribers, breaches of personal data."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata, one_of

PARTIES = ("provider", "subscriber")
RISKS = ("none", "risk", "high")

operator_logins = sa.Table(
    "operator_logins",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="personal=True: as in operators"),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id"),
    sa.Column("totp", sa.LargeBinary, nullable=False, comment="sealed secret of the codes (RFC 6238)"),
    sa.Column("last_step", sa.BigInteger, nullable=False, comment="the time step of the last code taken: none is taken twice"),
    instant("enrolled_at", nullable=False),
    comment="reference table: passwords and codes of those who run Candor",
)

operator_enrolments = sa.Table(
    "operator_enrolments",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="of the link's secret"),
    sa.Column("name", sa.Text, nullable=False, unique=True, comment="personal=True: a new link takes the place of the old one"),
    sa.Column("totp", sa.LargeBinary, nullable=False, comment="sealed secret that its page shows"),
    instant("ends_at", nullable=False),
    comment="reference table: links that set password and codes, once",
)

operator_sessions = sa.Table(
    "operator_sessions",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="of the cookie's secret"),
    sa.Column("name", sa.Text, nullable=False, index=True, comment="personal=True"),
    instant("opened_at", nullable=False),
    instant("seen_at", nullable=False, comment="to the minute"),
    comment="reference table: open sessions; one that ends is removed",
)

disputes = sa.Table(
    "disputes",
    metadata,
    sa.Column("dispute_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("workspace_id", sa.BigInteger, nullable=False, comment="the subscriber's"),
    sa.Column("sender", sa.Text, nullable=False, comment="who wrote the registered letter"),
    sa.Column("registered_number", sa.Text, nullable=False, unique=True, comment="of that letter"),
    sa.Column("about", sa.LargeBinary, nullable=False, comment="sealed; what it is about"),
    sa.Column("received_on", sa.Date, nullable=False, comment="Paris"),
    sa.Column("meet_by", sa.Date, nullable=False, comment="the parties are to meet by then (20.2)"),
    sa.Column("escalation_on", sa.Date, nullable=False, comment="from then on the court may be asked"),
    instant("entered_at", nullable=False),
    instant("escalated_at", comment="there was no agreement by then"),
    instant("agreed_at"),
    sa.Column("agreement", sa.LargeBinary, comment="sealed; what was agreed"),
    one_of("sender", PARTIES),
    sa.CheckConstraint("meet_by > received_on AND escalation_on > meet_by", name="days"),
    sa.CheckConstraint("(agreed_at IS NULL) = (agreement IS NULL)", name="agreed"),
    sa.Index("disputes_escalation_idx", "escalation_on", postgresql_where=sa.text("escalated_at IS NULL AND agreed_at IS NULL")),
    comment="personal=True, reference table: disputes that a registered letter began, with their two limits",
)

data_breaches = sa.Table(
    "data_breaches",
    metadata,
    sa.Column("breach_no", sa.BigInteger, sa.Identity(), primary_key=True),
    instant("aware_at", nullable=False, comment="the clocks run from then"),
    sa.Column("linkedin", sa.Boolean, nullable=False, comment="content of LinkedIn's is concerned: 24 hours to tell LinkedIn"),
    sa.Column("what", sa.LargeBinary, nullable=False, comment="sealed; what happened, whom and how many it concerns"),
    instant("entered_at", nullable=False),
    instant("linkedin_alarm_at", comment="when those who run Candor are warned that the 24 hours end"),
    instant("cnil_alarm_at", comment="when they are warned that the 72 hours end"),
    instant("linkedin_told_at"),
    instant("cnil_told_at"),
    instant("people_told_at"),
    sa.Column("risk", sa.Text, comment="for the people concerned, as it was assessed"),
    sa.Column("assessment", sa.LargeBinary, comment="sealed; why, and what was done"),
    instant("closed_at"),
    one_of("risk", RISKS),
    sa.CheckConstraint("(risk IS NULL) = (assessment IS NULL)", name="assessed"),
    sa.CheckConstraint("closed_at IS NULL OR risk IS NOT NULL", name="closed"),
    comment="personal=True, reference table: breaches of personal data (GDPR article 33(5)); none is removed",
)
