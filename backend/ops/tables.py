"""How those who run Candor sign in: password and code, the link that sets both, and the sessions that are open."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

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
