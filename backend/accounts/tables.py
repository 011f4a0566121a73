"""The account family: who has an account, how they sign in, which LinkedIn member they are, and what stands against them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from backend.kernel.database import instant, metadata, one_of

CASE_KINDS = ("not-the-user", "fake", "suspension", "appeal", "compromise", "shared-account", "robots", "robots-appeal", "planted")
CLOSINGS = ("by-the-user", "conduct", "identifiers", "breach")

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("email", sa.LargeBinary, nullable=False, comment="sealed, bound to the account"),
    sa.Column("state", sa.Text, nullable=False, server_default="pending"),
    sa.Column("password_hash", sa.Text, nullable=False, comment="argon2id"),
    instant("password_set_at", nullable=False),
    instant("password_noted_at", nullable=False, comment="set, or its owner reminded of its age"),
    sa.Column("lang", sa.Text, nullable=False),
    sa.Column("workspace_id", sa.BigInteger, comment="where it is a member; null until it is validated"),
    instant("created_at", nullable=False, index=True),
    instant("activated_at", comment="the code was entered"),
    instant("extension_seen_at", comment="first signed-in call of the extension (7.1.1)"),
    sa.Column("linkedin_member", sa.LargeBinary, comment="key of its row in linkedin_members"),
    sa.Column("has_contacts", sa.Boolean, comment="on LinkedIn, as the user answered or operators saw; never read from a page"),
    sa.Column("has_activity", sa.Boolean, comment="likewise"),
    sa.Column("profile", sa.LargeBinary, comment="sealed JSON: given and family name, job title, company; null: nothing is said"),
    instant("steps_done_at", comment="extension seen and LinkedIn synchronised: the freemium began (7.1.3)"),
    sa.CheckConstraint("state IN ('pending', 'active', 'suspended', 'terminated')", name="state"),
    sa.CheckConstraint(
        "(state = 'pending') = (activated_at IS NULL) AND (state = 'pending') = (workspace_id IS NULL)", name="activated"
    ),
    sa.CheckConstraint("steps_done_at IS NULL OR (extension_seen_at IS NOT NULL AND linkedin_member IS NOT NULL)", name="steps"),
    sa.Index("accounts_password_noted_at_idx", "password_noted_at", postgresql_where=sa.text("state = 'active'")),
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
    comment="personal=True: mailed secrets that still work, for a new password or a report; used ones are removed",
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("session_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column(
        "refresh_digest",
        sa.LargeBinary,
        nullable=False,
        comment="of the newest refresh token's secret; of a web session, its cookie's",
    ),
    sa.Column("client", sa.Text, nullable=False, comment="extension/<version>, web for our own pages, or empty"),
    instant("created_at", nullable=False),
    instant("expires_at", nullable=False),
    instant("ended_at"),
    sa.Column("reason", sa.Text),
    sa.CheckConstraint(
        "reason IN ('signed-out', 'refresh-reused', 'password-changed', 'compromised', 'terminated')", name="reason"
    ),
    sa.CheckConstraint("(ended_at IS NULL) = (reason IS NULL)", name="ended"),
    comment="personal=True: one sign-in each, from the password to the sign-out",
)

sightings = sa.Table(
    "sightings",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("session_id", sa.BigInteger, comment="null once it has ended"),
    sa.Column("network", sa.LargeBinary, nullable=False, comment="keyed digest of account and network, never an address"),
    sa.Column("country", sa.LargeBinary, comment="likewise, where a proxy of ours says it"),
    instant("at", nullable=False),
    sa.Column("day", sa.Date, nullable=False, comment="Paris; `turns` are those of this day"),
    sa.Column("turns", sa.Integer, nullable=False, comment="between sessions in different networks, each soon after the other"),
    comment="personal=True: where an account was used last, to notice one that is shared (6.2.5)",
)

linkedin_members = sa.Table(
    "linkedin_members",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="keyed digest of the member's `sub`"),
    sa.Column("account_id", sa.BigInteger, nullable=False),
    instant("synced_at", nullable=False, index=True),
    sa.Column("consent_version", sa.Text, nullable=False),
    instant("renew_by", nullable=False),
    sa.Column("picture_present", sa.Boolean, nullable=False),
    sa.Column("email_match", sa.Boolean, nullable=False),
    sa.Column("email_verified", sa.Boolean, nullable=False, server_default=sa.true(), comment="as LinkedIn says"),
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

suspensions = sa.Table(
    "suspensions",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("suspension_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("ground", sa.Text, nullable=False, comment="id of the clause it rests on (backend/accounts/grounds.toml)"),
    sa.Column("reason", sa.LargeBinary, nullable=False, comment="sealed; in words the user reads"),
    instant("opened_at", nullable=False),
    sa.Column("opened_by", sa.Text, comment="personal=True: the operator who decided it; another one answers an appeal (R43)"),
    sa.Column("stage", sa.Text, nullable=False, server_default="cure"),
    instant("due_at", comment="when the next step is taken; null: none of ours is left"),
    instant("waiting_since", comment="a cure was handed in and is not answered: the next step waits"),
    instant("resumed_at", comment="the last cure was refused"),
    instant("closed_at", comment="lifted"),
    # cure: the days to put it right; last: a member's account goes at `due_at`; breach: the subscription's own procedure runs
    one_of("stage", ("cure", "last", "breach")),
    sa.Index("suspensions_open_key", "account_id", unique=True, postgresql_where=sa.text("closed_at IS NULL")),
    sa.Index("suspensions_due_at_idx", "due_at", postgresql_where=sa.text("closed_at IS NULL AND waiting_since IS NULL")),
    comment="personal=True: suspensions by operators, each on one ground",
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("reply_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("suspension_id", sa.BigInteger, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("text", sa.LargeBinary, nullable=False, comment="sealed"),
    instant("at", nullable=False),
    sa.Column("answer", sa.Text),
    instant("answered_at"),
    one_of("kind", ("cure", "appeal")),
    one_of("answer", ("accepted", "refused")),
    sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    comment="personal=True: what suspended users handed in, and how it was answered",
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="open"),
    sa.Column("signals", ARRAY(sa.Text), nullable=False, comment="in words, without personal data"),
    instant("opened_at", nullable=False),
    one_of("kind", CASE_KINDS),
    one_of("state", ("open", "closed")),
    sa.Index("cases_open_key", "account_id", "kind", unique=True, postgresql_where=sa.text("state = 'open'")),
    sa.Index("cases_queue_idx", "case_id", postgresql_where=sa.text("state = 'open'")),
    comment="personal=True: what a person at operations looks at; a case never suspends by itself",
)

case_steps = sa.Table(
    "case_steps",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("step_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("case_id", sa.BigInteger, nullable=False),
    sa.Column("taken_on", sa.Date, nullable=False),
    sa.Column("step", sa.LargeBinary, nullable=False, comment="sealed"),
    comment="personal=True: legal steps taken in a case, with their dates",
)

questions = sa.Table(
    "questions",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("question_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("question", sa.LargeBinary, nullable=False, comment="sealed"),
    instant("asked_at", nullable=False),
    instant("answer_by", nullable=False),
    sa.Column("answer", sa.LargeBinary, comment="sealed"),
    instant("answered_at"),
    sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    comment="personal=True: what operators asked about identity or eligibility, and what was answered",
)

account_actions = sa.Table(
    "account_actions",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("action_id", sa.BigInteger, sa.Identity(), primary_key=True),
    instant("at", nullable=False),
    sa.Column("session_id", sa.BigInteger, comment="null: through the link of a suspension's mail"),
    sa.Column("action", sa.Text, nullable=False, comment="method and address as declared"),
    comment="personal=True: what was done from an account; can only be added to. Reveals stand in the ledger's entries",
)

retired_emails = sa.Table(
    "retired_emails",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="the digest under which it was known in logins"),
    comment="addresses of deleted accounts, which nobody signs up with again; nothing else is kept of them",
)

closed_accounts = sa.Table(
    "closed_accounts",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    instant("closed_at", nullable=False),
    instant("purge_at", nullable=False, index=True, comment="when the time to go to law is over, and it goes too (X19)"),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("evidence", sa.LargeBinary, nullable=False, comment="sealed: address, what was acknowledged, suspensions, cases"),
    one_of("cause", CLOSINGS),
    comment="personal=True: restricted archive; the application adds to it and cannot read what is in it",
)
