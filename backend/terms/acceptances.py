"""Who accepted which text, when and by which words: rows that are only ever added, each holding the hash of the one before."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa

from backend.terms.documents import Document, Kind, Publication, find_announced, find_in_force, read_document
from backend.terms.rules import FIRST, chain
from backend.terms.tables import acceptances, publications, refusals

LABEL = "I accept the general conditions of use and service of Candor"
"""The words beside the box, kept literally with every acceptance (6.1.4)."""
BUTTON = "I accept"
SILENCE = "Told by mail and in the account before it took force, and not refused"

NEEDED: tuple[Kind, ...] = ("terms", "plan-sheet", "privacy")
"""What stands behind the one box: without these three nobody looks anybody up (3.1)."""

Action = Literal["sign-up", "subscribe", "button", "tacit"]


@dataclass(frozen=True)
class Accepting:
    """An acceptance to be written. `workspace_id` is the subscriber's, where it is given for a subscription."""

    account_id: int
    document: Document
    action: Action
    label: str
    lang: str
    at: datetime
    workspace_id: int | None = None


@dataclass(frozen=True)
class Acceptance:
    """An acceptance as it stands."""

    document: str
    version: str
    sha256: str
    action: str
    lang: str
    accepted_at: datetime


def record_acceptances(
    connection: sa.Connection,
    account_id: int,
    lang: str,
    at: datetime,
    *,
    action: Action = "sign-up",
    kinds: Sequence[str] = NEEDED,
    workspace_id: int | None = None,
) -> None:
    """The account ticked the box: a row for each document behind it, in the caller's transaction.

    Who signs up accepts what has been announced already (18.2), and everybody else what is in force. Subscribing names the
    subscriber's workspace (3.4).
    """
    rows = []
    for kind in kinds:
        coming = find_announced(connection, kind, at) if action == "sign-up" else None
        version = (coming or find_in_force(connection, kind, at)).version
        document = read_document(connection, kind, version, lang)
        rows.append(Accepting(account_id, document, action, LABEL, lang, at, workspace_id))
    append(connection, rows)


def append(connection: sa.Connection, rows: Sequence[Accepting]) -> None:
    """Add acceptances to their accounts' chains, in the order given."""
    ids = sorted({row.account_id for row in rows})
    if not ids:
        return
    # One writer at a time for each account: two rows after the same one would be no chain, and the unique key refuses it.
    lock = "SELECT pg_advisory_xact_lock(hashtextextended('candor.acceptances', n)) FROM unnest(CAST(:ids AS bigint[])) AS n"
    connection.execute(sa.text(lock), {"ids": ids})
    theirs = acceptances.c.account_id.in_(ids)
    newest = sa.select(sa.func.max(acceptances.c.acceptance_id)).where(theirs).group_by(acceptances.c.account_id)
    ends = sa.select(acceptances).where(theirs, acceptances.c.acceptance_id.in_(newest))
    last = {row.account_id: row.hash for row in connection.execute(ends)}
    written: list[dict[str, Any]] = []
    for row in rows:
        values = {
            "account_id": row.account_id,
            "document": row.document.kind,
            "version": row.document.version,
            "sha256": bytes.fromhex(row.document.sha256),
            "action": row.action,
            "label_text": row.label,
            "lang": row.lang,
            "workspace_id": row.workspace_id,
            "accepted_at": row.at,
        }
        previous = last.get(row.account_id, FIRST)
        last[row.account_id] = hash_of(previous, values)
        written.append({**values, "previous": previous, "hash": last[row.account_id]})
    connection.execute(acceptances.insert(), written)


def hash_of(previous: bytes, row: Any) -> bytes:
    """The hash that a row of `acceptances`, by name of column, has after this one."""
    facts = (row["account_id"], row["document"], row["version"], row["sha256"].hex(), row["action"], row["label_text"], row["lang"],
             row["workspace_id"], row["accepted_at"].astimezone(UTC).isoformat())  # fmt: skip
    return chain(previous, facts)


def find_applicable(connection: sa.Connection, account_id: int, at: datetime) -> dict[str, Acceptance]:
    """By kind, what holds for this account: the newest it accepted that is in force, else what it accepted ahead (X4)."""
    of_version = sa.and_(publications.c.kind == acceptances.c.document, publications.c.version == acceptances.c.version)
    rows = connection.execute(
        sa.select(acceptances, publications.c.effective_at)
        .join(publications, of_version)
        .where(acceptances.c.account_id == account_id)
        .order_by(publications.c.effective_at, acceptances.c.acceptance_id)
    )
    found: dict[str, Acceptance] = {}
    for row in rows:
        if row.document not in found or row.effective_at <= at:
            sha256 = row.sha256.hex()
            found[row.document] = Acceptance(row.document, row.version, sha256, row.action, row.lang, row.accepted_at)
    return found


def read_acceptances(connection: sa.Connection, account_id: int) -> list[Acceptance]:
    """Everything the account ever accepted, oldest first: for its own export."""
    mine = sa.select(acceptances).where(acceptances.c.account_id == account_id).order_by(acceptances.c.acceptance_id)
    return [
        Acceptance(row.document, row.version, row.sha256.hex(), row.action, row.lang, row.accepted_at)
        for row in connection.execute(mine)
    ]


def has_accepted(connection: sa.Connection, account_id: int, kind: str, at: datetime) -> bool:
    """Whether the account accepted the version in force, or one that comes after it: asked before a premium (X27)."""
    return has_accepted_version(connection, account_id, find_in_force(connection, kind, at))


def accepts_everything(connection: sa.Connection, account_id: int, at: datetime) -> bool:
    """Whether the account accepted the three documents that are in force."""
    return all(has_accepted(connection, account_id, kind, at) for kind in NEEDED)


def lacks_acceptance(connection: sa.Connection, account_id: int) -> bool:
    """Whether there is no row at all for one of the three: then nothing may be looked up (3.1)."""
    known = sa.select(acceptances.c.document).where(acceptances.c.account_id == account_id).distinct()
    return not set(NEEDED) <= set(connection.execute(known).scalars())


def has_accepted_version(connection: sa.Connection, account_id: int, published: Publication) -> bool:
    """Whether the account accepted this version, or one that comes after it."""
    of_version = sa.and_(publications.c.kind == acceptances.c.document, publications.c.version == acceptances.c.version)
    since = sa.select(acceptances.c.version).join(publications, of_version).where(
        acceptances.c.account_id == account_id,
        acceptances.c.document == published.kind,
        publications.c.effective_at >= published.effective_at,
    )  # fmt: skip
    return connection.execute(since.limit(1)).first() is not None


def refused(connection: sa.Connection, account_id: int) -> bool:
    """Whether the account refused a change and accepted neither it nor a later one: its subscription is not renewed (18.4)."""
    return any(True for _ in _unaccepted_refusals(connection, account_id))


def must_accept(connection: sa.Connection, account_id: int, at: datetime) -> bool:
    """Whether the account refused one of the three documents behind the box as it is in force now: its freemium sleeps (X31)."""
    refused = _unaccepted_refusals(connection, account_id)
    return any(each.kind in NEEDED and each.effective_at <= at for each in refused)


def who_refused(connection: sa.Connection, account_ids: Collection[int]) -> set[int]:
    """Those of the accounts that ever refused a document."""
    found = sa.select(refusals.c.account_id).where(refusals.c.account_id.in_(account_ids))
    return set(connection.execute(found).scalars())


def _unaccepted_refusals(connection: sa.Connection, account_id: int) -> Iterator[Publication]:
    rows = connection.execute(
        sa.select(publications).join(
            refusals, sa.and_(publications.c.kind == refusals.c.document, publications.c.version == refusals.c.version)
        ).where(refusals.c.account_id == account_id)
    ).all()  # fmt: skip
    for row in rows:
        each = Publication(row.kind, row.version, row.published_at, row.effective_at)
        if not has_accepted_version(connection, account_id, each):
            yield each
