"""What an account answers to the terms: it accepts what is in force or announced, or refuses what is announced (18.3, 18.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from backend.credits import change_permit
from backend.kernel import Kernel
from backend.kernel.http import Caller
from backend.kernel.incidents import move_limit, stands_still
from backend.kernel.problems import Problem
from backend.terms.acceptances import (
    BUTTON,
    Acceptance,
    Accepting,
    accepts_everything,
    append,
    find_applicable,
    has_accepted_version,
    lacks_acceptance,
)
from backend.terms.documents import Document, Publication, find_announced, find_in_force, read_document
from backend.terms.tables import KINDS, refusals

Which = Literal["in-force", "announced"]


@dataclass(frozen=True)
class TermsRefused:
    """An account refused a change that is announced: higher rooms stop what would renew under it (18.4)."""

    account_id: int
    workspace_id: int
    at: datetime


@dataclass(frozen=True)
class TermsAccepted:
    """An account accepted documents: what a refusal had stopped may go on."""

    account_id: int
    workspace_id: int
    at: datetime


@dataclass(frozen=True)
class Announced:
    """A version that is to take force, and what the account said to it."""

    document: Document
    publication: Publication
    accepted: bool
    refused: bool


@dataclass(frozen=True)
class Overview:
    """What is in force, what holds for the account, and what is announced to it."""

    in_force: list[tuple[Document, Publication]]
    mine: list[Acceptance]
    announced: list[Announced]


def read_overview(kernel: Kernel, caller: Caller, lang: str) -> Overview:
    """Where the account stands with the terms now."""
    now, me = kernel.clock.now(), caller.account_id
    with kernel.database.begin() as connection:
        current = [find_in_force(connection, kind, now) for kind in KINDS]
        coming = [found for kind in KINDS if (found := find_announced(connection, kind, now))]
        said = sa.select(refusals.c.document, refusals.c.version).where(refusals.c.account_id == me)
        refused = {(row.document, row.version) for row in connection.execute(said)}
        mine = find_applicable(connection, me, now)
        return Overview(
            in_force=[(read_document(connection, each.kind, each.version, lang), each) for each in current],
            mine=[mine[kind] for kind in KINDS if kind in mine],
            announced=[
                Announced(
                    document=read_document(connection, each.kind, each.version, lang),
                    publication=each,
                    accepted=has_accepted_version(connection, me, each),
                    refused=(each.kind, each.version) in refused,
                )
                for each in coming
            ],
        )


def accept(kernel: Kernel, caller: Caller, kinds: Sequence[str], which: Which, lang: str) -> None:
    """Accept these documents; once all three behind the box are accepted as they are in force, the account may look up again.

    Accepting twice adds nothing. Raises `nothing-announced` where one of them has no announced version.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        rows = []
        for kind in kinds:
            found = find_in_force(connection, kind, now) if which == "in-force" else _announced(connection, kind, now)
            if not has_accepted_version(connection, caller.account_id, found):
                document = read_document(connection, kind, found.version, lang)
                rows.append(Accepting(caller.account_id, document, "button", BUTTON, lang, now))
        append(connection, rows)
        # Told before the permit is touched: who hears of it locks the workspace, and permits are locked after it.
        kernel.events.emit(connection, TermsAccepted(caller.account_id, caller.workspace_id, now))
        if accepts_everything(connection, caller.account_id, now):
            change_permit(connection, caller.workspace_id, caller.account_id, {"terms_ok": True})


def refuse(kernel: Kernel, caller: Caller, kinds: Sequence[str]) -> None:
    """Refuse what is announced of these documents, until it takes force; refusing twice changes nothing.

    What was accepted stays so to the period's end. Raises `nothing-announced` or `already-accepted`.
    """
    now = kernel.clock.now()
    with kernel.database.begin() as connection:
        for kind in kinds:
            found = _refusable(connection, kind, now)
            if has_accepted_version(connection, caller.account_id, found):
                raise Problem("already-accepted")
            row = {"account_id": caller.account_id, "document": kind, "version": found.version, "refused_at": now}
            connection.execute(insert(refusals).values(**row).on_conflict_do_nothing())
        kernel.events.emit(connection, TermsRefused(caller.account_id, caller.workspace_id, now))


def hold_to_acceptances(connection: sa.Connection, workspace_id: int, account_id: int) -> None:
    """Close the permit of an account one of whose acceptances is not there (3.1); accepting opens it again."""
    if lacks_acceptance(connection, account_id):
        change_permit(connection, workspace_id, account_id, {"terms_ok": False})


def _refusable(connection: sa.Connection, kind: str, at: datetime) -> Publication:
    """What is announced; or what took force while a force majeure lasted, for as long as that moved its limit (13.2)."""
    found = find_announced(connection, kind, at)
    if found is None:
        found = find_in_force(connection, kind, at)
        if at >= move_limit(connection, found.effective_at, at) and not stands_still(connection, found.effective_at):
            raise Problem("nothing-announced")
    return found


def _announced(connection: sa.Connection, kind: str, at: datetime) -> Publication:
    found = find_announced(connection, kind, at)
    if found is None:
        raise Problem("nothing-announced")
    return found
