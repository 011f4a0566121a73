"""The account family: who has an account, how they sign in, and which LinkedIn member they are."""

import sqlalchemy as sa

from backend.kernel.database import instant, metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("email", sa.LargeBinary, nullable=False, comment="sealed, bound to the account"),
    sa.Column("state", sa.Text, nullable=False, server_default="pending"),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id"),
    instant("password_set_at", nullable=False),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.BigInteger, comment="where it is a member; null until it is validated"),
    instant("created_at", nullable=False),
    instant("activated_at", comment="the code was entered"),
    instant("extension_seen_at", comment="first signed-in call of the extension (7.1.1)"),
    sa.Column("linkedin_member", sa.LargeBinary, comment="key of its row in linkedin_members"),
    instant("steps_done_at", comment="extension seen and LinkedIn synchronised: the freemium began (7.1.3)"),
    sa.CheckConstraint("state IN ('pending', 'active', 'suspended')", name="state"),
    sa.CheckConstraint(
        "(state = 'pending') = (activated_at IS NULL) AND (state = 'pending') = (workspace_id IS NULL)", name="activated"
    ),
    sa.CheckConstraint("steps_done_at IS NULL OR (extension_seen_at IS NOT NULL AND linkedin_member IS NOT NULL)", name="steps"),
    comment="personal=True: accounts of users",
)

logins = sa.Table(
    "logins",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of the email, letter case ignored"),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    comment="personal=True: one account for each email",
)

codes = sa.Table(
    "codes",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("code_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    # A code belongs to the sign-up it was mailed for: entering it takes that sign-up's password, nobody else's.
    sa.Column("password_hash", sa.Text, nullable=False),
    instant("expires_at", nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    comment="personal=True: validation codes that still work; used ones are removed",
)

resets = sa.Table(
    "resets",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    instant("expires_at", nullable=False, index=True),
    comment="personal=True: password resets that still work; used ones are removed",
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("session_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("refresh_digest", sa.LargeBinary, nullable=False, comment="of the newest refresh token's secret"),
    sa.Column("client", sa.Text, nullable=False, comment="extension/<version>, or empty"),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("ended_at"),
    sa.Column("reason", sa.Text),
    sa.CheckConstraint("reason IN ('signed-out', 'refresh-reused', 'password-changed')", name="reason"),
    sa.CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", name="ended"),
    comment="personal=True: one sign-in each, from the password to the sign-out",
)

linkedin_members = sa.Table(
    "linkedin_members",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of the member's `sub`"),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    instant("synced_at", nullable=False),
    sa.Column("consent_version", sa.Text, nullable=False),
    instant("renew_by", nullable=False),
    sa.Column("picture_present", sa.Boolean, nullable=False),
    sa.Column("email_match", sa.Boolean, nullable=False),
    comment="personal=True: one account for each LinkedIn member; nothing else of the member is kept",
)

linkedin_tickets = sa.Table(
    "linkedin_tickets",
    metadata,
    # First the ticket's digest; at the start the row is replaced by one with the state's. Each is taken once, by removing it.
    sa.Column("digest", sa.LargeBinary, primary_key=True),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    sa.Column("consent_version", sa.Text, nullable=False),
    sa.Column("cookie_digest", sa.LargeBinary, comment="of the browser that started; null before"),
    sa.Column("nonce", sa.Text),
    instant("expires_at", nullable=False, index=True),
    comment="personal=True: synchronisations under way",
)
