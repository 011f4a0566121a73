"""Documents in versions, what takes force when, chained acceptances, refusals, notices of updates, and what operators have to do."""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = "IN ('terms', 'plan-sheet', 'privacy', 'dpa')"
# What was accepted before acceptances said so: version 2026-03, by document and language.
_ACCEPTED = {
    ("terms", "en"): "3e5afa4766cc8d24b5d6f3910b4a80acce7546486bd965bcd7e4e78661e87cca",
    ("terms", "fr"): "831e6e01b8eec663ebf0353fc4fd675df4e54c6c774f833113c31c1430f8243d",
    ("privacy", "en"): "b389fe7285b730eed145d608377965b2dc3105fbc1f058206acf990f55c2cd15",
    ("privacy", "fr"): "813d311ad31b67ae5d59ebc705de9670c0a9567c398e26c3719718345b4d983c",
    ("plan-sheet", "en"): "0b9b95dbb289bf3f1c45d1add9ff602a64523e95b2b40f5bd833c68d6c52b779",
    ("plan-sheet", "fr"): "0b9b95dbb289bf3f1c45d1add9ff602a64523e95b2b40f5bd833c68d6c52b779",
}


def _instant(name: str, *, nullable: bool = True, comment: str | None = None) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="of the text's UTF-8"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint(f"kind {_KINDS}", name=op.f("documents_kind_check")),
        sa.CheckConstraint("sha256 = sha256(convert_to(text, 'UTF8'))", name=op.f("documents_sha256_check")),
        sa.PrimaryKeyConstraint("kind", "version", "lang", name=op.f("documents_pkey")),
        comment="reference table: every text of every version, as the repository's file was when it was loaded; never changed",
    )
    op.create_table(
        "publications",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        _instant("published_at", nullable=False, comment="announced from then on (18.2)"),
        _instant("effective_at", nullable=False, comment="in force from then on"),
        sa.Column(
            "told_through", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="the last account that was told"
        ),
        _instant("told_at", comment="everybody was told; for the first version of a kind nobody had to be"),
        sa.Column(
            "switched_through", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="the last account looked at"
        ),
        _instant("switched_at", comment="silence was counted for everybody (18.5)"),
        sa.CheckConstraint(f"kind {_KINDS}", name=op.f("publications_kind_check")),
        sa.CheckConstraint("effective_at >= published_at", name=op.f("publications_effective_check")),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("publications_pkey")),
        sa.UniqueConstraint("kind", "effective_at", name=op.f("publications_kind_effective_at_key")),
        comment="reference table: which version takes force when; the version in force is a question to the clock",
    )
    op.create_table(
        "refusals",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        _instant("refused_at", nullable=False),
        sa.CheckConstraint(f"document {_KINDS}", name=op.f("refusals_document_check")),
        sa.PrimaryKeyConstraint("account_id", "document", "version", name=op.f("refusals_pkey")),
        comment="personal=True: announced versions that an account does not want (18.4)",
    )
    op.create_table(
        "updates",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("security", sa.Boolean(), nullable=False),
        sa.Column("availability", postgresql.JSONB(), nullable=False, comment="where and from when it is to be had; by language"),
        sa.Column("installation", postgresql.JSONB(), nullable=False, comment="how it is installed; by language"),
        sa.Column("consequences", postgresql.JSONB(), nullable=False, comment="of not installing it; by language"),
        _instant("announced_at", nullable=False),
        sa.Column(
            "told_through", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="the last account that was told"
        ),
        _instant("told_at", comment="everybody was told"),
        sa.PrimaryKeyConstraint("version", name=op.f("updates_pkey")),
        comment="reference table: necessary updates and what users are told of them (12.13)",
    )
    op.create_table(
        "ops_tasks",
        sa.Column("task_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="what is to be done"),
        sa.Column("subject", sa.Text(), nullable=False, comment="with what, by our own ids"),
        _instant("opened_at", nullable=False),
        _instant("closed_at"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("ops_tasks_pkey")),
        comment="reference table: what waits for those who run Candor",
    )
    op.create_index(
        "ops_tasks_open_idx", "ops_tasks", ["code", "subject"], unique=True, postgresql_where=sa.text("closed_at IS NULL")
    )
    _chain_acceptances()


def _chain_acceptances() -> None:
    op.drop_constraint(op.f("acceptances_document_check"), "acceptances", type_="check")
    op.create_check_constraint(op.f("acceptances_document_check"), "acceptances", f"document {_KINDS}")
    op.alter_column(
        "acceptances",
        "label_text",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="the words beside the box that was ticked",
        comment="the words beside the box or button; if tacit, what it rests on",
    )
    op.add_column("acceptances", sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="of the text that was accepted"))
    op.add_column("acceptances", sa.Column("action", sa.Text(), nullable=True))
    op.add_column(
        "acceptances",
        sa.Column(
            "workspace_id",
            sa.BigInteger(),
            nullable=True,
            comment="the subscriber's, where it was accepted for a subscription (3.4)",
        ),
    )
    op.add_column(
        "acceptances",
        sa.Column("previous", sa.LargeBinary(), nullable=True, comment="the hash of the account's acceptance before; else zeros"),
    )
    op.add_column(
        "acceptances",
        sa.Column("hash", sa.LargeBinary(), nullable=True, comment="of `previous` and every column but the ids of the row"),
    )
    _fill_chain(op.get_bind())
    for name in ("sha256", "action", "previous", "hash"):
        op.alter_column("acceptances", name, nullable=False)
    op.create_check_constraint(
        op.f("acceptances_action_check"), "acceptances", "action IN ('sign-up', 'subscribe', 'button', 'tacit')"
    )
    op.create_check_constraint(
        op.f("acceptances_subscriber_check"), "acceptances", "action <> 'subscribe' OR workspace_id IS NOT NULL"
    )
    op.create_unique_constraint(op.f("acceptances_account_id_previous_key"), "acceptances", ["account_id", "previous"])


def _fill_chain(connection: sa.Connection) -> None:
    rows = connection.execute(sa.text("SELECT * FROM acceptances ORDER BY account_id, acceptance_id")).all()
    last: dict[int, bytes] = {}
    for row in rows:
        sha256, previous = _ACCEPTED[row.document, row.lang], last.get(row.account_id, bytes(32))
        facts = (row.account_id, row.document, row.version, sha256, "sign-up", row.label_text, row.lang, None,
                 row.accepted_at.astimezone(UTC).isoformat())  # fmt: skip
        written = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
        last[row.account_id] = hashlib.sha256(previous + written).digest()
        connection.execute(
            sa.text(
                "UPDATE acceptances SET sha256 = :sha256, action = 'sign-up', previous = :previous, hash = :hash"
                " WHERE account_id = :account_id AND acceptance_id = :acceptance_id"
            ),
            {
                "sha256": bytes.fromhex(sha256),
                "previous": previous,
                "hash": last[row.account_id],
                "account_id": row.account_id,
                "acceptance_id": row.acceptance_id,
            },
        )


def downgrade() -> None:
    op.drop_constraint(op.f("acceptances_account_id_previous_key"), "acceptances")
    for name in ("sha256", "action", "workspace_id", "previous", "hash"):
        op.drop_column("acceptances", name)
    op.drop_constraint(op.f("acceptances_document_check"), "acceptances", type_="check")
    op.create_check_constraint(op.f("acceptances_document_check"), "acceptances", "document IN ('terms', 'plan-sheet', 'privacy')")
    op.alter_column(
        "acceptances",
        "label_text",
        existing_type=sa.Text(),
        existing_nullable=False,
        existing_comment="the words beside the box or button; if tacit, what it rests on",
        comment="the words beside the box that was ticked",
    )
    for name in ("ops_tasks", "updates", "refusals", "publications", "documents"):
        op.drop_table(name)
