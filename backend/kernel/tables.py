"""The kernel's own tables: mail and messages that are to go out, switches, the sandbox's clock, the log of those who run Candor,
which due work fails, the figures of each day, and incidents."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from backend.kernel.database import instant, metadata, one_of

OPERATOR_ROLES = ("viewer", "support", "compliance", "admin")
FORCE_MAJEURE = "force-majeure"
INCIDENT_KINDS = ("incident", FORCE_MAJEURE)
INCIDENT_STAGES = ("opened", "permanent", "closed")

mails = sa.Table(
    "mails",
    metadata,
    sa.Column("mail_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="recipient, subject and bodies, sealed JSON"),
    instant("due_at", nullable=False),
    instant("sent_at", comment="accepted by the mail server, or put into the mailbox page"),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("last_error", sa.Text, comment="the kind of the last failure, never an address"),
    sa.Index("mails_due_idx", "due_at", postgresql_where=sa.text("sent_at IS NULL")),
    comment="personal=True: mail waiting to be sent",
)

switches = sa.Table(
    "switches",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    instant("since", nullable=False, server_default=sa.func.now()),
    instant("ends_at", comment="of maintenance: its planned end"),
    comment="reference table: a row means on",
)

sandbox_clock = sa.Table(
    "sandbox_clock",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True, server_default=sa.true()),
    instant("stands_at", nullable=False),
    sa.CheckConstraint("one", name="one"),
    comment="reference table: where the sandbox's clock was put; without a row it is the machine's",
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("message_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False, comment="what it is about; the same code and ref are told once"),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the facts its words need, sealed JSON"),
    instant("at", nullable=False, comment="in the account from then on"),
    sa.Column("mail_id", sa.BigInteger, comment="its letter in the outbox; null until it is written"),
    instant("mailed_at", comment="accepted by the mail server"),
    instant("bounced_at", comment="the mail came back"),
    instant("read_at"),
    sa.UniqueConstraint("account_id", "code", "ref"),
    sa.Index("messages_mail_idx", "mail_id", postgresql_where=sa.text("mailed_at IS NULL")),
    sa.Index("messages_bounced_idx", "bounced_at", postgresql_where=sa.text("bounced_at IS NOT NULL")),
    sa.Index("messages_at_idx", "at", postgresql_where=sa.text("mail_id IS NULL")),
    comment="personal=True: what an account was told, in the account and by mail",
)

operators = sa.Table(
    "operators",
    metadata,
    sa.Column("name", sa.Text, primary_key=True, comment="personal=True: how the log calls them"),
    sa.Column("role", sa.Text, nullable=False),
    instant("created_at", nullable=False),
    one_of("role", OPERATOR_ROLES),
    comment="reference table: those who run Candor",
)

ops_log = sa.Table(
    "ops_log",
    metadata,
    sa.Column("entry_id", sa.BigInteger, sa.Identity(), primary_key=True),
    instant("at", nullable=False),
    sa.Column("by", sa.Text, nullable=False, comment="the operator"),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, comment="what it was done to, by our own ids"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("length(reason) >= 3", name="reason"),
    comment="reference table: everything those who run Candor did, and why; can only be added to",
)

ops_tasks = sa.Table(
    "ops_tasks",
    metadata,
    sa.Column("task_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("code", sa.Text, nullable=False, comment="what is to be done"),
    sa.Column("subject", sa.Text, nullable=False, comment="with what, by our own ids"),
    instant("opened_at", nullable=False),
    instant("closed_at"),
    sa.Index("ops_tasks_open_idx", "code", "subject", unique=True, postgresql_where=sa.text("closed_at IS NULL")),
    comment="reference table: what waits for those who run Candor",
)

due_failures = sa.Table(
    "due_failures",
    metadata,
    sa.Column("piece", sa.Text, primary_key=True),
    sa.Column("error", sa.Text, nullable=False, comment="the kind of the last error, never its words"),
    instant("since", nullable=False, comment="when it failed first since it last went well"),
    instant("last_at", nullable=False),
    sa.Column("times", sa.Integer, nullable=False),
    instant("mended_at", comment="went well again, or nothing is due any more"),
    comment="reference table: what failed last of each piece of due work",
)

daily_figures = sa.Table(
    "daily_figures",
    metadata,
    sa.Column("day", sa.Date, primary_key=True, comment="Paris"),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("label", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
    comment="reference table: what was counted on a day that no row of ours tells",
)

counted = sa.Table(
    "counted",
    metadata,
    sa.Column("registry", sa.Text, primary_key=True, comment="one for each start: its counters begin at 0"),
    sa.Column("counts", JSONB, nullable=False, comment="where its counters stood when they were last added up"),
    instant("at", nullable=False),
    comment="reference table: how far the counters of `/metrics` are in daily_figures",
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("incident_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("words", JSONB, nullable=False, comment="what users are told of it, by language"),
    instant("opened_at", nullable=False, comment="the event; of a force majeure, limits stand still from then on (13.2)"),
    instant("closed_at"),
    instant("permanent_at", comment="performance was found to be impossible for good: contracts end (13.3)"),
    instant("carried_out_at", comment="they have all been ended"),
    one_of("kind", INCIDENT_KINDS),
    sa.CheckConstraint("closed_at >= opened_at", name="closed"),
    sa.CheckConstraint(f"permanent_at IS NULL OR kind = '{FORCE_MAJEURE}'", name="permanent"),
    sa.Index("incidents_force_majeure_key", "kind", unique=True,
             postgresql_where=sa.text(f"closed_at IS NULL AND kind = '{FORCE_MAJEURE}'")),
    comment="reference table: what kept Candor from working as it should",
)  # fmt: skip

incident_notices = sa.Table(
    "incident_notices",
    metadata,
    sa.Column("incident_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("stage", sa.Text, primary_key=True),
    instant("due_at", nullable=False),
    sa.Column("told_through", sa.BigInteger, nullable=False, server_default="0", comment="the last account that was told"),
    instant("told_at", comment="everybody was told"),
    one_of("stage", INCIDENT_STAGES),
    sa.Index("incident_notices_due_idx", "due_at", postgresql_where=sa.text("told_at IS NULL")),
    comment="reference table: of what every user is told, and how far that is (13.4)",
)
