"""The person family: people, identities, facts, notices, keyed by person; and what everybody reads: sources, suppression."""

from typing import Literal, get_args

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from backend.kernel.database import instant, metadata, one_of

ContactField = Literal["b2b_email", "phone", "direct_email"]
"""What can be shown of a person, each for one credit of the kind of the same name."""
CONTACT_FIELDS: tuple[str, ...] = get_args(ContactField)
FIELDS = (*CONTACT_FIELDS, "name", "company", "title")
SOURCE_KINDS = ("supplier", "registry", "company_site")
VISIBILITIES = ("everyone", "public_registry", "company_site", "licensed_supplier_attested", "consent")
BASES = ("legitimate_interest", "consent")
FACT_STATES = ("live", "inform_only", "restricted")
SCREENINGS = ("clear", "listed")
NOTICE_STATES = ("owed", "posted", "sent", "impossible", "void")
SUPPRESSION_KINDS = ("vanity", "member", "email", "phone", "name_company")
GENERIC_SOURCES = ("public sources", "public source", "public", "internet", "the internet", "web", "unknown", "various")
LONGEST_RETENTION_MONTHS = 36


def _country(column: str = "country") -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} ~ '^[A-Z]{{2}}$'", name=column)


people = sa.Table(
    "people",
    metadata,
    sa.Column("person_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("country", sa.Text, comment="personal=True: where the person lives, ISO 3166; null: not known"),
    sa.Column("lang", sa.Text, comment="personal=True: a language the person is known to read"),
    sa.Column("absorbed", ARRAY(sa.BigInteger), nullable=False, server_default="{}", comment="ids merged into this root"),
    sa.Column("merged_into", sa.BigInteger, comment="the root; identities point there already"),
    instant("hidden_at", comment="the person objected: nothing is shown from then on"),
    instant("tell_by", comment="told by then at the latest, of what nobody has told them yet; null: nothing new"),
    instant("created_at", nullable=False),
    sa.Column("planted", sa.LargeBinary, comment="sealed: why ops planted this person, who does not exist; null: a real one"),
    sa.Index("people_hidden_idx", "hidden_at", postgresql_where=sa.text("hidden_at IS NOT NULL")),
    sa.Index("people_tell_by_idx", "tell_by", postgresql_where=sa.text("tell_by IS NOT NULL")),
    _country(),
    sa.CheckConstraint("lang ~ '^[a-z]{2}$'", name="lang"),
    sa.CheckConstraint("merged_into IS NULL OR (merged_into <> person_id AND absorbed = '{}')", name="merged_into"),
    comment="personal=True: one row a person; everything known about them is a fact",
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="personal=True: keyed digest of `kind:value`"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False, comment="the key that made the digest"),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("source_id", sa.BigInteger, nullable=False),
    instant("seen_at", nullable=False, comment="when the source last said so: a vanity name is evidence, no identity"),
    one_of("kind", ("vanity", "member")),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    sa.Index("identities_person_idx", "person_id"),
    comment="personal=True: what a profile's address is looked up by",
)

facts = sa.Table(
    "facts",
    metadata,
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("fact_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="personal=True: the value, sealed for person and field"),
    sa.Column("digest", sa.LargeBinary, nullable=False, comment="personal=True: keyed digest of the normalised value"),
    sa.Column("region", sa.Text, comment="of a phone: the country whose numbering plan it is from"),
    sa.Column("source_id", sa.BigInteger, nullable=False),
    instant("collected_at", nullable=False),
    instant("first_collected_at", nullable=False, comment="when this value of this person was first collected at all"),
    instant("verified_at"),
    sa.Column("method", sa.Text, nullable=False, comment="how it was collected or checked"),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("consent_evidence", sa.Text, comment="the id under which the consent is kept"),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="live"),
    instant("expires_at", nullable=False, comment="set once, never moved"),
    instant("closed_at"),
    sa.Column("closed_reason", sa.Text),
    instant("purge_at", comment="of what was taken back: when it goes, with its value"),
    sa.Column("confidence", sa.Float, nullable=False, comment="0 to 1"),
    sa.Column("screening", sa.Text, comment="of a phone: what the do-not-call registers said"),
    instant("screened_at"),
    one_of("field", FIELDS),
    one_of("visibility", VISIBILITIES),
    one_of("basis", BASES),
    one_of("state", FACT_STATES),
    one_of("screening", SCREENINGS),
    one_of("closed_reason", ("job_change", "replaced", "expired", "objection", "withdrawn", "wrong")),
    _country("region"),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
    sa.CheckConstraint("method <> ''", name="method"),
    sa.CheckConstraint("consent_evidence IS NULL OR (basis = 'consent' AND consent_evidence <> '')", name="consent"),
    sa.CheckConstraint("(closed_at IS NULL) = (closed_reason IS NULL)", name="closed"),
    sa.CheckConstraint("(screening IS NULL) = (screened_at IS NULL)", name="screened"),
    sa.CheckConstraint("field = 'phone' OR (screening IS NULL AND region IS NULL)", name="phone"),
    sa.CheckConstraint(
        "first_collected_at <= collected_at AND expires_at > collected_at AND (expires_at AT TIME ZONE 'UTC') <= "
        f"(first_collected_at AT TIME ZONE 'UTC') + interval '{LONGEST_RETENTION_MONTHS} months'",
        name="expires_at",
    ),
    sa.Index(
        "facts_value_key",
        "person_id",
        "field",
        "digest",
        "source_id",
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
    sa.Index("facts_digest_idx", "digest"),
    sa.Index("facts_collected_idx", "collected_at", postgresql_where=sa.text("closed_at IS NULL")),
    sa.Index("facts_purge_idx", "purge_at", postgresql_where=sa.text("purge_at IS NOT NULL")),
    comment="personal=True: what is known about a person, each with its papers",
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("source_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False, comment="the contract or permission under which it may be used"),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("country", sa.Text),
    sa.Column("retention_months", sa.SmallInteger, nullable=False, server_default="12"),
    instant("created_at", nullable=False),
    one_of("kind", SOURCE_KINDS),
    one_of("basis", BASES),
    one_of("visibility", VISIBILITIES),
    _country(),
    sa.CheckConstraint(
        "btrim(name) <> '' AND lower(btrim(name)) NOT IN (" + ", ".join(f"'{name}'" for name in GENERIC_SOURCES) + ")",
        name="name",
    ),
    sa.CheckConstraint("btrim(licence) <> ''", name="licence"),
    sa.CheckConstraint(f"retention_months BETWEEN 1 AND {LONGEST_RETENTION_MONTHS}", name="retention_months"),
    comment="reference table: where facts come from, by its own name and with its licence",
)

suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("digest", sa.LargeBinary, primary_key=True, comment="personal=True: keyed digest of `kind:value`"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("scheme", sa.Text, nullable=False, server_default="hmac-sha256"),
    sa.Column("key_id", sa.Text, nullable=False, comment="the key that made the digest: kept as long as the row"),
    instant("created_at", nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    one_of("kind", SUPPRESSION_KINDS),
    one_of("origin", ("objection",)),
    sa.CheckConstraint("octet_length(digest) = 32", name="digest"),
    comment="personal=True, reference table: whom and what nobody may show or import again; added to, never taken from",
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("person_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column(
        "through_fact_id",
        sa.BigInteger,
        primary_key=True,
        autoincrement=False,
        comment="the newest fact it tells about: a newer one is a new notice",
    ),
    sa.Column("state", sa.Text, nullable=False, server_default="owed"),
    sa.Column("cause", sa.Text, nullable=False),
    instant("owed_at", nullable=False),
    instant("due_at", nullable=False),
    sa.Column("lang", sa.Text),
    sa.Column("lang_reason", sa.Text),
    sa.Column("mail_id", sa.BigInteger, comment="the letter in the outbox; it counts as sent when that has gone"),
    instant("sent_at"),
    one_of("state", NOTICE_STATES),
    one_of("cause", ("disclosure", "month")),
    sa.CheckConstraint("state NOT IN ('posted', 'sent') OR (mail_id IS NOT NULL AND lang IS NOT NULL)", name="posted"),
    sa.CheckConstraint("(lang IS NULL) = (lang_reason IS NULL)", name="lang"),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
    sa.Index("notices_due_idx", "due_at", postgresql_where=sa.text("state IN ('owed', 'posted')")),
    comment="personal=True: that a person was told what is kept about them (GDPR Art. 14), and when",
)

imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("source", sa.Text, comment="as the command named it; null: the rows name theirs"),
    instant("started_at", nullable=False),
    instant("seen_at", nullable=False, comment="its last batch"),
    instant("ended_at", comment="its last row was read"),
    *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in ("added", "changed", "unchanged", "refused")),
    comment="reference table: imports, and how far each has come",
)
